#include "bench/machine.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

namespace hw::bench {

using nlohmann::ordered_json;

std::int64_t now_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

double Samples::quantile(double q) {
    if (ns.empty()) return 0;
    std::sort(ns.begin(), ns.end());
    return ns[static_cast<std::size_t>(q * static_cast<double>(ns.size() - 1))];
}

ordered_json spread(Samples& s) {
    return {{"p50_ns", s.quantile(0.5)},
            {"p90_ns", s.quantile(0.9)},
            {"p99_ns", s.quantile(0.99)},
            {"p99.9_ns", s.quantile(0.999)},
            {"samples", s.ns.size()}};
}

std::filesystem::path memory_folder() {
    const std::filesystem::path shared = "/dev/shm";
    std::error_code ignored;
    const bool usable = std::filesystem::is_directory(shared, ignored) && ::access(shared.c_str(), W_OK) == 0;
    return usable ? shared : std::filesystem::temp_directory_path();
}

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
    }
    return "unknown";
}

ordered_json timer() {
    std::int64_t step = 1'000'000'000;
    constexpr int kReads = 100'000;
    const std::int64_t begin = now_ns();
    std::int64_t last = begin;
    for (int n = 0; n < kReads; ++n) {
        const std::int64_t t = now_ns();
        if (t > last) step = std::min(step, t - last);
        last = t;
    }
    return {{"step_ns", step}, {"overhead_ns", static_cast<double>(last - begin) / kReads}};
}

}  // namespace hw::bench
