#include "core/ledger.h"

#include <algorithm>
#include <cmath>

namespace hw {

namespace {

/// contracts * size: coins, or quote currency for inverse futures.
std::int64_t amount_nanos(const Instrument& i, Qty contracts) {
    return mul_div(contracts.nanos(), i.contract_size.nanos(), kNano);
}

bool inverse_delta_one(const Instrument& i) { return i.is_inverse() && !i.is_option(); }

}  // namespace

Cash contract_value(const Instrument& i, Qty contracts, Price price) {
    const std::int64_t amount = amount_nanos(i, contracts);
    if (inverse_delta_one(i))
        return price.is_zero() ? Cash{} : Cash::from_nanos(-mul_div(amount, kNano, price.nanos()));
    return Cash::from_nanos(mul_div(amount, price.nanos(), kNano));
}

Cash definition_fee(const Instrument& i, Qty contracts, Price price, double underlying_price, bool taker) {
    const std::int64_t rate = taker ? i.taker_fee_nanos : i.maker_fee_nanos;
    const std::int64_t value = std::abs(contract_value(i, contracts, price).nanos());
    if (!i.is_option()) return Cash::from_nanos(mul_div(value, rate, kNano));
    const std::int64_t amount = std::abs(amount_nanos(i, contracts));
    const double base = i.is_inverse() ? 1.0 : underlying_price;
    const double fee = static_cast<double>(mul_div(amount, rate, kNano)) * base;
    const std::int64_t cap = value / 8;
    if (!(std::abs(fee) < static_cast<double>(cap))) return Cash::from_nanos(fee < 0 ? -cap : cap);
    return Cash::from_nanos(static_cast<std::int64_t>(fee));
}

Cash settlement_value(const Instrument& i, Qty contracts, Price delivery_price) {
    if (!i.is_option()) return contract_value(i, contracts, delivery_price);
    const std::int64_t difference = i.option_type == OptionType::call
                                        ? delivery_price.nanos() - i.strike.nanos()
                                        : i.strike.nanos() - delivery_price.nanos();
    if (difference <= 0 || delivery_price <= Price{}) return {};
    const std::int64_t amount = amount_nanos(i, contracts);
    return i.is_inverse() ? Cash::from_nanos(mul_div(amount, difference, delivery_price.nanos()))
                          : Cash::from_nanos(mul_div(amount, difference, kNano));
}

bool ExecutionMemory::insert(const ExecKey& key) {
    std::uint64_t at = key.low & (kSlots - 1);
    for (; slots_[at] != 0; at = (at + 1) & (kSlots - 1)) {
        if (ring_[slots_[at] - 1] == key) return false;
    }
    const auto place = static_cast<std::uint32_t>(inserted_ % kCapacity);
    if (inserted_ >= kCapacity) {
        forget(ring_[place]);
        for (at = key.low & (kSlots - 1); slots_[at] != 0;) at = (at + 1) & (kSlots - 1);
    }
    ring_[place] = key;
    slots_[at] = place + 1;
    ++inserted_;
    return true;
}

std::uint64_t ExecutionMemory::find(const ExecKey& key) const {
    for (std::uint64_t at = key.low & (kSlots - 1); slots_[at] != 0; at = (at + 1) & (kSlots - 1)) {
        const std::uint64_t place = slots_[at] - 1;
        if (!(ring_[place] == key)) continue;
        const std::uint64_t newest = (inserted_ - 1) % kCapacity;
        return inserted_ - (newest + kCapacity - place) % kCapacity;
    }
    return 0;
}

void ExecutionMemory::forget(const ExecKey& key) {
    std::uint64_t hole = key.low & (kSlots - 1);
    while (!(ring_[slots_[hole] - 1] == key)) hole = (hole + 1) & (kSlots - 1);
    // Linear probing without tombstones: move back whatever the hole would cut off from its home.
    for (std::uint64_t at = (hole + 1) & (kSlots - 1); slots_[at] != 0; at = (at + 1) & (kSlots - 1)) {
        const std::uint64_t home = ring_[slots_[at] - 1].low & (kSlots - 1);
        if (((at - home) & (kSlots - 1)) >= ((at - hole) & (kSlots - 1))) {
            slots_[hole] = slots_[at];
            hole = at;
        }
    }
    slots_[hole] = 0;
}

}  // namespace hw
