#include "core/journal/recovery.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/journal/reader.h"
#include "core/journal/segment_file.h"

namespace hw {

namespace fs = std::filesystem;

std::unique_ptr<JournalLock> JournalLock::take(const std::string& dir, std::string& error) {
    std::error_code failed;
    fs::create_directories(dir, failed);
    const std::string path = dir + "/lock";
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        error = system_error("cannot open", path);
        return nullptr;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error = "journal " + dir + " is in use by another process";
        close(fd);
        return nullptr;
    }
    return std::unique_ptr<JournalLock>(new JournalLock(fd));
}

JournalLock::~JournalLock() { close(fd_); }

namespace {

/// Writes the records of a memory segment to the disk file of the same name.
bool save_segment(const std::string& memory_path, const std::string& disk_path, bool& begun,
                  std::string& error) {
    auto memory = MappedFile::open_read(memory_path, error);
    if (!memory) return false;
    SegmentHeader header;
    std::string_view config;
    const HeaderStatus status = read_header(memory->bytes(), header, config, error);
    begun = status == HeaderStatus::good;
    if (status == HeaderStatus::bad) error = memory_path + ": " + error;
    if (!begun) return status == HeaderStatus::not_started;
    std::size_t end = header.header_bytes;
    std::uint64_t last_sequence = 0;
    for (;;) {
        const RecordAt r = record_at(memory->bytes(), end);
        if (r.status == RecordStatus::segment_end) end += 8;
        if (r.status != RecordStatus::whole) {
            if (r.status != RecordStatus::bad) break;
            // A process that dies leaves whole records or none: this is damage, and more may lie beyond it.
            error = memory_path + ": at byte " + std::to_string(end) + ": record is damaged";
            if (last_sequence != 0)
                error += "; last good record has sequence " + std::to_string(last_sequence);
            return false;
        }
        last_sequence = r.sequence;
        end += r.size;
    }
    return write_durably(disk_path, memory->bytes().first(end), error);
}

bool save_memory(const std::string& dir, const std::string& memory_dir, RecoveredJournal& found,
                 std::string& error) {
    std::string memory = noted_memory_folder(dir);
    const std::string note = read_text(dir + "/memory-folder");
    if (memory.empty() && !segments_in(note).empty()) {
        error = dir + ": was written to under another path, and its newest records are still in " + note +
                "; move it back there, or remove " + dir + "/memory-folder to go on without them";
        return false;
    }
    if (memory.empty() && !memory_dir.empty()) memory = memory_folder(memory_dir, dir);
    if (memory.empty()) return true;
    std::error_code failed;
    if (!segments_in(memory).empty()) fs::create_directories(dir, failed);
    for (const std::uint32_t number : segments_in(memory)) {
        bool begun = false;
        if (!save_segment(memory + "/" + segment_name(number), dir + "/" + segment_name(number), begun,
                          error)) {
            return false;
        }
        if (begun) ++found.memory_segments;
    }
    std::error_code ignored;
    fs::remove_all(memory, ignored);
    return true;
}

/// Segments at the end that a power failure left without even a header hold nothing; a later run would leave
/// them behind as a hole.
bool remove_empty_tail(const std::string& dir, std::string& error) {
    const auto numbers = segments_in(dir);
    for (auto it = numbers.rbegin(); it != numbers.rend(); ++it) {
        const std::string path = dir + "/" + segment_name(*it);
        const auto file = MappedFile::open_read(path, error);
        if (!file) return false;
        SegmentHeader header;
        std::string_view config;
        if (read_header(file->bytes(), header, config, error) != HeaderStatus::not_started) break;
        unlink(path.c_str());
    }
    error.clear();
    return true;
}

/// The newest epoch that the segments in a folder bear witness of.
std::uint16_t newest_epoch_in(const std::string& dir) {
    const auto numbers = segments_in(dir);
    for (auto it = numbers.rbegin(); it != numbers.rend(); ++it) {
        std::string ignored;
        const auto file = MappedFile::open_read(dir + "/" + segment_name(*it), ignored);
        SegmentHeader header;
        std::string_view config;
        if (file && read_header(file->bytes(), header, config, ignored) == HeaderStatus::good)
            return header.epoch;  // later segments have later epochs
    }
    return 0;
}

}  // namespace

bool recover_journal(const std::string& dir, RecoveredJournal& found, std::string& error,
                     const std::string& memory_dir) {
    found = {};
    if (!save_memory(dir, memory_dir, found, error)) return false;
    if (!remove_empty_tail(dir, error)) return false;
    const auto numbers = segments_in(dir);
    if (numbers.empty()) return true;
    found.fresh = false;
    found.next_segment = numbers.back() + 1;

    JournalReader reader(dir);
    if (!reader.open_at(UINT64_MAX)) {
        error = reader.error();
        return false;
    }
    JournalReader::Next what;
    do {
        what = reader.next();
    } while (what != JournalReader::Next::end && what != JournalReader::Next::damaged);
    if (what == JournalReader::Next::damaged || !reader.ends_cleanly()) {
        error = reader.error();
        return false;
    }
    found.last_sequence = reader.last_sequence();
    const std::string newest = dir + "/" + segment_name(reader.header().segment);
    const auto size = fs::file_size(newest);
    if (reader.tail_is_torn() && size > reader.end_offset()) {
        found.torn_bytes = size - reader.end_offset();
        fs::resize_file(newest, reader.end_offset());
    }
    return true;
}

namespace {
/// Zero and no error when there is no such file.
std::uint16_t read_epoch(const std::string& path, std::string& error) {
    if (!fs::exists(path)) return 0;
    std::uint16_t epoch = 0;
    std::string text = read_text(path);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || epoch == 0) {
        error = path + ": \"" + text + "\" is not an epoch number";
    }
    return epoch;
}
}  // namespace

std::uint16_t begin_epoch(const std::string& dir, std::string& error, const std::string& beside) {
    const std::string path = dir + "/epoch";
    error.clear();
    std::uint16_t epoch = std::max(read_epoch(path, error), newest_epoch_in(dir));
    if (error.empty() && !beside.empty()) epoch = std::max(epoch, read_epoch(beside + "/epoch", error));
    if (!error.empty()) return 0;
    if (epoch == UINT16_MAX) {
        error = path + ": all epochs are used; begin a new journal folder";
        return 0;
    }
    ++epoch;
    const std::string text = std::to_string(epoch) + "\n";
    if (!beside.empty()) {
        std::error_code failed;
        fs::create_directories(beside, failed);
        if (!write_durably(beside + "/epoch", std::as_bytes(std::span(text)), error)) return 0;
    }
    if (!write_durably(path, std::as_bytes(std::span(text)), error)) return 0;
    return epoch;
}

}  // namespace hw
