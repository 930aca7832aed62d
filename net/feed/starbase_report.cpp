#include "net/feed/starbase_report.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/instrument.h"
#include "net/feed/starbase_feed.h"
#include "net/feed/starbase_json.h"
#include "net/packet.h"
#include "net/pcapng.h"

namespace hw::net {

namespace {

using Json = nlohmann::ordered_json;

/// Keeps the instrument table, as the engine would, and forgets the rest.
class Table {
  public:
    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time) {
        flush();
        staged_ = true;
        event_ = Event{};
        event_.header.type = type;
        event_.header.instrument = instrument;
        event_.header.venue_time = venue_time;
        return event_;
    }
    void flush() {
        if (!std::exchange(staged_, false) || event_.header.type != EventType::instrument_definition) return;
        InstrumentId id = kNoInstrument;
        if (definition_error(event_.payload.instrument).empty()) table_->add(event_.payload.instrument, &id);
    }
    const InstrumentTable& instruments() const { return *table_; }

  private:
    std::unique_ptr<InstrumentTable> table_ = std::make_unique<InstrumentTable>();
    Event event_;
    bool staged_ = false;
};

/// Prints messages.
struct Printer {
    void begin_message(const starbase::Message& m) { current = &m; }
    void end_message(const starbase::Message&) {}
    template <class View>
    void on(const View&) {
        out << starbase::message_json(*current, context) << '\n';
    }
    std::ostream& out;
    starbase::MessageContext context;
    const starbase::Message* current = nullptr;
};

StarbaseConfig capture_config() {
    StarbaseConfig config;
    config.channels = default_starbase_channels();
    config.recovery_buffer = 1u << 20;  // a capture may begin long before a book's first snapshot
    config.verify_snapshots = true;
    config.any_retransmitter = true;
    return config;
}

struct Progress {
    std::uint64_t packets = 0;
    Nanos first;
    Nanos last;
    VerdictCounters verdicts;
};

bool is_clean(const StarbaseCounters& c) {
    return c.channels.messages_lost + c.channels.resets + c.decode.malformed_total() + c.books.books_refused +
               c.books.snapshots_bad + c.books.snapshot_mismatches + c.bad_quantities + c.bad_tickers +
               c.bad_trades + c.bad_definitions ==
           0;
}

Json summary_json(const Progress& progress, const StarbaseCounters& c, const InstrumentTable& table,
                  std::uint64_t cut_frames) {
    Json json;
    json["packets"] = progress.packets;
    json["messages"] = c.messages();
    Json& types = json["types"] = Json::object();
    for (const starbase::Template t : starbase::kTemplates) {
        if (c.decode.delivered(t) > 0) types[starbase::to_string(t)] = c.decode.delivered(t);
    }
    json["gaps"] = c.channels.gaps;
    json["malformed"] = c.decode.malformed_total();
    Json& reasons = json["malformed_reasons"] = Json::object();
    for (std::size_t i = 1; i < starbase::kMalformedReasons; ++i) {
        if (c.decode.malformed[i] > 0)
            reasons[starbase::to_string(static_cast<starbase::Malformed>(i))] = c.decode.malformed[i];
    }
    Json& fates = json["datagrams"] = Json::object();
    for (std::size_t i = 0; i < starbase::kFates; ++i) {
        const auto fate = static_cast<starbase::Fate>(i);
        if (c.channels[fate] > 0) fates[starbase::to_string(fate)] = c.channels[fate];
    }
    json["messages_missed"] = c.channels.messages_missed;
    json["messages_lost"] = c.channels.messages_lost;
    json["resets"] = c.channels.resets;
    json["failovers"] = c.channels.failovers;
    json["unknown_template"] = c.decode.unknown_template;
    json["newer_version"] = c.decode.newer_version;
    Json& others = json["other_packets"] = Json::object();
    for (std::size_t i = 0; i < kVerdicts; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (verdict != Verdict::udp && progress.verdicts[verdict] > 0)
            others[to_string(verdict)] = progress.verdicts[verdict];
    }
    json["cut_packets"] = cut_frames;
    json["instruments"] = table.size();
    json["seconds"] = (progress.last - progress.first).to_seconds();
    json["cycles"] = c.cycles;
    json["books_started"] = c.books.snapshots_applied;
    json["books_refused"] = c.books.books_refused;
    json["snapshot_checks"] = c.books.snapshot_checks;
    json["snapshot_mismatches"] = c.books.snapshot_mismatches;
    return json;
}

void print_messages(const UdpDatagram& datagram, Printer& printer, starbase::DecodeCounters& counters) {
    const starbase::PacketCheck check = starbase::check_packet(datagram.payload);
    if (!check.believable) return;
    printer.context.header = check.header;
    starbase::dispatch_packet(datagram.payload, 0, check.sound, printer, counters);
}

}  // namespace

DecodeOutcome decode_starbase_capture(const std::string& path, bool summary, std::ostream& out) {
    DecodeOutcome outcome;
    const auto reader = CaptureReader::open(path, outcome.error);
    if (!reader) return outcome;
    outcome.opened = true;
    Progress progress;
    Table table;
    StarbaseFeed<Table> feed(capture_config(), table.instruments(), table);
    Printer printer{out, {}, nullptr};
    starbase::DecodeCounters printed;
    std::uint64_t others = 0;
    for (CaptureFrame frame; reader->next(frame);) {
        if (progress.packets++ == 0) progress.first = frame.time;
        // A capture's clock may step back; the feed's must not.
        progress.last = std::max(progress.last, frame.time);
        const Classified packet = classify(frame.bytes);
        progress.verdicts.count(packet.verdict);
        if (packet.verdict != Verdict::udp) continue;
        feed.on_time(progress.last);
        feed.on_datagram(packet.udp, progress.last);
        table.flush();
        // What the feed did not take for its own is not printed either.
        const std::uint64_t strangers = feed.counters().channels[starbase::Fate::other_destination];
        if (summary || std::exchange(others, strangers) != strangers) continue;
        printer.context = {progress.packets, frame.time, {}};
        print_messages(packet.udp, printer, printed);
    }
    // What is missing at the end stays missing.
    feed.on_time(progress.last + Nanos::from_seconds(1));
    table.flush();
    const StarbaseCounters counters = feed.counters();
    if (summary)
        out << summary_json(progress, counters, table.instruments(), reader->cut_frames()).dump() << '\n';
    outcome.error = reader->error();
    outcome.complete = outcome.error.empty();
    outcome.clean = is_clean(counters);
    return outcome;
}

}  // namespace hw::net
