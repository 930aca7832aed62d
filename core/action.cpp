#include "core/action.h"

namespace hw {

std::string_view to_string(ActionType type) {
    switch (type) {
        case ActionType::none:
            return "none";
        case ActionType::new_order:
            return "new_order";
        case ActionType::cancel_order:
            return "cancel_order";
        case ActionType::mass_cancel:
            return "mass_cancel";
        case ActionType::settle_orders:
            return "settle_orders";
        case ActionType::alert:
            return "alert";
        case ActionType::shadow_order:
            return "shadow_order";
    }
    return "invalid";
}

std::string_view to_string(OrderPurpose p) {
    switch (p) {
        case OrderPurpose::hedge:
            return "hedge";
        case OrderPurpose::flatten:
            return "flatten";
        case OrderPurpose::manual:
            return "manual";
        case OrderPurpose::overlay:
            return "overlay";
    }
    return "invalid";
}

std::size_t payload_size(ActionType type) {
    switch (type) {
        case ActionType::new_order:
        case ActionType::shadow_order:
            return sizeof(NewOrder);
        case ActionType::cancel_order:
            return sizeof(CancelOrder);
        case ActionType::mass_cancel:
            return sizeof(MassCancel);
        case ActionType::settle_orders:
            return sizeof(SettleOrders);
        case ActionType::alert:
            return sizeof(Alert);
        case ActionType::none:
            break;
    }
    return Action::kPayloadBytes + 1;
}

}  // namespace hw
