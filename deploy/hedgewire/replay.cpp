// `hedgewire replay`: proves that a journal gives the same Actions again.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/pricing/kernel.h"
#include "deploy/hedgewire/commands.h"
#include "deploy/runtime/replica.h"

namespace hw::deploy {

namespace {

std::string_view to_string(Replica::Outcome outcome) {
    switch (outcome) {
        case Replica::Outcome::caught_up:
            return "identical";
        case Replica::Outcome::paused:
            return "paused";
        case Replica::Outcome::differs:
            return "differs";
        case Replica::Outcome::damaged:
            return "damaged";
        case Replica::Outcome::unreadable:
            return "unreadable";
    }
    return "invalid";
}

/// The kernels that a run was made with are asked for again; a machine without them gives the same bits by
/// its best ones, and that is said once.
class KernelNotice {
  public:
    void operator()(const Event& e) {
        if (e.header.type != EventType::run_started || e.payload.run_started.simd == 0) return;
        const auto recorded = static_cast<pricing::SimdLevel>(e.payload.run_started.simd);
        if (pricing::is_supported(recorded) || said_) return;
        said_ = true;
        std::fprintf(stderr, "replay: recorded with the %s kernels, which this machine lacks; using %s\n",
                     std::string(pricing::to_string(recorded)).c_str(),
                     std::string(pricing::to_string(pricing::best_simd_level())).c_str());
    }

  private:
    bool said_ = false;
};

}  // namespace

int cmd_replay(int argc, char** argv) {
    CLI::App app{
        "Runs a journal's Events through the engine again and compares every Action and the final state.\n"
        "Prints one JSON object. Exit code 0: identical; 1: at the first difference, which it names; 2: the\n"
        "journal cannot be read (damaged, another version, none there).",
        "hedgewire replay"};
    std::string dir;
    bool from_snapshot = false;
    app.add_option("--journal", dir, "journal folder")->required();
    app.add_flag("--from-snapshot", from_snapshot, "begin at the newest snapshot instead of the first Event");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    const auto begun = std::chrono::steady_clock::now();
    Replica replica(dir, false);
    replica.observe({.event = KernelNotice{}, .action = {}, .timing = {}});
    Replica::Outcome outcome = Replica::Outcome::unreadable;
    if (from_snapshot ? replica.begin_at_snapshot() : replica.begin_at_start()) {
        // In portions, so that a long journal shows progress.
        for (outcome = Replica::Outcome::paused; outcome == Replica::Outcome::paused;) {
            outcome = replica.advance(5'000'000);
            if (outcome == Replica::Outcome::paused) {
                std::fprintf(stderr, "replay: %llu events\n",
                             static_cast<unsigned long long>(replica.events()));
            }
        }
        if (outcome == Replica::Outcome::caught_up && !replica.ends_cleanly())
            outcome = Replica::Outcome::damaged;
    }
    const bool identical = outcome == Replica::Outcome::caught_up;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    char hash[17];
    std::snprintf(hash, sizeof hash, "%016llx",
                  static_cast<unsigned long long>(hedge::state_hash(replica.state())));
    const nlohmann::ordered_json out{{"result", to_string(outcome)},
                                     {"identical", identical},
                                     {"events", replica.events()},
                                     {"actions", replica.actions_compared()},
                                     {"unrecorded_actions", replica.unrecorded_actions()},
                                     {"runs", replica.runs()},
                                     {"last_sequence", replica.state().last_sequence},
                                     {"state_hash", hash},
                                     {"seconds", took.count()}};
    std::printf("%s\n", out.dump().c_str());
    if (!identical) std::fprintf(stderr, "hedgewire replay: %s\n", replica.message().c_str());
    if (identical) return 0;
    return outcome == Replica::Outcome::differs ? 1 : 2;
}

}  // namespace hw::deploy
