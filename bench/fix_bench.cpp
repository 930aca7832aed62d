// What the order protocol costs beside QuickFIX: `fix_bench --summary FILE` has both do the same to the same
// message, in turns, and writes it as JSON, with the floor of the machine that it ran on.
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "bench/fix_contestants.h"
#include "bench/machine.h"
#include "core/clock.h"
#include "fix/scan.h"

namespace {

using namespace hw::bench;
using nlohmann::ordered_json;

constexpr const char* kHelp =
    "fix_bench: what FIX costs on this machine, beside QuickFIX, in one run of some seconds.\n"
    "\n"
    "usage: fix_bench --summary FILE\n"
    "\n"
    "  --summary FILE   where the figures go, as JSON\n"
    "\n"
    "Exit: 0 done, 1 something could not be measured, 2 bad usage.\n";

constexpr int kTurns = 600;
constexpr int kWarmUp = 50;
volatile std::uint64_t sink;

void run(const FixContestant& c, std::vector<double>& ns) {
    if (c.prepare) c.prepare();
    if (c.run_timed) return c.run_timed(ns);
    const std::int64_t begin = fix_clock_ns();
    sink = c.run();
    const std::int64_t end = fix_clock_ns();
    ns.push_back(static_cast<double>(end - begin) / static_cast<double>(c.passes));
}

/// Contestants take turns, so that the machine's drift hits all alike.
std::map<std::string, Samples> measure(const std::vector<FixContestant>& all) {
    std::map<std::string, Samples> samples;
    std::vector<double> unused;
    for (int turn = 0; turn < kTurns + kWarmUp; ++turn) {
        for (const FixContestant& c : all) run(c, turn < kWarmUp ? unused : samples[c.name].ns);
    }
    return samples;
}

ordered_json summary(std::map<std::string, Samples>& samples) {
    const auto ratio = [&](const char* theirs, const char* ours) {
        return samples.at(theirs).median() / samples.at(ours).median();
    };
    ordered_json j;
    j["encode_vs_quickfix"] = ratio("quickfix_encode", "encode");
    j["send_vs_quickfix"] = ratio("quickfix_send", "send");
    j["parse_vs_quickfix"] = ratio("quickfix_parse", "parse");
    j["send_back_to_back_vs_quickfix"] = ratio("quickfix_send", "send_back_to_back");
    j["build_and_send_vs_quickfix"] = ratio("quickfix_build_and_send", "send_and_complete");
    j["parse_and_check_vs_quickfix"] = ratio("quickfix_parse_with_dictionary", "parse_and_check");
    j["receive_vs_quickfix"] = ratio("quickfix_receive", "receive");
    j["receive_vs_quickfix_with_dictionary"] = ratio("quickfix_receive_with_dictionary", "receive");
    j["poll_vs_quickfix"] = ratio("quickfix_poll", "poll");
    j["machine"] = {{"cpu", cpu_model()},
                    {"simd", hw::pricing::to_string(hw::fix::best_scan_level())},
                    {"timer", timer()}};
    j["machine"]["timer"]["clock"] = hw::to_string(hw::process_clock.report().source);
    j["machine"]["timer"]["reading_ns"] = hw::process_clock.report().reading_ns;
    // `send` is as in the hot loop, a microsecond after a walk, that has touched the slot that comes next;
    // back to back, each finds a slot of a store of 64 MiB cold. QuickFIX rests as long, and is given
    // messages that were built before. Sends up to the transport's call are timed one by one, their clock's
    // reading included; of all else a sample is the mean of one run's passes. `receive` is all that a hedge
    // waits for; received messages are put away for people after the turn's orders.
    for (auto& [name, s] : samples) j["ns"][name] = spread(s);
    return j;
}

bool measure_all(ordered_json& j, std::string& error) {
    std::vector<FixContestant> all = our_fix_contestants(error);
    const std::vector<FixContestant> theirs = quickfix_contestants(error);
    if (!error.empty()) return false;
    all.insert(all.end(), theirs.begin(), theirs.end());
    auto samples = measure(all);
    j = summary(samples);
    return true;
}

}  // namespace

std::int64_t hw::bench::fix_clock_ns() { return hw::process_clock.steady_ns(); }

int main(int argc, char** argv) {
    if (argc != 3 || std::string_view(argv[1]) != "--summary") return std::fputs(kHelp, stderr), 2;
    hw::process_clock.start();
    ordered_json j;
    std::string error;
    if (!measure_all(j, error)) {
        std::fprintf(stderr, "fix_bench: %s\n", error.c_str());
        return 1;
    }
    std::ofstream file(argv[2]);
    file << j.dump(2) << '\n';
    file.close();
    if (!file) std::fprintf(stderr, "fix_bench: cannot write %s\n", argv[2]);
    return file ? 0 : 1;
}
