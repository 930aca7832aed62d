// Which places of the order table hold open orders: a bit each, set when an order leaves.
//
// Every decision looks at every open order, and there are far fewer of those than places. A bit may stay on
// after its order is over, wherever that was learnt: what is visited is asked again. `forget_finished` takes
// such bits away, with every timer and every new order.
#pragma once

#include <bit>
#include <cstddef>

#include "hedge/state.h"

namespace hw::hedge {

/// Calls `visit` with every order that may be open: for those who ask themselves.
template <class State, class Visit>
void for_each_maybe_open(State& state, Visit&& visit) {
    for (std::size_t word = 0; word < state.maybe_open.size(); ++word) {
        for (std::uint64_t bits = state.maybe_open[word]; bits != 0; bits &= bits - 1)
            visit(state.orders[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))]);
    }
}

/// Calls `visit` with every open order. `State` is EngineState, const or not.
template <class State, class Visit>
void for_each_open(State& state, Visit&& visit) {
    for_each_maybe_open(state, [&](auto& order) {
        if (order.open()) visit(order);
    });
}

inline void note_open(EngineState& state, const OrderState& order) {
    const auto place = static_cast<std::size_t>(&order - state.orders.data());
    state.maybe_open[place / 64] |= 1ULL << place % 64;
}

inline void forget_finished(EngineState& state) {
    for (std::size_t word = 0; word < state.maybe_open.size(); ++word) {
        for (std::uint64_t bits = state.maybe_open[word]; bits != 0; bits &= bits - 1) {
            const auto bit = static_cast<std::size_t>(std::countr_zero(bits));
            if (!state.orders[word * 64 + bit].open()) state.maybe_open[word] &= ~(1ULL << bit);
        }
    }
}

}  // namespace hw::hedge
