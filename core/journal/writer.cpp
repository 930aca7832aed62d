#include "core/journal/writer.h"

#include <fcntl.h>
#include <immintrin.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/hash.h"

namespace hw {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kHeaderStep = 4096;

std::size_t header_bytes_for(const std::string& config) {
    return (sizeof(SegmentHeader) + config.size() + kHeaderStep - 1) / kHeaderStep * kHeaderStep;
}
}  // namespace

std::unique_ptr<JournalWriter> JournalWriter::open(const JournalConfig& config, const Start& start,
                                                   std::string& error) {
    std::unique_ptr<JournalWriter> writer(new JournalWriter);
    writer->config_ = config;
    writer->start_ = start;
    writer->folder_ = memory_folder(config.memory_dir, config.dir);
    std::error_code failed;
    fs::create_directories(config.dir, failed);
    if (!failed) fs::create_directories(writer->folder_, failed);
    if (failed) {
        error = "cannot make the journal's folders " + config.dir + " and " + writer->folder_ + ": " +
                failed.message();
        return nullptr;
    }
    const auto note = std::as_bytes(std::span(writer->folder_));
    if (!write_durably(config.dir + "/memory-folder", note, error)) return nullptr;
    writer->next_sequence_ = start.first_sequence;
    if (!writer->prepare_one(error)) return nullptr;
    writer->roll();
    writer->thread_ = std::thread([w = writer.get()] { w->housekeep(); });
    return writer;
}

JournalWriter::~JournalWriter() {
    if (!thread_.joinable()) return;
    stop_.store(true, std::memory_order_release);
    thread_.join();
}

void JournalWriter::roll() {
    if (base_ != nullptr) put_segment_end(base_ + offset_);
    Segment* segment = nullptr;
    if (!ready_.pop(segment)) {
        ++stalls_;
        segment = wait_for_segment();
    }
    begin(*segment);
    taken_.fetch_add(1, std::memory_order_release);
}

/// Without a journal nothing may go on: an order that is not written down could be sent twice. The failure
/// was known, and trading stopped, some segments ago; what is left is to end where the watchers see it.
JournalWriter::Segment* JournalWriter::wait_for_segment() {
    Segment* segment = nullptr;
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!ready_.pop(segment)) {
        _mm_pause();
        if (std::chrono::steady_clock::now() < patience) continue;
        std::fprintf(stderr, "journal: no memory for a segment within 10 s: %s\n", failure().c_str());
        std::abort();
    }
    return segment;
}

/// The header's last word goes in last: before it the segment counts as not begun.
void JournalWriter::begin(Segment& segment) {
    base_ = segment.memory.data();
    size_ = segment.memory.size();
    auto* header = reinterpret_cast<SegmentHeader*>(base_);
    header->first_sequence = next_sequence_;
    header->crc = header_crc(*header);
    std::atomic_ref<std::uint32_t>(header->started).store(1, std::memory_order_release);
    offset_ = header->header_bytes;
}

bool JournalWriter::prepare_one(std::string& error) {
    auto segment = std::make_unique<Segment>();
    segment->number = start_.segment + prepared_;
    segment->memory_path = folder_ + "/" + segment_name(segment->number);
    segment->disk_path = config_.dir + "/" + segment_name(segment->number);
    auto memory = MappedFile::create(segment->memory_path, std::size_t{config_.segment_mib} << 20, error);
    if (!memory) return false;
    segment->memory = std::move(*memory);
    SegmentHeader header;
    header.header_bytes = static_cast<std::uint32_t>(header_bytes_for(start_.config_text));
    header.segment = segment->number;
    header.epoch = start_.epoch;
    header.config_bytes = static_cast<std::uint32_t>(start_.config_text.size());
    header.config_crc = crc32c(start_.config_text.data(), start_.config_text.size());
    header.build = Name<64>::cut(start_.build);
    if (header.header_bytes + kMaxRecord > segment->memory.size()) {
        error = "journal segments of " + std::to_string(config_.segment_mib) +
                " MiB cannot hold the configuration";
        return false;
    }
    std::memcpy(segment->memory.data(), &header, sizeof header);
    std::memcpy(segment->memory.data() + sizeof header, start_.config_text.data(), start_.config_text.size());
    ready_.push(segment.get());
    segments_.push_back(std::move(segment));
    ++prepared_;
    return true;
}

/// Copies what is written and not yet on disk. Records only: the unwritten rest of a segment stays in memory.
bool JournalWriter::drain(Segment& s, std::string& error) {
    const std::span<const std::byte> bytes = s.memory.bytes();
    SegmentHeader header;
    std::string_view config;
    if (read_header(bytes, header, config, error) != HeaderStatus::good) return true;  // not begun
    if (s.disk < 0) {
        s.disk = ::open(s.disk_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (s.disk < 0) {
            error = system_error("cannot create", s.disk_path);
            return false;
        }
    }
    std::size_t end = std::max<std::size_t>(s.drained, header.header_bytes);
    std::uint64_t sequence = s.drained_sequence;
    for (;;) {
        const RecordAt r = record_at(bytes, end);
        if (r.status == RecordStatus::segment_end) {
            end += 8;
            s.ended = true;
        }
        if (r.status != RecordStatus::whole) break;
        end += r.size;
        sequence = r.sequence;
    }
    while (s.drained < end) {
        const ssize_t n =
            pwrite(s.disk, bytes.data() + s.drained, end - s.drained, static_cast<off_t>(s.drained));
        if (n <= 0) {
            error = system_error("cannot write", s.disk_path);
            return false;
        }
        s.drained += static_cast<std::size_t>(n);
    }
    s.drained_sequence = sequence;
    return true;
}

/// A file that was removed under its writer takes every byte and keeps none.
bool JournalWriter::disk_copy_is_there(const Segment& s, std::string& error) {
    struct stat info {};
    if (s.disk < 0 || (fstat(s.disk, &info) == 0 && info.st_nlink > 0)) return true;
    error = s.disk_path + ": was removed";
    return false;
}

/// The copy on disk is whole: sync it, then the memory can go.
bool JournalWriter::retire(Segment& s, std::string& error) {
    if (!disk_copy_is_there(s, error)) return false;
    if (s.disk >= 0) {
        if (fdatasync(s.disk) != 0) {
            error = system_error("cannot sync", s.disk_path);
            return false;
        }
        close(s.disk);
        s.disk = -1;
    }
    unlink(s.memory_path.c_str());
    return true;
}

/// What is on disk by now, in all segments, is made durable there.
void JournalWriter::sync_drained() {
    std::uint64_t drained = 0;
    for (auto& segment : segments_) {
        std::string error;
        if (segment->disk >= 0 && (!disk_copy_is_there(*segment, error) || fdatasync(segment->disk) != 0)) {
            fail(error.empty() ? system_error("cannot sync", segment->disk_path) : error);
            return;
        }
        drained = std::max(drained, segment->drained_sequence);
    }
    if (drained > durable_sequence_.load(std::memory_order_relaxed)) {
        durable_sequence_.store(drained, std::memory_order_release);
    }
}

void JournalWriter::housekeep() {
    auto last_sync = std::chrono::steady_clock::now();
    for (;;) {
        const bool stopping = stop_.load(std::memory_order_acquire);
        std::string error;
        while (!stopping && prepared_ - taken_.load(std::memory_order_acquire) < config_.segments_ahead) {
            if (!prepare_one(error)) {
                fail(error);
                break;
            }
        }
        for (auto& segment : segments_) {
            if (!drain(*segment, error)) fail(error);
        }
        while (segments_.size() > 1 && segments_.front()->ended) {
            if (!retire(*segments_.front(), error)) {
                fail(error);
                break;
            }
            segments_.pop_front();
        }
        const auto now = std::chrono::steady_clock::now();
        if (stopping || now - last_sync > std::chrono::milliseconds(200)) {
            last_sync = now;
            sync_drained();
        }
        if (stopping) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    // What could not be written stays in memory, where the next start finds it.
    if (!failure().empty()) return;
    std::string error;
    for (auto& segment : segments_) {
        if (!retire(*segment, error)) fail(error);
    }
    rmdir(folder_.c_str());  // succeeds only when nothing had to stay
}

void JournalWriter::fail(const std::string& what) {
    const std::lock_guard lock(failure_mutex_);
    failure_ = what;
}

std::string JournalWriter::failure() const {
    const std::lock_guard lock(failure_mutex_);
    return failure_;
}

}  // namespace hw
