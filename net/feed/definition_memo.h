// The definitions that were found to say nothing new, byte for byte.
//
// The venue repeats every definition with every snapshot cycle, in two versions. Taking one apart and looking
// its symbol up costs more than a book update, comparing its bytes next to nothing. What is remembered holds
// until a definition changes anything; whoever asks says so.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace hw::net {

class DefinitionMemo {
  public:
    DefinitionMemo() : slots_(kSlots) {}

    /// True when these very bytes were remembered last for that instrument and version of the message.
    bool knows(std::uint32_t feed_id, bool is_v1, std::span<const std::byte> message) const {
        const Slot& s = slots_[slot_of(feed_id, is_v1)];
        return s.generation == generation_ && s.size == message.size() &&
               std::memcmp(s.bytes.data(), message.data(), message.size()) == 0;
    }
    /// A longer message than any that the venue has is not remembered.
    void remember(std::uint32_t feed_id, bool is_v1, std::span<const std::byte> message) {
        Slot& s = slots_[slot_of(feed_id, is_v1)];
        if (message.size() > s.bytes.size()) return;
        s.generation = generation_;
        s.size = static_cast<std::uint32_t>(message.size());
        std::memcpy(s.bytes.data(), message.data(), message.size());
    }
    /// A definition has changed: what seemed nothing new before it may be something now.
    void forget_all() { ++generation_; }

  private:
    struct alignas(64) Slot {
        std::uint64_t generation = 0;
        std::uint32_t size = 0;
        std::array<std::byte, 308> bytes;
    };
    static_assert(sizeof(Slot) == 320);
    static constexpr std::size_t kSlots = 8'192;  // instruments of one number modulo 4,096 share one

    static std::size_t slot_of(std::uint32_t feed_id, bool is_v1) {
        return (feed_id * 2 + (is_v1 ? 1u : 0u)) % kSlots;
    }

    std::vector<Slot> slots_;
    std::uint64_t generation_ = 1;
};

}  // namespace hw::net
