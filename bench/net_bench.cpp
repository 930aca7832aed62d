// What the wire path costs: `net_bench --summary FILE` measures everything in one run and writes it as JSON,
// with the floor of the machine that it ran on.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "bench/cold_tick.h"
#include "bench/far_end.h"
#include "bench/feed_cost.h"
#include "bench/machine.h"
#include "bench/wire_cost.h"
#include "core/clock.h"
#include "core/gap_detector.h"

namespace {

using namespace hw::bench;
using nlohmann::ordered_json;

constexpr const char* kHelp =
    "net_bench: what the wire path costs on this machine, in one run of less than two minutes.\n"
    "\n"
    "usage: net_bench --summary FILE [--capture FILE]\n"
    "\n"
    "  --summary FILE   where the figures go, as JSON\n"
    "  --capture FILE   a Deribit capture for the cost of a message; without it the one beside the\n"
    "                   repository, and where that is absent a generated session\n"
    "\n"
    "It needs two cores to itself to say something about packet rates and sends.\n"
    "Exit: 0 done, 1 something could not be measured, 2 bad usage.\n";

/// What keeps a thread that only looks at the clock from doing so.
ordered_json scheduling_gaps() {
    constexpr std::int64_t kWatchedNs = 2'000'000'000;
    hw::GapDetector gaps;
    const std::int64_t begin = now_ns();
    for (std::int64_t now = begin; now - begin < kWatchedNs; now = now_ns()) gaps.at(now, false);
    const hw::GapFigures f = gaps.figures();
    return {{"threshold_ns", f.threshold_ns},
            {"per_s", static_cast<double>(f.count) / (static_cast<double>(kWatchedNs) * 1e-9)},
            {"longest_ns", f.max_ns},
            {"share_of_time", static_cast<double>(f.total_ns) / static_cast<double>(kWatchedNs)}};
}

/// The figures that are looked at first, from where they were measured.
void hoist(ordered_json& j, const ordered_json& from, const std::vector<const char*>& names) {
    for (const char* name : names) j[name] = from[name];
}

bool measure(const std::string& capture, ordered_json& j, std::string& error) {
    const auto wire = WirePair::start(error);
    if (!wire) return false;
    const ordered_json feed = measure_feed(capture, error);
    if (feed.is_null()) return false;
    const ordered_json sends = measure_sends(*wire, error);
    if (sends.is_null()) return false;
    const ordered_json rate = measure_packet_rate(*wire);
    const ordered_json cold = measure_cold_tick(*wire, error);
    if (cold.is_null()) return false;
    j["source"] = feed["source"];
    j["classify_decode_book_ns_per_message"] = feed["classify_decode_book"]["p50_ns"];
    j["touch_ns_per_message"] = feed["touch"]["p50_ns"];
    hoist(j, sends,
          {"delegated_ns", "lwip_ns", "kernel_write_ns", "delegated_before_tx_ns", "lwip_before_tx_ns",
           "delegated_vs_kernel_write", "delegated_vs_lwip_before_tx"});
    hoist(j, rate, {"loss_free_packets_per_s", "loss_at_line_rate"});
    hoist(j, cold, {"cold_vs_hot", "cold_vs_hot_without_walk"});
    j["machine"]["cpu"] = cpu_model();
    j["machine"]["cores_apart"] = wire->cores_apart();
    j["machine"]["timer"] = timer();
    j["machine"]["timer"]["clock"] = hw::to_string(hw::process_clock.report().source);
    j["machine"]["timer"]["reading_ns"] = hw::process_clock.report().reading_ns;
    j["machine"]["cache_line_hop"] = wire->cores_apart() ? measure_cache_hop(*wire) : nullptr;
    j["machine"]["scheduling_gaps"] = scheduling_gaps();
    j["feed"] = feed;
    j["sends"] = sends;
    j["packet_rate"] = rate;
    j["cold_tick"] = cold;
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    std::string summary;
    std::string capture = HW_CAPTURE;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view option = argv[i];
        if (i + 1 == argc || (option != "--summary" && option != "--capture"))
            return std::fputs(kHelp, stderr), 2;
        (option == "--summary" ? summary : capture) = argv[i + 1];
    }
    if (summary.empty()) return std::fputs(kHelp, stderr), 2;
    hw::process_clock.start();
    ordered_json j;
    std::string error;
    if (!measure(capture, j, error)) {
        std::fprintf(stderr, "net_bench: %s\n", error.c_str());
        return 1;
    }
    std::ofstream file(summary);
    file << j.dump(2) << '\n';
    file.close();
    if (!file) std::fprintf(stderr, "net_bench: cannot write %s\n", summary.c_str());
    return file ? 0 : 1;
}
