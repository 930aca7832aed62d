#include "core/codes.h"

namespace hw {

std::string_view to_string(Severity s) {
    switch (s) {
        case Severity::info:
            return "info";
        case Severity::warning:
            return "warning";
        case Severity::critical:
            return "critical";
    }
    return "invalid";
}

std::string_view to_string(AlertCode code) {
    switch (code) {
#define HW_X(number, name, severity, text) \
    case AlertCode::name:                  \
        return #name;
        HW_ALERT_CODES(HW_X)
#undef HW_X
    }
    return "invalid";
}

Severity severity_of(AlertCode code) {
    switch (code) {
#define HW_X(number, name, severity, text) \
    case AlertCode::name:                  \
        return Severity::severity;
        HW_ALERT_CODES(HW_X)
#undef HW_X
    }
    return Severity::critical;
}

std::string_view description_of(AlertCode code) {
    switch (code) {
#define HW_X(number, name, severity, text) \
    case AlertCode::name:                  \
        return text;
        HW_ALERT_CODES(HW_X)
#undef HW_X
    }
    return "invalid";
}

}  // namespace hw
