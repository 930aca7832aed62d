// A journal in a folder of its own, removed afterwards, with small segments.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/journal/journal_config.h"
#include "core/journal/reader.h"
#include "core/journal/recovery.h"
#include "core/journal/writer.h"

namespace hw::test {

namespace fs = std::filesystem;

class JournalTest : public testing::Test {
  protected:
    void SetUp() override {
        static std::atomic<int> number{0};
        root = (fs::temp_directory_path() /
                ("hw-journal-" + std::to_string(getpid()) + "-" + std::to_string(number++)))
                   .string();
        config.dir = root + "/disk";
        config.memory_dir = root + "/memory";
        config.segment_mib = 1;
        config.segments_ahead = 2;
        fs::create_directories(config.memory_dir);
        fs::create_directories(config.dir);
    }
    void TearDown() override { fs::remove_all(root); }

    std::unique_ptr<JournalWriter> open_writer(std::uint64_t first = 1, std::uint32_t segment = 1,
                                               std::uint16_t epoch = 1) {
        std::string error;
        JournalWriter::Start start;
        start.first_sequence = first;
        start.segment = segment;
        start.epoch = epoch;
        start.config_text = "[test]\nepoch = " + std::to_string(epoch) + "\n";
        start.build = "test build";
        auto writer = JournalWriter::open(config, start, error);
        EXPECT_NE(writer, nullptr) << error;
        return writer;
    }

    /// What a start does: recover, then write on after the last Event.
    std::unique_ptr<JournalWriter> reopen(RecoveredJournal& found) {
        std::string error;
        EXPECT_TRUE(recover_journal(config.dir, found, error)) << error;
        const std::uint16_t epoch = begin_epoch(config.dir, error);
        EXPECT_NE(epoch, 0) << error;
        return open_writer(found.last_sequence + 1, found.next_segment, epoch);
    }

    /// Event number `sequence`, its contents a function of it.
    static Event event(std::uint64_t sequence) {
        Event e{};
        e.header.sequence = sequence;
        e.header.recv_time = Nanos::from_ns(static_cast<std::int64_t>(1'000 + sequence));
        e.header.type = EventType::book_level;
        e.header.instrument = InstrumentId{static_cast<std::uint32_t>(sequence % 7)};
        e.payload.book_level.price = Price::from_units(static_cast<std::int64_t>(sequence));
        e.payload.book_level.qty = Qty::from_units(3);
        return e;
    }
    static bool is_event(const Event& e, std::uint64_t sequence) {
        const Event expected = event(sequence);
        return std::memcmp(&e, &expected, sizeof e) == 0;
    }
    static void append(JournalWriter& writer, std::uint64_t first, std::uint64_t last) {
        for (std::uint64_t n = first; n <= last; ++n) writer.append(event(n));
    }

    struct ReadBack {
        std::vector<Event> events;
        std::vector<Action> actions;
        std::vector<Timing> timings;
        int runs = 0;
        bool damaged = false;
        std::string error;
    };
    ReadBack read_all(std::uint64_t from = 1) const {
        ReadBack r;
        JournalReader reader(config.dir);
        if (!reader.open_at(from)) {
            r.error = reader.error();
            return r;
        }
        for (;;) {
            switch (reader.next()) {
                case JournalReader::Next::event:
                    r.events.push_back(reader.event());
                    continue;
                case JournalReader::Next::action:
                    r.actions.push_back(reader.action());
                    continue;
                case JournalReader::Next::timing:
                    r.timings.push_back(reader.timing());
                    continue;
                case JournalReader::Next::new_run:
                    ++r.runs;
                    continue;
                case JournalReader::Next::end:
                    return r;
                case JournalReader::Next::damaged:
                    r.damaged = true;
                    r.error = reader.error();
                    return r;
            }
        }
    }
    /// Every Event from 1 to `last`, whole and once.
    void expect_events(std::uint64_t last) const {
        const ReadBack r = read_all();
        EXPECT_FALSE(r.damaged) << r.error;
        ASSERT_EQ(r.events.size(), last) << r.error;
        for (std::uint64_t n = 1; n <= last; ++n) ASSERT_TRUE(is_event(r.events[n - 1], n)) << n;
    }

    std::string segment_path(std::uint32_t number) const { return config.dir + "/" + segment_name(number); }
    static void overwrite(const std::string& path, std::uint64_t offset, const void* bytes,
                          std::size_t size) {
        std::FILE* file = std::fopen(path.c_str(), "r+b");
        ASSERT_NE(file, nullptr) << path;
        std::fseek(file, static_cast<long>(offset), SEEK_SET);
        EXPECT_EQ(std::fwrite(bytes, 1, size, file), size);
        std::fclose(file);
    }

    JournalConfig config;
    std::string root;
};

}  // namespace hw::test
