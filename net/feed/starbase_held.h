// Packets that came too early: copies of those behind a gap, in the order of their sequence numbers, until
// what is missing has come or is given up. One a channel; all memory is taken at construction.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "net/packet.h"

namespace hw::net::starbase {

class HeldPackets {
  public:
    struct Packet {
        std::uint64_t first = 0;
        std::uint16_t sound = 0;  ///< messages that can be delivered
        std::uint16_t size = 0;
        std::uint32_t slot = 0;
        std::uint64_t end() const { return first + sound; }
    };
    enum class Result : std::uint8_t { held, known, full };

    explicit HeldPackets(std::size_t capacity) : bytes_(capacity * kMaxUdpPayload) {
        order_.reserve(capacity);
        for (std::size_t i = capacity; i-- > 0;) free_.push_back(static_cast<std::uint32_t>(i));
    }

    /// `known`: one from the same message on that says as much is held already.
    Result hold(std::uint64_t first, std::uint16_t sound, std::span<const std::byte> payload) {
        const auto at = std::lower_bound(order_.begin(), order_.end(), first,
                                         [](const Packet& p, std::uint64_t s) { return p.first < s; });
        if (at != order_.end() && at->first == first && at->sound >= sound) return Result::known;
        if (free_.empty() || payload.size() > kMaxUdpPayload) return Result::full;
        const Packet packet{first, sound, static_cast<std::uint16_t>(payload.size()), free_.back()};
        free_.pop_back();
        std::memcpy(bytes_.data() + packet.slot * kMaxUdpPayload, payload.data(), payload.size());
        order_.insert(at, packet);
        return Result::held;
    }
    bool empty() const { return order_.empty(); }
    std::size_t size() const { return order_.size(); }
    const Packet& front() const { return order_.front(); }
    std::span<const std::byte> bytes(const Packet& packet) const {
        return std::span(bytes_).subspan(packet.slot * kMaxUdpPayload, packet.size);
    }
    void pop() {
        free_.push_back(order_.front().slot);
        order_.erase(order_.begin());
    }
    void clear() {
        while (!empty()) pop();
    }

  private:
    std::vector<std::byte> bytes_;
    std::vector<Packet> order_;  ///< by first
    std::vector<std::uint32_t> free_;
};

}  // namespace hw::net::starbase
