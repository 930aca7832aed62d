#include "deploy/runtime/reload.h"

#include <fmt/format.h>

#include <map>
#include <sstream>

#include "deploy/runtime/config.h"

namespace hw::deploy {

namespace {

/// Zero is no limit.
bool is_tighter(double a, double b) { return a > 0 && (!(b > 0) || a < b); }

/// Every key of an effective configuration by its path; tables of one name are counted.
std::map<std::string, std::string> values_of(const std::string& text) {
    std::map<std::string, std::string> values;
    std::map<std::string, int> seen;
    std::string table;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        if (line[0] == '[') {
            const auto from = line.find_first_not_of('[');
            const std::string name = line.substr(from, line.find(']') - from);
            const int place = seen[name]++;
            const bool one = from == 1 && place == 0;
            table = one ? name + "." : fmt::format("{}[{}].", name, place);
            continue;
        }
        const auto equals = line.find(" = ");
        if (equals != std::string::npos) values[table + line.substr(0, equals)] = line.substr(equals + 3);
    }
    return values;
}

class Comparison {
  public:
    Comparison(const RunConfig& running, const RunConfig& wanted, const hedge::EngineState& state)
        : running_(running), rest_(wanted), state_(state) {}

    Reload run() {
        compare_gate();
        const std::size_t most =
            std::min(running_.engine.underlyings.size(), rest_.engine.underlyings.size());
        for (std::size_t n = 0; n < most; ++n) compare_underlying(n);
        name_the_rest();
        return std::move(result_);
    }

  private:
    /// One value that may become tighter; what it wants is gone from `rest_` afterwards.
    struct Tightened {
        std::string key;
        CommandKind kind;
        LimitKind limit = LimitKind::max_order;
        UnderlyingId underlying = kNoUnderlying;
        double set = 0;  ///< by a person; zero: not
    };

    void compare(const Tightened& t, double running, double& wanted) {
        const double value = wanted;
        wanted = running;
        if (value == running) return;
        const std::string change = fmt::format("{}: {:g} -> {:g}", t.key, running, value);
        if (!is_tighter(value, running)) {
            result_.not_taken.push_back(change + ": wider, which takes a restart");
        } else if (t.set > 0 && !is_tighter(value, t.set)) {
            if (value != t.set)
                result_.not_taken.push_back(change + fmt::format(": somebody set it to {:g}", t.set));
        } else {
            Command command{};
            command.kind = t.kind;
            command.limit = t.limit;
            command.underlying = t.underlying;
            command.value = value;
            result_.commands.push_back(command);
            result_.taken.push_back(change);
        }
    }

    static double set_of(const hedge::Overrides& o, LimitKind kind) {
        return o.limits[static_cast<std::size_t>(kind)];
    }

    void compare_limit(LimitKind kind, double running, double& wanted) {
        compare({fmt::format("gate.{}", to_string(kind)), CommandKind::set_limit, kind, kNoUnderlying,
                 set_of(state_.risk.overrides, kind)},
                running, wanted);
    }

    void compare_gate() {
        const hedge::GateConfig& a = running_.engine.gate;
        hedge::GateConfig& b = rest_.engine.gate;
        compare_limit(LimitKind::max_order, a.max_order_coins, b.max_order_coins);
        compare_limit(LimitKind::max_position, a.max_position_coins, b.max_position_coins);
        compare_limit(LimitKind::max_notional, a.max_order_notional, b.max_order_notional);
        compare_limit(LimitKind::daily_fill, a.max_daily_fill_coins, b.max_daily_fill_coins);
        double rate = b.max_orders_per_second;
        compare_limit(LimitKind::orders_per_second, a.max_orders_per_second, rate);
        b.max_orders_per_second = a.max_orders_per_second;
    }

    void compare_underlying(std::size_t n) {
        const hedge::UnderlyingConfig& a = running_.engine.underlyings[n];
        hedge::UnderlyingConfig& b = rest_.engine.underlyings[n];
        const UnderlyingId id = id_of(a.name);
        if (a.name != b.name || id == kNoUnderlying) return;
        const hedge::Overrides& set = state_.underlyings[index(id)].risk.overrides;
        const std::string path = fmt::format("underlying[{}].", n);
        compare({path + "band", CommandKind::set_band, LimitKind::max_order, id, set.band}, a.band, b.band);
        compare({path + "max_delta_coins", CommandKind::set_limit, LimitKind::max_delta, id,
                 set_of(set, LimitKind::max_delta)},
                a.max_delta_coins, b.max_delta_coins);
    }

    UnderlyingId id_of(const std::string& name) const {
        for (std::uint16_t n = 0; n < state_.underlying_count; ++n) {
            if (state_.underlyings[n].configured && state_.underlyings[n].name.view() == name)
                return UnderlyingId{n};
        }
        return kNoUnderlying;
    }

    void name_the_rest() {
        const auto before = values_of(running_.text);
        const auto after = values_of(config_text(rest_));
        const auto name = [&](const std::string& key, const std::string& a, const std::string& b) {
            result_.not_taken.push_back(fmt::format("{}: {} -> {}: takes a restart", key, a, b));
        };
        for (const auto& [key, value] : before) {
            const auto found = after.find(key);
            if (found == after.end()) name(key, value, "nothing");
            if (found != after.end() && found->second != value) name(key, value, found->second);
        }
        for (const auto& [key, value] : after) {
            if (!before.contains(key)) name(key, "nothing", value);
        }
    }

    const RunConfig& running_;
    RunConfig rest_;
    const hedge::EngineState& state_;
    Reload result_;
};

}  // namespace

Reload compare_configurations(const RunConfig& running, const RunConfig& wanted,
                              const hedge::EngineState& state) {
    return Comparison(running, wanted, state).run();
}

}  // namespace hw::deploy
