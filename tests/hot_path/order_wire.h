// What hedger and venue say to each other in this test: messages of one size, so that neither side needs more
// than a copy to make or read them. Both processes are this program, so the layout is the compiler's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace hw::test {

/// An order, or a fill: of that order, or (order 0) of somebody else's in the same account.
struct OrderMessage {
    std::uint64_t order = 0;
    std::uint64_t trade = 0;  ///< of a fill, unique
    std::int64_t qty_nanos = 0;
    std::int64_t price_nanos = 0;
    std::uint32_t instrument = 0;  ///< the feed's number
    std::uint32_t buys = 0;
    std::array<std::byte, 88> rest{};  ///< about what a FIX message has more
};
static_assert(sizeof(OrderMessage) == 128 && std::is_trivially_copyable_v<OrderMessage>);

/// Puts together what TCP delivers in pieces.
class MessageReader {
  public:
    template <class OnMessage>
    void take(const char* data, std::size_t size, OnMessage&& on_message) {
        while (size > 0) {
            const std::size_t part =
                size < sizeof(OrderMessage) - held_ ? size : sizeof(OrderMessage) - held_;
            std::memcpy(bytes_.data() + held_, data, part);
            held_ += part, data += part, size -= part;
            if (held_ < sizeof(OrderMessage)) return;
            held_ = 0;
            OrderMessage message;
            std::memcpy(&message, bytes_.data(), sizeof message);
            on_message(message);
        }
    }

  private:
    std::array<char, sizeof(OrderMessage)> bytes_{};
    std::size_t held_ = 0;
};

}  // namespace hw::test
