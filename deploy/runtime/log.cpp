#include "deploy/runtime/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>

#include "deploy/runtime/stopwatch.h"

namespace hw::deploy {

namespace {

spdlog::logger& logger() {
    static const auto instance = [] {
        auto made = spdlog::stderr_logger_mt("hedgewire");
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
        return made;
    }();
    return *instance;
}

/// At most ten lines of one code a second; the rest is only counted.
bool may_show(AlertCode code) {
    struct Window {
        std::int64_t began_ns = 0;
        int shown = 0;
    };
    static std::array<Window, 128> windows;
    Window& w = windows[static_cast<std::size_t>(code) % windows.size()];
    const std::int64_t now = monotonic_ns();
    if (now - w.began_ns > kNano) w = {now, 0};
    return w.shown++ < 10;
}

}  // namespace

void log_info(std::string_view code, std::string_view text) { logger().info("{}: {}", code, text); }
void log_warning(std::string_view code, std::string_view text) { logger().warn("{}: {}", code, text); }
void log_error(std::string_view code, std::string_view text) { logger().error("{}: {}", code, text); }

void log_alert(const Action& action, const hedge::EngineState& state) {
    const Alert& a = action.payload.alert;
    if (!may_show(a.code)) return;
    std::string text(description_of(a.code));
    if (index(action.header.underlying) < state.underlying_count) {
        text += fmt::format(" [{}]", state.underlyings[index(action.header.underlying)].name.view());
    }
    if (state.instruments.contains(action.header.instrument)) {
        text += fmt::format(" [{}]", state.instruments[action.header.instrument].symbol.view());
    }
    if (!a.order.is_none()) {
        const auto id = a.order.to_text();
        text += fmt::format(" [order {}]", std::string_view(id.data(), id.size()));
    }
    if (a.code == AlertCode::permit_withdrawn)
        text += fmt::format(": {}", to_string(static_cast<AlertCode>(a.value)));
    else if (a.value != 0 || a.limit != 0)
        text += fmt::format(" (value {:g}, limit {:g})", a.value, a.limit);
    switch (a.severity) {
        case Severity::info:
            log_info(to_string(a.code), text);
            break;
        case Severity::warning:
            log_warning(to_string(a.code), text);
            break;
        case Severity::critical:
            log_error(to_string(a.code), text);
            break;
    }
}

}  // namespace hw::deploy
