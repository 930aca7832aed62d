#include "hedge/risk_config.h"

namespace hw::hedge {

std::string_view to_string(StopLevel level) {
    switch (level) {
        case StopLevel::none:
            return "none";
        case StopLevel::warn:
            return "warn";
        case StopLevel::reduce:
            return "reduce";
        case StopLevel::flatten:
            return "flatten";
        case StopLevel::halt:
            return "halt";
    }
    return "invalid";
}

std::string_view to_string(Regime regime) {
    switch (regime) {
        case Regime::calm:
            return "calm";
        case Regime::fast:
            return "fast";
        case Regime::extreme:
            return "extreme";
        case Regime::dislocated:
            return "dislocated";
    }
    return "invalid";
}

}  // namespace hw::hedge
