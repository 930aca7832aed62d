#include "deploy/runtime/config_findings.h"

#include <algorithm>
#include <tuple>

namespace hw::deploy {

Place ConfigFindings::place_of(std::string_view path) const {
    for (;;) {
        if (const auto found = places_.find(path); found != places_.end()) return found->second;
        const auto cut = path.find_last_of(".[");
        if (cut == std::string_view::npos) return Place{};
        path = path.substr(0, cut);
    }
}

void ConfigFindings::add(const std::string& path, std::string message) {
    faulty_.insert(path);
    add_at(place_of(path), std::move(message));
}

void ConfigFindings::add_at(Place place, std::string message) {
    errors_.push_back({file_, place.line, place.column, std::move(message)});
}

ConfigErrors ConfigFindings::sorted() const {
    ConfigErrors errors = errors_;
    std::stable_sort(errors.begin(), errors.end(), [](const ConfigError& a, const ConfigError& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return errors;
}

}  // namespace hw::deploy
