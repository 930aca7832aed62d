#include "fix/fast_sender.h"

namespace hw::fix {
namespace {

constexpr OrderId kSampleId{1};

Action sample(ActionType type, InstrumentId instrument) {
    Action action;
    action.header.type = type;
    action.header.instrument = instrument;
    return action;
}
Action sample_order(InstrumentId instrument) {
    Action action = sample(ActionType::new_order, instrument);
    NewOrder& order = action.payload.new_order;
    order.order = kSampleId;
    order.qty = Qty::from_units(100);
    order.limit = Price::from_nanos(64'250 * kNano + kNano / 2);
    return action;
}
Action sample_cancel(InstrumentId instrument) {
    Action action = sample(ActionType::cancel_order, instrument);
    CancelOrder& cancel = action.payload.cancel_order;
    cancel.order = cancel.original = kSampleId;
    cancel.qty = Qty::from_units(100);
    return action;
}
Action sample_mass_cancel() {
    Action action = sample(ActionType::mass_cancel, kNoInstrument);
    action.payload.mass_cancel.order = kSampleId;
    return action;
}

}  // namespace

FastSender::FastSender(const SessionConfig& config, const OrderWriter& writer, MessageStore& store)
    : sender_(config.sender_comp_id), target_(config.target_comp_id), writer_(writer), store_(store) {
    if (!config.fast_path) return;
    by_instrument_.resize(InstrumentTable::kCapacity);
    templates_.reserve(kMost);
    mass_cancel_ = make(sample_mass_cancel());
}

OrderTemplate FastSender::make(const Action& action) const {
    std::vector<TextField> body;
    OrderTemplate made;
    const char* const type = writer_.write(action, Nanos{}, body);
    if (type != nullptr) made.lay(sender_, target_, type, body);
    return made;
}

void FastSender::lay(InstrumentId instrument) {
    if (templates_.size() == kMost) return;
    Templates made{make(sample_order(instrument)), make(sample_cancel(instrument))};
    if (made.order.empty()) return;
    templates_.push_back(made);
    by_instrument_[index(instrument)] = static_cast<std::uint16_t>(templates_.size());
}

const FastSender::Templates* FastSender::find(InstrumentId instrument) const {
    const std::uint32_t i = index(instrument);
    if (i >= by_instrument_.size() || by_instrument_[i] == 0) return nullptr;
    return &templates_[by_instrument_[i] - 1u];
}

/// Null: to be said, or refused, the slow way.
const OrderTemplate* FastSender::fill_blanks(const Action& action, OrderBlanks& blanks) const {
    switch (action.header.type) {
        case ActionType::new_order: {
            const NewOrder& order = action.payload.new_order;
            const Templates* const found = find(action.header.instrument);
            if (found == nullptr || order.order.is_none() || order.qty <= Qty{}) return nullptr;
            if (order.post_only != 0) return nullptr;
            blanks.order = order.order;
            blanks.qty = order.qty;
            blanks.price = order.limit;
            blanks.side = side_code(order.side);
            blanks.time_in_force = time_in_force_code(order.time_in_force);
            return &found->order;
        }
        case ActionType::cancel_order: {
            const CancelOrder& cancel = action.payload.cancel_order;
            const Templates* const found = find(action.header.instrument);
            if (found == nullptr || cancel.order.is_none() || cancel.original.is_none()) return nullptr;
            blanks.order = cancel.order;
            blanks.original = cancel.original;
            blanks.qty = cancel.qty;
            blanks.side = side_code(cancel.side);
            return &found->cancel;
        }
        case ActionType::mass_cancel:
            blanks.order = action.payload.mass_cancel.order;
            return blanks.order.is_none() ? nullptr : &mass_cancel_;
        default:
            return nullptr;
    }
}

std::string_view FastSender::stage(const Action& action, Nanos now) {
    OrderBlanks blanks;
    const OrderTemplate* const found = fill_blanks(action, blanks);
    blanks.sequence = store_.next_sender();
    if (found == nullptr || found->empty() || blanks.sequence > OrderTemplate::kMaxSequence) return {};
    now_.set(now);
    char* const place = store_.place(blanks.sequence, blanks.order);
    const std::size_t size = found->write(place, blanks, now_);
    store_.keep(blanks.sequence, size, blanks.order);
    staged_ = blanks.sequence;
    return {place, size};
}

void FastSender::complete() {
    store_.index(staged_);
    store_.set_next_sender(staged_ + 1);
    store_.make_ready(staged_ + 1);
}

std::string_view FastSender::rehearse(Nanos now) {
    if (templates_.empty()) return {};
    next_rehearsal_ = next_rehearsal_ + 1 < templates_.size() ? next_rehearsal_ + 1 : 0;
    OrderBlanks blanks;
    blanks.sequence = store_.next_sender();
    if (blanks.sequence > OrderTemplate::kMaxSequence) return {};
    blanks.order = kSampleId;
    blanks.qty = Qty::from_units(100);
    blanks.price = Price::from_nanos(now.ns());
    blanks.side = '1';
    blanks.time_in_force = '3';
    now_.set(now);
    char* const place = store_.place(blanks.sequence, blanks.order);
    const std::size_t size = templates_[next_rehearsal_].order.write(place, blanks, now_);
    rehearsed_ = store_.rehearse(blanks.sequence, size);
    return {place, size};
}

}  // namespace hw::fix
