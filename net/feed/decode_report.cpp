#include "net/feed/decode_report.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "net/feed/decode_session.h"
#include "net/feed/message_json.h"
#include "net/packet.h"
#include "net/pcapng.h"

namespace hw::net {

namespace {

using Json = nlohmann::ordered_json;

/// How the capture went by, beside what the session counts.
struct Progress {
    std::uint64_t packets = 0;
    Nanos first;
    Nanos last;
    VerdictCounters verdicts;
};

std::uint64_t malformed(const DecodeSession& session) {
    return session.decode().malformed_total() + session.lines().short_frames + session.checks().bad_values;
}

Json types_json(const DecodeSession& session) {
    using deribit::Template;
    constexpr std::array kOrder = {Template::ticker,        Template::book,           Template::price_index,
                                   Template::trades,        Template::snapshot,       Template::instrument,
                                   Template::instrument_v2, Template::snapshot_start, Template::snapshot_end};
    Json types = Json::object();
    for (const Template t : kOrder) types[deribit::to_string(t)] = session.decode().delivered(t);
    // Rare ones only when there are any.
    for (const Template t : {Template::combo_legs, Template::rfq}) {
        if (session.decode().delivered(t) > 0) types[deribit::to_string(t)] = session.decode().delivered(t);
    }
    return types;
}

Json malformed_json(const DecodeSession& session) {
    Json reasons = Json::object();
    for (std::size_t i = 1; i < deribit::kMalformedReasons; ++i) {
        const std::uint64_t n = session.decode().malformed[i];
        if (n > 0) reasons[deribit::to_string(static_cast<deribit::Malformed>(i))] = n;
    }
    if (session.lines().short_frames > 0) reasons["short_frame"] = session.lines().short_frames;
    if (session.checks().bad_values > 0) reasons["bad_value"] = session.checks().bad_values;
    return reasons;
}

Json refused_json(const Progress& progress, const DecodeSession& session) {
    Json reasons = Json::object();
    for (std::size_t i = 0; i < kVerdicts; ++i) {
        const auto verdict = static_cast<Verdict>(i);
        if (verdict != Verdict::udp && progress.verdicts[verdict] > 0) {
            reasons[to_string(verdict)] = progress.verdicts[verdict];
        }
    }
    if (session.lines().other_destination > 0)
        reasons["other_destination"] = session.lines().other_destination;
    return reasons;
}

Json summary_json(const Progress& progress, const DecodeSession& session, std::uint64_t cut_frames) {
    const LineCounters lines = session.lines();
    const RecoveryCounters& recovery = session.recovery();
    const DecodeChecks& checks = session.checks();
    Json json;
    json["packets"] = progress.packets;
    std::uint64_t messages = 0;
    for (const std::uint64_t n : session.decode().messages) messages += n;
    json["messages"] = messages;
    json["types"] = types_json(session);
    json["gaps"] = lines.gaps;
    json["malformed"] = malformed(session);
    json["malformed_reasons"] = malformed_json(session);
    json["packets_lost"] = lines.packets_lost;
    json["duplicates"] = lines.duplicates;
    json["late"] = lines.late;
    json["resets"] = lines.resets;
    json["change_id_gaps"] = recovery.change_id_gaps;
    json["removals_of_nothing"] = checks.removals_of_nothing;
    json["unknown_template"] = session.decode().unknown_template;
    json["unknown_schema"] = session.decode().unknown_schema;
    json["newer_version"] = session.decode().newer_version;
    json["other_packets"] = refused_json(progress, session);
    json["cut_packets"] = cut_frames;
    json["instruments"] = session.instruments();
    json["seconds"] = (progress.last - progress.first).to_seconds();
    json["books_started"] = recovery.snapshots_applied;
    json["snapshot_checks"] = checks.snapshot_checks;
    json["snapshot_mismatches"] = checks.snapshot_mismatches;
    json["ticker_checks"] = checks.ticker_checks;
    json["ticker_mismatches"] = checks.ticker_mismatches;
    return json;
}

bool is_clean(const DecodeSession& session) {
    const DecodeChecks& checks = session.checks();
    return session.lines().gaps + session.lines().resets + session.recovery().change_id_gaps +
               malformed(session) + checks.removals_of_nothing + checks.snapshot_mismatches +
               checks.ticker_mismatches ==
           0;
}

}  // namespace

DecodeOutcome decode_deribit_capture(const std::string& path, bool summary, std::ostream& out) {
    DecodeOutcome outcome;
    const auto reader = CaptureReader::open(path, outcome.error);
    if (!reader) return outcome;
    outcome.opened = true;
    Progress progress;
    MessageContext context;
    DecodeSession::Listener listener;
    if (!summary) listener = [&](const deribit::Message& m) { out << message_json(m, context) << '\n'; };
    DecodeSession session(std::move(listener));
    for (CaptureFrame frame; reader->next(frame);) {
        if (progress.packets++ == 0) progress.first = frame.time;
        // A capture's clock may step back; the session's must not.
        progress.last = std::max(progress.last, frame.time);
        const Classified packet = classify(frame.bytes);
        progress.verdicts.count(packet.verdict);
        if (packet.verdict != Verdict::udp) continue;
        context = {progress.packets, frame.time,
                   deribit::frame_header(packet.udp.payload).value_or(deribit::FrameHeader{})};
        session.on_datagram(packet.udp, progress.last);
    }
    session.finish();
    if (summary) out << summary_json(progress, session, reader->cut_frames()).dump() << '\n';
    outcome.error = reader->error();
    outcome.complete = outcome.error.empty();
    outcome.clean = is_clean(session);
    return outcome;
}

}  // namespace hw::net
