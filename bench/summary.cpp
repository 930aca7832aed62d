#include "bench/summary.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "bench/contestants.h"
#include "bench/machine.h"
#include "core/pricing/kernel.h"

namespace hw::bench {

namespace {

using nlohmann::ordered_json;
volatile double sink;

/// Passes in one sample: enough for the timer's step not to matter.
std::size_t passes_of(const Contestant& c) {
    const std::int64_t begin = now_ns();
    sink = c.pass(60'001);
    const std::int64_t one = std::max<std::int64_t>(now_ns() - begin, 20);
    return static_cast<std::size_t>(std::max<std::int64_t>(1, 20'000 / one));
}

double sample(const Contestant& c, std::size_t passes, int turn) {
    const std::int64_t begin = now_ns();
    double sum = 0;
    for (std::size_t n = 0; n < passes; ++n)
        sum += c.pass(60'000 + 0.5 * static_cast<double>((static_cast<std::size_t>(turn) + n) % 64));
    const std::int64_t end = now_ns();
    sink = sum;
    return static_cast<double>(end - begin) / static_cast<double>(passes * c.options);
}

/// Contestants take turns, so that the machine's drift hits all alike.
std::map<std::string, Samples> measure(const std::vector<Contestant>& all, int turns) {
    std::map<std::string, Samples> samples;
    std::vector<std::size_t> passes;
    for (const Contestant& c : all) {
        c.pass(60'000);
        passes.push_back(passes_of(c));
    }
    for (int turn = 0; turn < turns; ++turn) {
        for (std::size_t i = 0; i < all.size(); ++i)
            samples[all[i].name].ns.push_back(sample(all[i], passes[i], turn));
    }
    return samples;
}

ordered_json figures(std::map<std::string, Samples>& samples) {
    ordered_json j = ordered_json::object();
    for (auto& [name, s] : samples) j[name] = {{"p50_ns", s.quantile(0.5)}, {"p99_ns", s.quantile(0.99)}};
    return j;
}

}  // namespace

bool write_summary(const std::string& path) {
    ordered_json j;
    j["cpu"] = cpu_model();
    const std::string best(to_string(pricing::best_simd_level()));
    j["simd"] = best;
    j["timer"] = timer();
    constexpr int kTurns = 201;
    auto at_1024 = measure(contestants(1'024), kTurns);
    auto vols = measure(vol_contestants(), kTurns);
    auto ladder = measure(ladder_contestants(), 2'001);
    auto fits = measure(fit_contestants(), kTurns);
    auto attached = measure(attach_contestants(), kTurns);
    bool complete = true;
    const auto p50 = [](std::map<std::string, Samples>& s, const std::string& name) {
        const auto found = s.find(name);
        return found == s.end() ? 0.0 : found->second.quantile(0.5);
    };
    const auto ratio = [&](std::map<std::string, Samples>& s, const std::string& over,
                           const std::string& under) {
        const double above = p50(s, over), below = p50(s, under);
        if (above > 0 && below > 0) return above / below;
        std::fprintf(stderr, "core_bench: no figure for %s over %s\n", over.c_str(), under.c_str());
        complete = false;
        return 0.0;
    };
    j["full_vs_ql_engine"] = ratio(at_1024, "ql_engine", "full_" + best);
    j["full_vs_ql_blackcalculator"] = ratio(at_1024, "ql_blackcalculator", "full_" + best);
    j["full_vs_libmvec"] = ratio(at_1024, "libmvec", "full_" + best);
    j["delta_gamma_vs_full"] = ratio(at_1024, "full_" + best, "delta_gamma_" + best);
    j["full_avx2_vs_ql_blackcalculator"] = ratio(at_1024, "ql_blackcalculator", "full_avx2");
    j["iv_warm_vs_bracketed"] = ratio(vols, "iv_bracketed", "iv_warm");
    j["ladder_16384_vs_exact_64"] = ratio(ladder, "ladder_16384", "exact_64");
    j["ns_per_option"]["1024"] = figures(at_1024);
    for (const std::size_t n : {16, 64, 256, 4'096, 16'384}) {
        auto samples = measure(contestants(n), 31);
        j["ns_per_option"][std::to_string(n)] = figures(samples);
    }
    j["ns_per_volatility"] = figures(vols);
    j["ns_per_tick"] = figures(ladder);
    j["ns_per_fit"] = figures(fits);
    j["ns_per_node_attached"] = figures(attached);
    std::ofstream file(path);
    file << j.dump(2) << '\n';
    file.close();
    if (!file) std::fprintf(stderr, "core_bench: cannot write %s\n", path.c_str());
    return file && complete;
}

}  // namespace hw::bench
