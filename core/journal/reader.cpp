#include "core/journal/reader.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

namespace hw {

namespace fs = std::filesystem;

namespace {

/// Segments on disk and, of a live or killed writer, in memory.
std::vector<std::uint32_t> all_segments(const std::string& dir, const std::string& memory) {
    const auto disk = segments_in(dir);
    std::set<std::uint32_t> numbers(disk.begin(), disk.end());
    if (!memory.empty()) {
        for (const std::uint32_t n : segments_in(memory)) numbers.insert(n);
    }
    return {numbers.begin(), numbers.end()};
}

}  // namespace

JournalReader::JournalReader(std::string dir, bool live)
    : dir_(std::move(dir)), memory_(noted_memory_folder(dir_)), live_(live) {}

/// Maps segment `number`, preferring memory: while it is there it holds at least what is on disk.
bool JournalReader::load(std::uint32_t number) {
    for (const bool memory : {true, false}) {
        if (memory && memory_.empty()) continue;
        const std::string path = (memory ? memory_ : dir_) + "/" + segment_name(number);
        auto file = MappedFile::open_read(path, error_);
        if (!file) continue;
        SegmentHeader header;
        std::string_view config;
        switch (read_header(file->bytes(), header, config, error_)) {
            case HeaderStatus::bad:
                error_ = path + ": " + error_;
                damaged_ = true;
                return false;
            case HeaderStatus::not_started:
                error_.clear();
                if (memory) continue;
                return false;
            case HeaderStatus::good:
                break;
        }
        new_run_ = header_.segment == 0 || header.epoch != header_.epoch;
        file_ = std::move(*file);
        header_ = header;
        config_ = config;
        offset_ = header.header_bytes;
        error_.clear();
        return true;
    }
    return false;
}

bool JournalReader::open_at(std::uint64_t sequence) {
    const auto numbers = all_segments(dir_, memory_);
    if (numbers.empty()) {
        error_ = dir_ + ": no journal segments here";
        return false;
    }
    // Newest segment that begins at or before `sequence`.
    bool found = false;
    for (auto it = numbers.rbegin(); it != numbers.rend(); ++it) {
        if (!load(*it)) {
            if (damaged_) return false;
            continue;  // prepared, never written to
        }
        found = true;
        if (header_.first_sequence <= std::max<std::uint64_t>(sequence, 1)) break;
    }
    if (!found) {
        error_ = dir_ + ": no journal records here";
        return false;
    }
    skip_below_ = sequence;
    last_sequence_ = header_.first_sequence - 1;
    new_run_ = true;
    return true;
}

JournalReader::Next JournalReader::fail(std::string what) {
    damaged_ = true;
    error_ = dir_ + "/" + segment_name(header_.segment) + ": at byte " + std::to_string(offset_) + ": " +
             std::move(what) + "; last good record has sequence " + std::to_string(last_sequence_);
    return Next::damaged;
}

/// Is there a later segment with records in it, though the next one cannot be read?
bool JournalReader::segment_missing() {
    for (const std::uint32_t number : all_segments(dir_, memory_)) {
        if (number <= header_.segment + 1) continue;
        for (const std::string& folder : {memory_, dir_}) {
            if (folder.empty()) continue;
            std::string ignored;
            const auto file = MappedFile::open_read(folder + "/" + segment_name(number), ignored);
            SegmentHeader header;
            std::string_view config;
            if (!file || read_header(file->bytes(), header, config, ignored) != HeaderStatus::good) continue;
            damaged_ = true;
            error_ = dir_ + "/" + segment_name(header_.segment + 1) + ": missing or empty, though " +
                     segment_name(number) + " is there; last good record has sequence " +
                     std::to_string(last_sequence_);
            return true;
        }
    }
    return false;
}

bool JournalReader::advance_segment() {
    const std::uint16_t epoch = header_.epoch;
    const std::uint64_t expected = last_sequence_ + 1;
    if (!load(header_.segment + 1)) {
        // A live writer's next segment may be on its way; of one that is gone, a hole is damage.
        if (!damaged_ && !live_) segment_missing();
        return false;
    }
    new_run_ = header_.epoch != epoch;
    if (header_.first_sequence != expected) {
        fail("segment begins with sequence " + std::to_string(header_.first_sequence) + ", expected " +
             std::to_string(expected));
        return false;
    }
    return true;
}

JournalReader::Next JournalReader::deliver(const RecordAt& r) {
    switch (r.kind) {
        case RecordKind::event:
            if (r.sequence != last_sequence_ + 1) {
                return fail("event has sequence " + std::to_string(r.sequence) + ", expected " +
                            std::to_string(last_sequence_ + 1));
            }
            if (!get_event(r.body, event_)) return fail("event of unknown type or wrong length");
            offset_ += r.size;
            last_sequence_ = r.sequence;
            return Next::event;
        case RecordKind::action:
            if (!get_action(r.body, action_)) return fail("action of unknown type or wrong length");
            offset_ += r.size;
            return Next::action;
        case RecordKind::timing:
            if (!get_timing(r.body, timing_)) return fail("timing of wrong length");
            offset_ += r.size;
            return Next::timing;
        case RecordKind::none:
        case RecordKind::segment_end:
            break;
    }
    return fail("record of unknown kind " + std::to_string(static_cast<int>(r.kind)));
}

JournalReader::Next JournalReader::next() {
    while (!damaged_) {
        if (new_run_) {
            new_run_ = false;
            return Next::new_run;
        }
        const RecordAt r = record_at(file_.bytes(), offset_);
        if (r.status == RecordStatus::whole) {
            const Next what = deliver(r);
            if (what == Next::damaged || r.sequence >= skip_below_) return what;
            continue;
        }
        if (live_ && r.status == RecordStatus::end_so_far) return Next::end;
        if (r.status == RecordStatus::bad && whole_record_beyond(offset_)) return fail("record is damaged");
        // The writer marks the end of a segment; one that died did not, and the next run began another.
        if (advance_segment()) continue;
        if (damaged_) return Next::damaged;
        const bool half_prefix = r.status == RecordStatus::end_so_far && offset_ < file_.size() &&
                                 file_.size() - offset_ < sizeof(RecordPrefix);
        torn_ = r.status == RecordStatus::bad || half_prefix;
        return Next::end;
    }
    return Next::damaged;
}

bool JournalReader::whole_record_beyond(std::size_t offset) const {
    for (std::size_t at = offset + 8; at + sizeof(RecordPrefix) < file_.size(); at += 8) {
        const RecordAt r = record_at(file_.bytes(), at);
        if (r.status == RecordStatus::whole && r.sequence >= last_sequence_) return true;
    }
    return false;
}

bool JournalReader::ends_cleanly() {
    if (damaged_) return false;
    if (!whole_record_beyond(offset_)) return true;
    fail("whole records follow a gap");
    return false;
}

}  // namespace hw
