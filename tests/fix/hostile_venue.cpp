#include "tests/fix/hostile_venue.h"

#include <algorithm>
#include <stdexcept>

namespace hw::fix::test {

void HostileVenue::begin() {
    numbers_.reset();
    venue_ = std::make_unique<ScriptedVenue>();
    std::string error;
    numbers_ = MessageStoreReader::open(venue_->dir / "store", error);
    if (!numbers_) throw std::runtime_error(error);
    if (!venue_->come_up()) throw std::runtime_error("a fresh session does not come up");
}

void HostileVenue::ready() {
    // The collector only ever grows.
    if (venue_->events.events.size() > 5'000) venue_->events.events.clear();
    venue_->next = expected();
    if (!venue_->closed && venue_->session->up()) return;
    if (venue_->come_up()) return;
    begin();
    ++fresh_starts;
}

Answer HostileVenue::tell(const std::string& bytes, std::size_t chunk) {
    Answer answer;
    const int before = expected();
    const std::size_t events_before = events(false);
    const std::size_t stops_before = events(true);
    const std::uint64_t faults_before = faults();
    venue_->spoken.clear();
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        const std::size_t size = std::min(chunk, bytes.size() - at);
        venue_->session->on_bytes(bytes.data() + at, size, wall_clock());
        if (size < chunk) break;
    }
    venue_->session->poll(wall_clock());
    for (const std::string& message : venue_->spoken) {
        const std::string type = raw_value(message, 35);
        if (type == "0" || type == "1") continue;  // may be due at any time
        answer.types += type;
        answer.said = message;
    }
    answer.closed = venue_->closed;
    if (answer.types.find('5') != std::string::npos) venue_->closed = true;  // for `ready`
    answer.moved = expected() - before;
    answer.events = events(false) - events_before;
    answer.stops = events(true) - stops_before;
    answer.faults = faults() - faults_before;
    return answer;
}

std::uint64_t HostileVenue::faults() const {
    const auto& framing = venue_->session->framing_counters();
    const auto& counters = venue_->session->counters();
    return framing.bad_start + framing.bad_length + framing.bad_checksum + counters.not_parsed +
           counters.session_faults;
}

std::size_t HostileVenue::events(bool stops) const {
    const auto& events = venue_->events.events;
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const Event& event) {
        const bool stop =
            event.header.type == EventType::execution && event.header.instrument == kNoInstrument;
        return event.header.type != EventType::session_state && stop == stops;
    }));
}

}  // namespace hw::fix::test
