// The machine that a benchmark ran on, and the figures that every benchmark needs: samples with their median
// and tail, and the floor below which nothing can be measured.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hw::bench {

std::int64_t now_ns();

struct Samples {
    std::vector<double> ns;
    double quantile(double q);  ///< zero when there are none
    double median() { return quantile(0.5); }
};
/// p50, p90, p99 and p99.9 in nanoseconds, and how many there are.
nlohmann::ordered_json spread(Samples&);

/// A folder in memory, where the machine has a file system for that; else one for temporary files.
std::filesystem::path memory_folder();

std::string cpu_model();
/// The smallest step of the timer, and what one reading of it costs.
nlohmann::ordered_json timer();

}  // namespace hw::bench
