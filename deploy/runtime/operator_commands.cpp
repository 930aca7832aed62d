#include "deploy/runtime/operator_commands.h"

#include <fmt/format.h>

#include <cmath>

#include "hedge/commands.h"

namespace hw::deploy {

namespace {

using nlohmann::json;

constexpr CommandKind kKinds[] = {CommandKind::kill,         CommandKind::reset,
                                  CommandKind::pause,        CommandKind::resume,
                                  CommandKind::set_band,     CommandKind::set_limit,
                                  CommandKind::manual_hedge, CommandKind::external_position,
                                  CommandKind::reset_stop,   CommandKind::accept_surface};

UnderlyingId underlying_named(const hedge::EngineState& state, const std::string& name) {
    for (std::uint16_t i = 0; i < state.underlying_count; ++i) {
        if (state.underlyings[i].name.view() == name) return UnderlyingId{i};
    }
    return kNoUnderlying;
}

/// What one request needs, checked one thing after the other; the first fault counts.
class Reading {
  public:
    Reading(const json& request, const hedge::EngineState& state, const hedge::EngineConfig& config)
        : request_(request), state_(state), config_(config) {
        command_.underlying = kNoUnderlying;
        command_.who = Name<32>::cut(text_of(request, "who"));
        command_.why = Name<64>::cut(text_of(request, "why"));
    }

    void underlying() {
        const std::string name = text_of(request_, "underlying");
        if (name.empty()) return;
        command_.underlying = underlying_named(state_, name);
        if (command_.underlying == kNoUnderlying) fault("unknown underlying \"" + name + "\"");
    }
    void hedged_underlying() {
        underlying();
        if (!fault_.empty()) return;
        if (command_.underlying == kNoUnderlying) return fault(name() + " needs an underlying");
        if (state_.underlyings[index(command_.underlying)].configured == 0)
            fault(fmt::format("underlying \"{}\" is not hedged by this configuration",
                              text_of(request_, "underlying")));
    }
    void value(const char* what) {
        const auto found = request_.find("value");
        if (found == request_.end() || !found->is_number()) return fault(name() + " needs a value: " + what);
        command_.value = found->get<double>();
        if (!std::isfinite(command_.value)) fault(name() + " needs a finite value");
    }
    /// Between zero, which is the configured one again, and what is configured.
    void tighter_than(double configured, std::string_view what) {
        if (!fault_.empty()) return;
        const bool unlimited = configured == 0;
        if (command_.value >= 0 && (unlimited || command_.value <= configured)) return;
        fault(unlimited ? fmt::format("{} cannot be {:g}: it must be above 0 (0: none, as configured)", what,
                                      command_.value)
                        : fmt::format("{} cannot be {:g}: while it runs it may only be tighter than the "
                                      "configured {:g} (0: as configured)",
                                      what, command_.value, configured));
    }
    void band() {
        hedged_underlying();
        value("coins either side of the target");
        if (fault_.empty()) tighter_than(rules().band, "the band");
    }
    void limit() {
        const std::string wanted = text_of(request_, "limit");
        const auto kind = limit_named(wanted);
        if (!kind) return fault(fmt::format("unknown limit \"{}\"; known: {}", wanted, limit_names()));
        command_.limit = *kind;
        const bool one = !text_of(request_, "underlying").empty();
        if (one) hedged_underlying();
        value("in the limit's own unit");
        if (!fault_.empty()) return;
        if (!hedge::limit_applies(*kind, one))
            return fault(fmt::format("{} is set {}", wanted,
                                     one ? "for the account as a whole: leave the underlying out"
                                         : "for one underlying: say which"));
        tighter_than(hedge::configured_limit(config_, one ? &rules() : nullptr, *kind), wanted);
    }
    void hedge() {
        hedged_underlying();
        value("coins, positive to buy");
        if (fault_.empty() && command_.value == 0) fault("hedge needs a value other than 0");
    }
    void external_position() {
        const std::string symbol = text_of(request_, "instrument");
        command_.instrument = state_.instruments.find_symbol(symbol);
        if (command_.instrument == kNoInstrument) return fault("unknown instrument \"" + symbol + "\"");
        value("contracts that the position changes by");
        const auto contracts = Qty::from_double(command_.value);
        if (fault_.empty() && (!contracts || contracts->is_zero()))
            fault("external-position needs a number of contracts other than 0");
    }

    void kind(CommandKind kind) { command_.kind = kind; }
    std::variant<Command, std::string> result() const {
        if (!fault_.empty()) return fault_;
        return command_;
    }

  private:
    std::string name() const { return std::string(to_string(command_.kind)); }
    const hedge::UnderlyingConfig& rules() const {
        return hedge::rules_of(config_, state_.underlyings[index(command_.underlying)]);
    }
    void fault(std::string what) {
        if (fault_.empty()) fault_ = std::move(what);
    }

    const json& request_;
    const hedge::EngineState& state_;
    const hedge::EngineConfig& config_;
    Command command_{};
    std::string fault_;
};

}  // namespace

std::string text_of(const json& request, const char* key) {
    const auto found = request.find(key);
    return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<CommandKind> command_named(std::string_view name) {
    for (const CommandKind kind : kKinds) {
        if (to_string(kind) == name) return kind;
    }
    return std::nullopt;
}

std::optional<LimitKind> limit_named(std::string_view name) {
    for (std::size_t n = 0; n < static_cast<std::size_t>(LimitKind::count_); ++n) {
        if (to_string(static_cast<LimitKind>(n)) == name) return static_cast<LimitKind>(n);
    }
    return std::nullopt;
}

std::string limit_names() {
    std::string all;
    for (std::size_t n = 0; n < static_cast<std::size_t>(LimitKind::count_); ++n) {
        if (n != 0) all += ", ";
        all += to_string(static_cast<LimitKind>(n));
    }
    return all;
}

std::variant<Command, std::string> command_from(CommandKind kind, const json& request,
                                                const hedge::EngineState& state,
                                                const hedge::EngineConfig& config) {
    Reading r(request, state, config);
    r.kind(kind);
    switch (kind) {
        case CommandKind::set_band:
            r.band();
            break;
        case CommandKind::set_limit:
            r.limit();
            break;
        case CommandKind::manual_hedge:
            r.hedge();
            break;
        case CommandKind::external_position:
            r.external_position();
            break;
        case CommandKind::kill:
        case CommandKind::reset:
        case CommandKind::pause:
        case CommandKind::resume:
        case CommandKind::accept_surface:
        case CommandKind::reset_stop:
            r.underlying();
            break;
    }
    return r.result();
}

}  // namespace hw::deploy
