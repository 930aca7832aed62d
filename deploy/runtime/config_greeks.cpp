#include "deploy/runtime/config_greeks.h"

#include <fmt/format.h>

#include "core/event.h"

namespace hw::deploy {
namespace {

void check_limit(const hedge::GreekLimit& limit, const std::string& path, const char* greek,
                 ConfigFindings& findings) {
    const std::string soft = fmt::format("{}.{}_soft", path, greek);
    const std::string hard = fmt::format("{}.{}_hard", path, greek);
    if (!findings.sound(soft) || !findings.sound(hard) || limit.hard == 0 || limit.soft <= limit.hard) return;
    findings.add(soft, fmt::format("{} ({}) is beyond {} ({}): nothing would be said before it is too late",
                                   soft, limit.soft, hard, limit.hard));
}

void check_limits_of(const hedge::GreekLimits& limits, const std::string& path, ConfigFindings& findings) {
    check_limit(limits.gamma, path, "gamma", findings);
    check_limit(limits.vega, path, "vega", findings);
    check_limit(limits.theta, path, "theta", findings);
}

void check_buckets(const hedge::UnderlyingConfig& u, const std::string& path, ConfigFindings& findings) {
    if (u.buckets.size() > kExpiryBuckets)
        findings.add(path + ".bucket", fmt::format("{}.bucket: {} are configured, at most {} are possible",
                                                   path, u.buckets.size(), kExpiryBuckets));
    for (std::size_t n = 0; n < u.buckets.size(); ++n) {
        const std::string bucket = fmt::format("{}.bucket[{}]", path, n);
        check_limits_of(u.buckets[n].limits, bucket, findings);
        const std::string days = bucket + ".up_to_days";
        if (n == 0 || !findings.sound(days) || u.buckets[n].up_to_days > u.buckets[n - 1].up_to_days)
            continue;
        findings.add(days, fmt::format("{} ({}) is not later than the bucket before ({})", days,
                                       u.buckets[n].up_to_days, u.buckets[n - 1].up_to_days));
    }
}

void check_stresses(const std::vector<hedge::Stress>& stresses, ConfigFindings& findings) {
    for (std::size_t n = 0; n < stresses.size(); ++n) {
        for (std::size_t m = 0; m < n; ++m) {
            if (stresses[n].name.empty() || stresses[n].name != stresses[m].name) continue;
            findings.add(fmt::format("stress[{}].name", n),
                         fmt::format("stress \"{}\" is configured twice", stresses[n].name));
            break;
        }
    }
}

}  // namespace

void check_greeks(const hedge::EngineConfig& engine, ConfigFindings& findings) {
    check_limits_of(engine.greek_limits, "engine.greek_limits", findings);
    for (std::size_t i = 0; i < engine.underlyings.size(); ++i) {
        const std::string path = fmt::format("underlying[{}]", i);
        check_limits_of(engine.underlyings[i].greek_limits, path + ".greek_limits", findings);
        check_buckets(engine.underlyings[i], path, findings);
    }
    check_stresses(engine.stresses, findings);
}

}  // namespace hw::deploy
