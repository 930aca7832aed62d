// Keys of the configuration that say what may be lost and what the gate lets through. Part of
// config_schema.h.
#pragma once

#include <array>
#include <string>

#include "deploy/runtime/config_findings.h"
#include "deploy/runtime/config_rules.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::deploy {

template <class Visitor>
void describe_stops(Visitor& v, hedge::StopConfig& c) {
    constexpr RealRule kMoney{.min = 0, .max = 1e12};
    v.value("loss_warn", c.loss[0], kMoney);
    v.value("loss_reduce", c.loss[1], kMoney);
    v.value("loss_flatten", c.loss[2], kMoney);
    v.value("loss_halt", c.loss[3], kMoney);
    v.value("drawdown_warn", c.drawdown[0], kMoney);
    v.value("drawdown_reduce", c.drawdown[1], kMoney);
    v.value("drawdown_flatten", c.drawdown[2], kMoney);
    v.value("drawdown_halt", c.drawdown[3], kMoney);
}

template <class Visitor>
void describe_gate(Visitor& v, hedge::GateConfig& c) {
    v.value("collar_bp", c.collar_bp, {.min = 0, .max = 10'000, .above_min = true});
    v.value("reference_collar_bp", c.reference_collar_bp, {.min = 0, .max = 10'000});
    v.value("max_order_coins", c.max_order_coins, {.min = 0, .max = 1e9, .above_min = true});
    v.value("max_order_notional", c.max_order_notional, {.min = 0, .max = 1e12});
    v.value("max_open_orders", c.max_open_orders, {.min = 1, .max = hedge::kMaxOrders});
    v.value("max_orders_per_second", c.max_orders_per_second, {.min = 1, .max = hedge::kMaxOrderRate});
    v.value("max_messages_per_second", c.max_messages_per_second, {.min = 0, .max = 1e6});
    v.value("message_burst", c.message_burst, {.min = 0, .max = 1e6});
    v.value("max_position_coins", c.max_position_coins, {.min = 0, .max = 1e9, .above_min = true});
    v.value("max_daily_fill_coins", c.max_daily_fill_coins, {.min = 0, .max = 1e12});
    v.value("max_daily_loss", c.max_daily_loss, {.min = 0, .max = 1e12});
    v.value("capital", c.capital, {.min = 0, .max = 1e12});
    v.duration_ms("duplicate_window_ms", c.duplicate_window, {.min = 0, .max = 60'000});
    v.value("runaway_orders", c.runaway_orders, {.min = 0, .max = 100});
}

/// What the values of [gate] and the stops owe each other.
void check_gate(const hedge::GateConfig&, ConfigFindings&);
/// Levels in rising order; `path` is the table's.
void check_stops(const hedge::StopConfig&, const std::string& path, ConfigFindings&);
/// The limits of an underlying against the gate's; `path` is the underlying's.
void check_against_gate(const hedge::UnderlyingConfig&, const hedge::GateConfig&, const std::string& path,
                        ConfigFindings&);

}  // namespace hw::deploy
