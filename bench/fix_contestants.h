// Who is measured in fix_bench: each does one thing to the same message a number of times. Plain C++14, so
// that the unit with QuickFIX's headers can include it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace hw {
namespace bench {

/// The clock that all are timed with.
std::int64_t fix_clock_ns();

/// Lets what one pass has begun in the memory system come to its end before the next is timed.
inline void rest_a_microsecond() {
    for (const std::int64_t begin = fix_clock_ns(); fix_clock_ns() - begin < 1000;) continue;
}

struct FixContestant {
    std::string name;
    std::size_t passes;                  ///< of one run
    std::function<void()> prepare;       ///< before each run, not measured; may be empty
    std::function<std::uint64_t()> run;  ///< what it returns keeps it from being removed
    /// Instead of `run`, for what is to be timed each time on its own, up to some point inside: adds so many
    /// nanoseconds for each pass.
    std::function<void(std::vector<double>& ns)> run_timed;
};

/// What an order says; the same for all.
struct SampleOrder {
    std::string cl_ord_id = "0001000000000700";
    std::string account = "ACCOUNT-1";
    std::string symbol = "BTC-PERPETUAL";
    double quantity = 1250;
    double price = 64250.5;
};

/// "35=8|..", without header and trailer: a fill as venues send it, '|' for SOH.
inline std::string sample_report() {
    return "37=BTC-1234567890|11=0001000000000700|17=ETH-987654321|150=F|39=1|55=BTC-PERPETUAL|54=1|38=1250|"
           "32=250|31=64250.5|14=500|151=750|6=64250.25|60=20260102-03:04:05.678|";
}

/// Ours, on every instruction set that the machine has. Empty, and why, when there is no place for the store.
std::vector<FixContestant> our_fix_contestants(std::string& error);
/// The same work by QuickFIX 1.15.1.
std::vector<FixContestant> quickfix_contestants(std::string& error);

}  // namespace bench
}  // namespace hw
