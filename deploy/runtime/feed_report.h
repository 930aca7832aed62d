// Counters of port, feed and session into a run's report.
#pragma once

#include <string>

#include "deploy/runtime/hot_loop.h"
#include "deploy/runtime/report.h"
#include "fix/session.h"

namespace hw::deploy {

template <class Feed>
void fill_report(RunReport& report, const LoopCounters& loop, const Feed& feed) {
    report.packets = loop.packets;
    for (std::size_t v = 0; v < net::kVerdicts; ++v) {
        const auto verdict = static_cast<net::Verdict>(v);
        if (verdict == net::Verdict::udp || loop.verdicts[verdict] == 0) continue;
        report.packets_by_verdict[std::string(net::to_string(verdict))] = loop.verdicts[verdict];
    }
    feed.counters().visit([&](std::string_view name, std::uint64_t value) {
        if (value != 0) report.feed[std::string(name)] = value;
    });
}

inline void fill_session_report(RunReport& report, const fix::OrderSession& session) {
    fix::visit_counters(session.counters(),
                        [&](std::string_view name, std::uint64_t value, std::string_view) {
                            if (value != 0) report.session[std::string(name)] = value;
                        });
}

}  // namespace hw::deploy
