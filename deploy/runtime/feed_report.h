// Counters of port, feed and session into a run's report.
#pragma once

#include <string>

#include "deploy/runtime/hot_loop.h"
#include "deploy/runtime/report.h"
#include "fix/session.h"
#include "net/tcp/bypass_socket.h"
#include "net/tcp/tcp_stack.h"

namespace hw::deploy {

template <class Feed>
void fill_report(RunReport& report, const LoopCounters& loop, const Feed& feed) {
    report.packets = loop.packets;
    report.shadow_walks = loop.walks;
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

inline void fill_tcp_report(RunReport& report, const net::TcpStack& stack,
                            const net::BypassSocket::Counters& socket) {
    report.tcp = {{"connects", socket.connects},
                  {"bytes_sent", socket.bytes_sent},
                  {"bytes_received", socket.bytes_received},
                  {"delegated_sends", socket.delegated_sends},
                  {"ordinary_sends", socket.ordinary_sends},
                  {"delegated_refused", socket.delegated_refused},
                  {"frames_sent", stack.counters().sent},
                  {"frames_unsent", stack.counters().unsent},
                  {"first_transmissions_swallowed", stack.counters().swallowed}};
    for (std::size_t f = 0; f < net::kFrameFates; ++f) {
        const auto fate = static_cast<net::FrameFate>(f);
        const std::uint64_t frames = stack.counters()[fate];
        if (frames != 0) report.tcp["frames_" + std::string(net::to_string(fate))] = frames;
    }
}

}  // namespace hw::deploy
