// Journals that a disk, a power failure, another build or another process has got at.
#include <filesystem>
#include <thread>

#include "deploy/demo_runner/child_process.h"
#include "tests/scenario/capture_world.h"
#include "tests/scenario/journal_surgery.h"

namespace hw::scenario {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A journal of a finished run, and what the next start and a replay make of it.
class DamagedJournal : public CaptureWorld {
  protected:
    void SetUp() override {
        const CaptureDay day = make_day(23, 0.4);
        book_ = write("book.csv", positions_csv(day.options, 20));
        morning_ = write("morning.pcap", pcap_micro(day.morning()));
        afternoon_ = write("afternoon.pcap", pcap_micro(day.afternoon()));
        const auto result = run("journal", morning_, {"--positions", book_});
        ASSERT_EQ(result.exit_code, 0) << result.err;
        first_ = report();
        ASSERT_GT(first_.at("orders").get<int>(), 0);
    }
    CommandResult start_again() { return run("journal", afternoon_); }
    std::string journal() const { return path("journal"); }
    SegmentBytes newest() const { return SegmentBytes::load(journal(), last_segment(journal())); }
    std::string epoch() const { return read_file(journal() + "/epoch"); }

    /// Neither a start nor a replay takes it, both with this message, and nothing in it was changed.
    void expect_refused(const std::string& message) {
        const auto before = newest();
        const auto started = start_again();
        EXPECT_EQ(started.exit_code, 2);
        EXPECT_TRUE(started.says(message)) << "expected \"" << message << "\", got:\n" << started.err;
        EXPECT_FALSE(report().is_object());
        EXPECT_EQ(epoch(), "1\n") << "a refused start uses no epoch";
        const auto replayed = replay("journal");
        EXPECT_EQ(replayed.exit_code, 2);
        EXPECT_TRUE(replayed.says(message)) << "expected \"" << message << "\", got:\n" << replayed.err;
        EXPECT_FALSE(replayed.json().value("identical", true));
        const auto after = newest();
        EXPECT_EQ(after.path, before.path);
        EXPECT_EQ(after.bytes, before.bytes);
    }
    /// Started again and replayed over both runs.
    CommandResult expect_goes_on() {
        const auto started = start_again();
        EXPECT_EQ(started.exit_code, 0) << started.err;
        const auto replayed = replay("journal");
        EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
        EXPECT_EQ(replayed.json().value("runs", 0), 2);
        EXPECT_EQ(replayed.json().value("state_hash", std::string("none")),
                  report().at("journal").at("state_hash"));
        return started;
    }
    static std::size_t middle_event(const SegmentBytes& segment) {
        const std::uint64_t first = segment.header().first_sequence;
        return segment.find(
            [&](const RecordAt& r) { return r.kind == RecordKind::event && r.sequence >= first + 500; });
    }

    nlohmann::json first_;
    std::string book_, morning_, afternoon_;
};

TEST_F(DamagedJournal, AFlippedBitInTheMiddle) {
    SegmentBytes segment = newest();
    const std::size_t at = middle_event(segment);
    ASSERT_NE(at, 0u);
    const RecordAt record = record_at(segment.bytes, at);
    const std::string last_good = "last good record has sequence " + std::to_string(record.sequence - 1);
    // In the body, in the checksum, in the length.
    for (const std::size_t place : {sizeof(RecordPrefix) + 20, std::size_t{5}, std::size_t{0}}) {
        segment.bytes[at + place] ^= std::byte{0x10};
        segment.save();
        expect_refused("at byte " + std::to_string(at) + ": record is damaged; " + last_good);
        segment.bytes[at + place] ^= std::byte{0x10};
    }
    segment.save();
    expect_goes_on();
}

TEST_F(DamagedJournal, ARecordThatIsMissing) {
    SegmentBytes segment = newest();
    const std::size_t at = middle_event(segment);
    ASSERT_NE(at, 0u);
    const RecordAt record = record_at(segment.bytes, at);
    const auto begin = segment.bytes.begin() + static_cast<std::ptrdiff_t>(at);
    segment.bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(record.size));
    segment.save();
    expect_refused("last good record has sequence " + std::to_string(record.sequence - 1));
}

TEST_F(DamagedJournal, AnotherVersion) {
    SegmentBytes segment = newest();
    SegmentHeader header = segment.header();
    header.version = kJournalVersion + 1;
    segment.set_header(header);
    segment.save();
    expect_refused("journal version " + std::to_string(kJournalVersion + 1) + "; this build reads version " +
                   std::to_string(kJournalVersion));
}

TEST_F(DamagedJournal, AHeaderThatIsNotWhatItsChecksumSays) {
    SegmentBytes segment = newest();
    segment.bytes[offsetof(SegmentHeader, first_sequence)] ^= std::byte{1};
    segment.save();
    expect_refused(segment.path + ": segment header is damaged");
}

TEST_F(DamagedJournal, AConfigurationThatWasTouched) {
    SegmentBytes segment = newest();
    segment.bytes[sizeof(SegmentHeader) + 10] ^= std::byte{1};
    segment.save();
    expect_refused("configuration in the segment header is damaged");
}

/// Cuts the newest segment so that `keep` bytes of its last record are left.
std::size_t cut_within_last_record(const SegmentBytes& whole, std::size_t keep) {
    std::size_t last = 0;
    whole.find([&](const RecordAt& r) {
        last = static_cast<std::size_t>(r.body.data() - whole.bytes.data()) - sizeof(RecordPrefix);
        return false;
    });
    fs::resize_file(whole.path, last + keep);
    return last;
}

TEST_F(DamagedJournal, ATornTailIsCutAndSaid) {
    const fs::path copy = path("copy");
    // Snapshots are younger than the torn tail here; after a power failure they are older.
    remove_snapshots(journal());
    fs::copy(journal(), copy, fs::copy_options::recursive);
    for (const std::size_t keep : {std::size_t{1}, std::size_t{8}, std::size_t{23}}) {
        fs::remove_all(journal());
        fs::copy(copy, journal(), fs::copy_options::recursive);
        const std::size_t end = cut_within_last_record(newest(), keep);
        const std::string torn = newest().path;
        const auto before = replay("journal");
        EXPECT_EQ(before.exit_code, 0) << "a torn tail is no damage: " << before.err;
        const auto started = expect_goes_on();
        EXPECT_TRUE(started.says(std::to_string(keep) + " bytes of a torn tail cut")) << started.err;
        EXPECT_EQ(fs::file_size(torn), end);
        EXPECT_EQ(epoch(), "2\n");
    }
}

TEST_F(DamagedJournal, ASnapshotBeyondTheRecordsIsRefused) {
    cut_within_last_record(newest(), 8);
    const auto started = start_again();
    EXPECT_EQ(started.exit_code, 2);
    EXPECT_TRUE(started.says("records are missing")) << started.err;
    EXPECT_EQ(epoch(), "1\n") << "a refused start uses no epoch";
}

TEST_F(DamagedJournal, AnAlteredActionIsFoundByItsSequence) {
    SegmentBytes segment;
    std::size_t at = 0;
    for (std::uint32_t n = 1; at == 0 && n <= last_segment(journal()); ++n) {
        segment = SegmentBytes::load(journal(), n);
        at = segment.find([](const RecordAt& r) {
            Action action;
            return r.kind == RecordKind::action && get_action(r.body, action) &&
                   action.header.type == ActionType::new_order;
        });
    }
    ASSERT_NE(at, 0u);
    const std::uint64_t sequence = record_at(segment.bytes, at).sequence;
    segment.bytes[at + sizeof(RecordPrefix) + sizeof(ActionHeader) + offsetof(NewOrder, qty)] ^= std::byte{1};
    segment.seal(at);
    segment.save();
    const auto replayed = replay("journal");
    EXPECT_EQ(replayed.exit_code, 1);
    EXPECT_TRUE(replayed.says("sequence " + std::to_string(sequence) + ", action")) << replayed.err;
    EXPECT_EQ(replayed.json().value("result", ""), "differs");
    EXPECT_EQ(replayed.json().value("last_sequence", std::uint64_t{0}), sequence);

    // A start that has to go through it does not trust this journal either.
    remove_snapshots(journal());
    const auto started = start_again();
    EXPECT_EQ(started.exit_code, 2);
    EXPECT_TRUE(started.says("sequence " + std::to_string(sequence) + ", action")) << started.err;
    EXPECT_EQ(epoch(), "1\n");
}

TEST_F(DamagedJournal, ADamagedSnapshotIsPassedOver) {
    for (const auto& entry : fs::directory_iterator(journal())) {
        if (entry.path().extension() != ".hws") continue;
        std::string bytes = read_file(entry.path());
        bytes[bytes.size() / 2] ^= 1;
        write("journal/" + entry.path().filename().string(), bytes);
    }
    const auto replayed = replay("journal", {"--from-snapshot"});
    EXPECT_EQ(replayed.exit_code, 0) << replayed.err;
    EXPECT_EQ(replayed.json().value("events", std::uint64_t{0}), first_.at("journal").at("last_sequence"))
        << "none of them was to be used";
    EXPECT_EQ(replayed.json().value("state_hash", ""), first_.at("journal").at("state_hash"));
    expect_goes_on();
}

TEST_F(DamagedJournal, AnEpochThatIsNoNumber) {
    write("journal/epoch", "one\n");
    const auto started = start_again();
    EXPECT_EQ(started.exit_code, 2);
    EXPECT_TRUE(started.says(journal() + "/epoch: \"one\" is not an epoch number")) << started.err;
}

class TwoHedgers : public CaptureWorld {
  protected:
    /// A configuration for a live run on paper: packets from a ring that nobody fills.
    std::string live_config() const {
        std::string text = read_file(config("journal"));
        text = changed(text, "\"--file-prefix=", "\"--vdev=net_ring0\", \"--file-prefix=");
        text = changed(text, "[feed]", "device = \"net_ring0\"\nidle = \"backoff\"\n\n[feed]");
        return write("live.toml", text + "\n[control]\nsocket = \"" + path("control.sock") + "\"\n");
    }
};

TEST_F(TwoHedgers, CannotShareAJournalOrAControlSocket) {
    const CaptureDay day = make_day(29, 0.2);
    const std::string capture = write("day.pcap", pcap_micro(day.frames));
    demo::Command command{{std::string(HW_BIN_DIR) + "/hedgewire", "run", "--config", live_config()},
                          path("live.out"),
                          path("live.err")};
    std::string error;
    auto live = demo::ChildProcess::start(command, error);
    ASSERT_TRUE(live) << error;
    for (int i = 0; i < 1'000 && !fs::exists(path("control.sock")) && live->running(); ++i)
        std::this_thread::sleep_for(10ms);
    ASSERT_TRUE(live->running() && fs::exists(path("control.sock"))) << read_file(path("live.err"));

    const auto same_journal = run("journal", capture);
    EXPECT_EQ(same_journal.exit_code, 2) << same_journal.err;
    EXPECT_TRUE(same_journal.says("journal " + path("journal") + " is in use by another process"))
        << same_journal.err;

    const std::string other =
        write("other.toml", changed(read_file(path("live.toml")), path("journal"), path("other")));
    const auto same_socket =
        hedgewire(dir_, {"run", "--config", other, "--in", capture, "--json", path("out.json")});
    EXPECT_EQ(same_socket.exit_code, 2) << same_socket.err;
    EXPECT_TRUE(same_socket.says("another process listens on the control socket " + path("control.sock")))
        << same_socket.err;
    EXPECT_FALSE(report().is_object());

    // The first one has not noticed; its socket still answers.
    const auto status = hedgewire(dir_, {"ctl", "--socket", path("control.sock"), "status"});
    EXPECT_EQ(status.exit_code, 0) << status.err;
    live->stop(10s);
    EXPECT_EQ(live->exit_code(), 0) << read_file(path("live.err"));
    EXPECT_FALSE(fs::exists(path("control.sock")));
    // With it gone, both journals go on.
    EXPECT_EQ(run("journal", capture).exit_code, 0);
    EXPECT_EQ(run("other", capture).exit_code, 0);
}

}  // namespace
}  // namespace hw::scenario
