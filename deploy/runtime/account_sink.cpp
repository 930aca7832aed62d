#include "deploy/runtime/account_sink.h"

#include <chrono>
#include <thread>

namespace hw::deploy {
namespace {
/// The hot thread takes it in within one turn, which is shorter, or rests for about as long.
void wait() { std::this_thread::sleep_for(std::chrono::microseconds(20)); }
}  // namespace

InstrumentId AccountSink::find_symbol(std::string_view symbol) {
    const auto name = Symbol::from(symbol);
    if (!name || symbol.empty()) return kNoInstrument;
    const auto [at, is_new] =
        ids_.try_emplace(std::string(symbol), InstrumentId{static_cast<std::uint32_t>(names_.size())});
    if (is_new) names_.push_back(*name);
    return at->second;
}

Event& AccountSink::stage(EventType type, InstrumentId instrument, Nanos venue_time) {
    push();
    has_staged_ = true;
    staged_.event = Event{};
    staged_.event.header.type = type;
    staged_.event.header.venue_time = venue_time;
    staged_.event.header.instrument = kNoInstrument;
    staged_.symbol = instrument == kNoInstrument ? Symbol{} : names_[index(instrument)];
    return staged_.event;
}

void AccountSink::push() {
    if (!has_staged_) return;
    has_staged_ = false;
    while (!lost_ && !channel_.events.push(staged_)) {
        lost_ = channel_.closed.load(std::memory_order_acquire);
        wait();
    }
    if (!lost_) ++given_;
}

void AccountSink::flush() {
    push();
    while (!lost_ && channel_.journaled.load(std::memory_order_acquire) != given_) {
        // What was journaled before the channel was closed counts.
        const bool closed = channel_.closed.load(std::memory_order_acquire);
        lost_ = closed && channel_.journaled.load(std::memory_order_acquire) != given_;
        wait();
    }
}

}  // namespace hw::deploy
