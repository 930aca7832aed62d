// Actions: everything the engine ever asks for.
//
// An Action goes into the journal before it goes anywhere else, and a replay has to produce it again byte for
// byte. An order carries its why-record with it: what was seen, what was allowed, and how much room was left.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/codes.h"
#include "core/event.h"
#include "core/types.h"

namespace hw {

enum class ActionType : std::uint16_t {
    none = 0,
    new_order = 1,
    cancel_order,
    mass_cancel,    ///< everything of ours, by label where the venue has it
    settle_orders,  ///< ask the venue what became of our open orders
    alert,
    shadow_order  ///< what would have been a new_order, in shadow mode: goes nowhere
};
std::string_view to_string(ActionType);

enum class TimeInForce : std::uint8_t { ioc = 0, gtc = 1 };

struct ActionHeader {
    std::uint64_t sequence = 0;  ///< of the Event that caused it
    Nanos time;                  ///< that Event's receive time
    ActionType type = ActionType::none;
    std::uint8_t index = 0;  ///< position among the Actions of that Event
    std::uint8_t reserved = 0;
    InstrumentId instrument = kNoInstrument;
    UnderlyingId underlying = kNoUnderlying;
    std::uint16_t reserved2 = 0;
    std::uint32_t reserved3 = 0;
};
static_assert(sizeof(ActionHeader) == 32);

/// What an order is for.
enum class OrderPurpose : std::uint8_t {
    hedge = 0,    ///< the policy's
    flatten = 1,  ///< a stop's: all the way to the target
    manual = 2,   ///< a person's
    overlay = 3   ///< options for gamma, vega and theta
};
std::string_view to_string(OrderPurpose);

/// Why an order was sent. Deltas in coins of the underlying.
struct WhyRecord {
    double net_delta;      ///< booked positions only
    double envelope_low;   ///< net delta if only the selling orders in flight fill
    double envelope_high;  ///< net delta if only the buying ones do
    double target;
    double band;             ///< half-width around the target
    double reference_price;  ///< what the delta was taken at
    double delta_per_contract;
    double headroom_position;        ///< coins of hedge position left before the position limit
    double headroom_rate;            ///< orders left in this second
    double headroom_credits;         ///< venue credits left above the reserve; zero when none are configured
    std::uint64_t trigger_sequence;  ///< the Event that took the net delta out of the band
    double headroom_delta;           ///< coins between the worst outcome and the hard delta limit
    double headroom_capital;         ///< quote currency between the worst scenario and the capital
    double headroom_daily_fill;      ///< coins that may still be filled today
    std::uint8_t policy;             ///< hedge::PolicyKind
    std::uint8_t regime;             ///< hedge::Regime
    std::uint8_t stop;               ///< hedge::StopLevel
    OrderPurpose purpose;
    std::uint8_t reserved[4];
};

struct NewOrder {
    OrderId order;
    Qty qty;
    Price limit;
    Side side;
    TimeInForce time_in_force;
    std::uint8_t post_only;  ///< 1: not to be matched at once
    std::uint8_t reserved[5];
    WhyRecord why;
};

struct CancelOrder {
    OrderId order;  ///< the cancel's own identity
    OrderId original;
    Qty qty;
    Side side;
    std::uint8_t reserved[7];
};

struct MassCancel {
    OrderId order;
    AlertCode cause;
    std::uint8_t reserved[6];
};

struct SettleOrders {
    OrderId order;
};

struct Alert {
    AlertCode code;
    Severity severity;
    std::uint8_t reserved[5];
    OrderId order;  ///< when it is about one
    double value;   ///< what was seen
    double limit;   ///< what was allowed
};

struct alignas(64) Action {
    static constexpr std::size_t kPayloadBytes = 160;

    ActionHeader header;
    union Payload {
        std::array<std::byte, kPayloadBytes> bytes;
        NewOrder new_order;
        CancelOrder cancel_order;
        MassCancel mass_cancel;
        SettleOrders settle_orders;
        Alert alert;
        Payload() : bytes{} {}
    } payload;
};
static_assert(sizeof(Action) == 192 && offsetof(Action, payload) == 32);
static_assert(std::is_trivially_copyable_v<Action>);

/// Bytes of payload that a type uses; kPayloadBytes + 1 for a type that does not exist.
std::size_t payload_size(ActionType);

/// The Actions of one step, without allocation. Overflow is a design error: `push` then reports it.
class ActionList {
  public:
    static constexpr std::size_t kCapacity = 256;
    void clear() { size_ = 0; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    const Action& operator[](std::size_t i) const { return items_[i]; }
    const Action* begin() const { return items_.data(); }
    const Action* end() const { return items_.data() + size_; }
    bool full() const { return size_ == kCapacity; }
    /// A zeroed Action, already in the list; the caller knows it is not full.
    Action& push() {
        Action& action = items_[size_++];
        action = Action{};
        return action;
    }

  private:
    std::size_t size_ = 0;
    std::array<Action, kCapacity> items_;
};

}  // namespace hw
