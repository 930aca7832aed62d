// How long a restart takes after a long day: a child process writes a journal through the real writer and
// follower, dies by SIGKILL, and the parent times taking the journal up again (memory segments to disk,
// newest snapshot, tail). Prints one JSON object.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "deploy/runtime/config.h"
#include "deploy/runtime/follower.h"
#include "deploy/runtime/startup.h"

namespace {

using namespace hw;
namespace fs = std::filesystem;

constexpr char kConfig[] = R"(version = 1
[port]
eal = ["--no-pci"]
[feed]
kind = "deribit"
[order]
transport = "paper"
[journal]
dir = "DIR"
[[underlying]]
name = "BTC"
hedge_instrument = "BTC-PERPETUAL"
band = 1000.0
[gate]
max_position_coins = 10000.0
)";

Instrument perpetual() {
    Instrument i;
    i.symbol = *Symbol::from("BTC-PERPETUAL");
    i.base = *Currency::from("BTC");
    i.feed_id = 1;
    i.contract_size = Qty::from_units(10);
    i.lot = Qty::from_units(1);
    i.tick = Price::from_nanos(kNano / 2);
    i.kind = Kind::perpetual;
    i.settlement = Settlement::inverse;
    return i;
}

/// One Event through journal and engine, as the hot thread does it.
void pass(Event& e, std::uint64_t sequence, JournalWriter& journal, hedge::Engine& engine) {
    e.header.sequence = sequence;
    e.header.recv_time =
        Nanos::from_seconds(1'700'000'000) + Nanos::from_us(static_cast<std::int64_t>(sequence));
    journal.append(e);
    for (const Action& action : engine.step(e)) journal.append(action);
    engine.complete();
}

[[noreturn]] void write_day(const deploy::RunConfig& config, std::uint64_t records) {
    std::string error;
    deploy::OpenedJournal opened;
    deploy::Inbox inbox;
    deploy::HandedBlob blobs;
    if (!deploy::open_journal(config, opened, error)) _exit(1);
    cpu_set_t cores;
    sched_getaffinity(0, sizeof cores, &cores);
    deploy::Follower follower(
        {config.journal, config.planner, opened.epoch, false, opened.writer.get(), cores}, inbox);
    hedge::Engine engine(opened.state.state(), blobs);
    engine.configure(config.engine);
    if (!follower.begin(opened.state, error)) _exit(1);
    follower.start({});
    Event e;
    e.header.type = EventType::run_started;
    e.payload.run_started = {};
    e.payload.run_started.epoch = opened.epoch;
    pass(e, 1, *opened.writer, engine);
    e = Event{};
    e.header.type = EventType::instrument_definition;
    e.payload.instrument = perpetual();
    pass(e, 2, *opened.writer, engine);
    for (std::uint64_t n = 3; n <= records; ++n) {
        e = Event{};
        e.header.type = EventType::book_level;
        e.header.instrument = InstrumentId{0};
        e.header.flags = n % 4 == 0 ? kEndOfBurst : 0;
        e.payload.book_level.price = Price::from_units(60'000 + static_cast<std::int64_t>(n % 64));
        e.payload.book_level.qty = Qty::from_units(static_cast<std::int64_t>(n % 7 + 1));
        e.payload.book_level.side = Side::sell;
        e.payload.book_level.last = 1;
        pass(e, n, *opened.writer, engine);
    }
    // As long as a live follower needs to be abreast of the day; a flood like this one leaves it behind.
    while (follower.replica().state().last_sequence + config.journal.snapshot_every < records) usleep(1000);
    kill(getpid(), SIGKILL);
    _exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
    std::string pattern = (fs::temp_directory_path() / "hedgewire-restart-XXXXXX").string();
    const std::string dir = mkdtemp(pattern.data());
    std::string text = kConfig;
    text.replace(text.find("DIR"), 3, dir);
    auto parsed = deploy::parse_config(text, "restart_bench");
    if (const auto* errors = std::get_if<deploy::ConfigErrors>(&parsed)) {
        std::fputs(deploy::to_string(*errors).c_str(), stderr);
        return 2;
    }
    const auto& config = std::get<deploy::RunConfig>(parsed);
    const pid_t child = fork();
    if (child == 0) write_day(config, records);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) {
        std::fprintf(stderr, "restart_bench: the writer did not get to its end\n");
        return 1;
    }
    const std::int64_t begun = deploy::monotonic_ns();
    deploy::OpenedJournal opened;
    std::string error;
    const bool good = deploy::open_journal(config, opened, error);
    const double seconds = static_cast<double>(deploy::monotonic_ns() - begun) * 1e-9;
    std::printf(
        "{\"records\":%llu,\"restored_to\":%llu,\"events_after_snapshot\":%llu,\"memory_segments\":%u,"
        "\"restart_seconds\":%.3f}\n",
        static_cast<unsigned long long>(records),
        static_cast<unsigned long long>(opened.state.state().last_sequence),
        static_cast<unsigned long long>(opened.replayed), opened.found.memory_segments, seconds);
    if (!good) std::fprintf(stderr, "restart_bench: %s\n", error.c_str());
    const bool complete = good && opened.state.state().last_sequence == records;
    opened.writer.reset();
    fs::remove_all(dir);
    return complete ? 0 : 1;
}
