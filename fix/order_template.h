// A message of ours serialised ahead: all that is the same from one send to the next stands there, and the
// checksum's sum over it is known.
//
// It is made from the very fields that the slow path would give QuickFIX, so that both say the same. What
// differs from send to send is left blank: of fixed width (times, order ids, side, time in force) where it
// stands, of any width at three places. The sequence number comes right behind the message type, quantity and
// price come last, so that a send is two copies, a few stores and no shifting; all numbers have their exact
// width, as no specification promises that padded ones are taken.
//
//   8=FIX.4.4|9=nnn|35=D|34=  nn  |49=..|56=..|52=.. body ..|38=  nn  |44=  nn  |10=nnn|
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/event.h"
#include "core/types.h"
#include "fix/message_store.h"
#include "fix/quickfix_bridge.h"
#include "fix/timestamp.h"

namespace hw::fix {

/// What a send fills in; what a template has no blank for is not looked at.
struct OrderBlanks {
    std::uint32_t sequence = 0;  ///< 34; from 1 to kMaxSequence
    OrderId order;               ///< 11
    OrderId original;            ///< 41
    Qty qty;                     ///< 38
    Price price;                 ///< 44
    char side = 0;               ///< 54
    char time_in_force = 0;      ///< 59
};

class OrderTemplate {
  public:
    static constexpr std::uint32_t kMaxSequence = 999'999'999;

    /// Lays out a message of MsgType `type` with `body`, whose blanks hold values of the right width. False:
    /// it cannot be said this way (too long or too short for a BodyLength of three digits, a blank of another
    /// width), and the template stays empty.
    bool lay(const std::string& sender, const std::string& target, const char* type,
             const std::vector<TextField>& body);
    bool empty() const { return middle_size_ == 0; }

    /// Writes the whole message at `out`, which has room for MessageStore::kMaxMessage bytes. Returns its
    /// size; bytes behind it may be written over.
    std::size_t write(char* out, const OrderBlanks&, const TimestampText& now) const;

  private:
    static constexpr std::size_t kHeadSize = 32;
    static constexpr std::size_t kCopied = 64;  ///< bytes at a time
    static constexpr std::size_t kMaxMiddle = 12 * kCopied;
    static constexpr std::uint16_t kAbsent = 0xffff;

    void add(const char* text, std::size_t size);
    bool add_field(const TextField&);

    // Where the blanks of fixed width stand in the middle part.
    std::uint16_t sending_time_ = kAbsent;
    std::uint16_t transact_time_ = kAbsent;
    std::uint16_t order_ = kAbsent;
    std::uint16_t original_ = kAbsent;
    std::uint16_t side_ = kAbsent;
    std::uint16_t time_in_force_ = kAbsent;
    std::uint16_t head_size_ = 0;
    std::uint16_t middle_size_ = 0;
    std::uint32_t sum_ = 0;          ///< of all bytes that are no blanks, and of the SOHs and tags at the end
    std::uint32_t body_length_ = 0;  ///< without what has any width
    bool has_qty_ = false;
    bool has_price_ = false;
    bool too_long_ = false;
    std::array<char, kHeadSize> head_{};
    alignas(64) std::array<char, kMaxMiddle> middle_{};
};

}  // namespace hw::fix
