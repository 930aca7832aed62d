#include "deploy/runtime/config_hedging.h"

#include <fmt/format.h>

#include "hedge/risk_state.h"

namespace hw::deploy {

namespace {

std::string_view name_of(hedge::PolicyKind kind) {
    for (const auto& choice : kPolicyKinds) {
        if (choice.value == kind) return choice.word;
    }
    return "invalid";
}

void check_policy(const hedge::PolicyConfig& policy, const std::string& path, ConfigFindings& findings) {
    const auto needs = [&](const char* key, bool there) {
        if (there || !findings.sound(path + key)) return;
        findings.add(path + key, fmt::format("{}{} must be above 0 with {}.kind \"{}\"", path, key, path,
                                             name_of(policy.kind)));
    };
    switch (policy.kind) {
        case hedge::PolicyKind::whalley_wilmott:
        case hedge::PolicyKind::zakamouline:
            return needs(".risk_aversion", policy.risk_aversion > 0);
        case hedge::PolicyKind::interval:
        case hedge::PolicyKind::toward_delta:
            return needs(".interval_ms", policy.interval > Nanos{});
        case hedge::PolicyKind::price_move:
            return needs(".move_bp", policy.move_bp > 0);
        case hedge::PolicyKind::fixed_band:
            break;
    }
}

void check_alternatives(const hedge::UnderlyingConfig& c, const std::string& path, ConfigFindings& findings) {
    if (c.alternatives.size() >= hedge::kMaxHedges)
        findings.add(path + ".alternative", fmt::format("{}: {} alternatives, at most {} are possible", path,
                                                        c.alternatives.size(), hedge::kMaxHedges - 1));
    for (std::size_t n = 0; n < c.alternatives.size(); ++n) {
        const std::string& name = c.alternatives[n].instrument;
        bool twice = name == c.hedge_instrument;
        for (std::size_t m = 0; m < n; ++m) twice = twice || c.alternatives[m].instrument == name;
        const std::string key = fmt::format("{}.alternative[{}].instrument", path, n);
        if (twice && !name.empty())
            findings.add(key, fmt::format("{} (\"{}\") is configured twice", key, name));
    }
}

}  // namespace

void check_hedging(const hedge::UnderlyingConfig& c, const std::string& path, ConfigFindings& findings) {
    check_policy(c.policy, path + ".policy", findings);
    check_alternatives(c, path, findings);
}

}  // namespace hw::deploy
