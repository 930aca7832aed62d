#include "fix/order_writer.h"

#include <string>
#include <string_view>

#include "fix/decimal.h"
#include "fix/timestamp.h"

namespace hw::fix {
namespace {

std::string text(std::string_view view) { return std::string{view}; }

std::string id_text(OrderId order) {
    const auto digits = order.to_text();
    return {digits.data(), digits.size()};
}

std::string time_text(Nanos now) {
    const auto stamp = format_timestamp_ms(now);
    return {stamp.data(), stamp.size()};
}

std::string code_text(char code) { return std::string(1, code); }

}  // namespace

const char* OrderWriter::write(const Action& action, Nanos now, std::vector<TextField>& fields) const {
    fields.clear();
    switch (action.header.type) {
        case ActionType::new_order:
            return new_order(action, now, fields);
        case ActionType::cancel_order:
            return cancel_order(action, now, fields);
        case ActionType::mass_cancel:
            return mass_cancel(action, now, fields);
        case ActionType::settle_orders:
            return settle_orders(action, fields);
        case ActionType::none:
        case ActionType::alert:
        case ActionType::shadow_order:
            break;
    }
    return nullptr;
}

const Symbol* OrderWriter::symbol_of(const Action& action) const {
    const InstrumentId id = action.header.instrument;
    return instruments_.contains(id) ? &instruments_[id].symbol : nullptr;
}

const char* OrderWriter::new_order(const Action& action, Nanos now, std::vector<TextField>& fields) const {
    const NewOrder& order = action.payload.new_order;
    const Symbol* const symbol = symbol_of(action);
    if (symbol == nullptr || order.order.is_none() || order.qty <= Qty{}) return nullptr;
    fields.push_back({11, id_text(order.order)});
    if (!account_.empty()) fields.push_back({1, account_});
    fields.push_back({55, text(symbol->view())});
    fields.push_back({54, code_text(side_code(order.side))});
    fields.push_back({60, time_text(now)});
    fields.push_back({38, text(DecimalText{order.qty}.view())});
    fields.push_back({40, "2"});
    fields.push_back({44, text(DecimalText{order.limit}.view())});
    fields.push_back({59, code_text(time_in_force_code(order.time_in_force))});
    if (order.post_only != 0) fields.push_back({18, "6"});  // participate, do not initiate
    dialect_.order_fields(fields);
    return "D";
}

const char* OrderWriter::cancel_order(const Action& action, Nanos now, std::vector<TextField>& fields) const {
    const CancelOrder& cancel = action.payload.cancel_order;
    const Symbol* const symbol = symbol_of(action);
    if (symbol == nullptr || cancel.order.is_none() || cancel.original.is_none()) return nullptr;
    fields.push_back({41, id_text(cancel.original)});
    fields.push_back({11, id_text(cancel.order)});
    if (!account_.empty()) fields.push_back({1, account_});
    fields.push_back({55, text(symbol->view())});
    fields.push_back({54, code_text(side_code(cancel.side))});
    fields.push_back({60, time_text(now)});
    fields.push_back({38, text(DecimalText{cancel.qty}.view())});
    return "F";
}

const char* OrderWriter::mass_cancel(const Action& action, Nanos now, std::vector<TextField>& fields) const {
    const MassCancel& cancel = action.payload.mass_cancel;
    if (cancel.order.is_none()) return nullptr;
    fields.push_back({11, id_text(cancel.order)});
    fields.push_back({60, time_text(now)});
    dialect_.mass_cancel_fields(fields);
    return "q";
}

const char* OrderWriter::settle_orders(const Action& action, std::vector<TextField>& fields) const {
    const SettleOrders& settle = action.payload.settle_orders;
    if (settle.order.is_none()) return nullptr;
    fields.push_back({584, id_text(settle.order)});
    fields.push_back({585, "7"});  // the status of all orders
    return "AF";
}

}  // namespace hw::fix
