#include "core/journal/segment_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/hash.h"

namespace hw {

namespace fs = std::filesystem;

std::string system_error(std::string_view what, const std::string& path) {
    return std::string(what) + " " + path + ": " + std::strerror(errno);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
}

MappedFile::~MappedFile() {
    if (data_ != nullptr) munmap(data_, size_);
}

std::optional<MappedFile> MappedFile::open_read(const std::string& path, std::string& error) {
    return map_existing(path, false, error);
}

std::optional<MappedFile> MappedFile::open_write(const std::string& path, std::string& error) {
    return map_existing(path, true, error);
}

std::optional<MappedFile> MappedFile::map_existing(const std::string& path, bool writable,
                                                   std::string& error) {
    const int fd = open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || fstat(fd, &info) != 0) {
        error = system_error("cannot open", path);
        if (fd >= 0) close(fd);
        return std::nullopt;
    }
    MappedFile file;
    file.size_ = static_cast<std::size_t>(info.st_size);
    if (file.size_ > 0) {
        const int access = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        const int flags = writable ? MAP_SHARED | MAP_POPULATE : MAP_SHARED;
        void* memory = mmap(nullptr, file.size_, access, flags, fd, 0);
        if (memory == MAP_FAILED) {
            error = system_error("cannot map", path);
            file.size_ = 0;
            close(fd);
            return std::nullopt;
        }
        file.data_ = static_cast<std::byte*>(memory);
    }
    close(fd);
    return file;
}

std::optional<MappedFile> MappedFile::create(const std::string& path, std::size_t bytes, std::string& error) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        error = system_error("cannot create", path);
        return std::nullopt;
    }
    // Reserve the pages first: a full tmpfs is an error here and would be SIGBUS later.
    const int reserved = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
    void* memory = MAP_FAILED;
    if (reserved == 0)
        memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (memory == MAP_FAILED) {
        if (reserved != 0) errno = reserved;
        error = system_error("cannot reserve " + std::to_string(bytes) + " bytes for", path);
        close(fd);
        unlink(path.c_str());
        return std::nullopt;
    }
    close(fd);
    MappedFile file;
    file.data_ = static_cast<std::byte*>(memory);
    file.size_ = bytes;
    return file;
}

HeaderStatus read_header(std::span<const std::byte> segment, SegmentHeader& h, std::string_view& config,
                         std::string& error) {
    if (segment.size() < sizeof h) {
        error = "segment header is cut off after " + std::to_string(segment.size()) + " bytes";
        return segment.empty() ? HeaderStatus::not_started : HeaderStatus::bad;
    }
    // The writer puts the last word in last: looked at first, it says whether the rest is there.
    auto* there = reinterpret_cast<SegmentHeader*>(const_cast<std::byte*>(segment.data()));
    const auto started = std::atomic_ref<std::uint32_t>(there->started).load(std::memory_order_acquire);
    h = {};
    if (started == 0) return HeaderStatus::not_started;
    std::memcpy(&h, segment.data(), sizeof h);
    const SegmentHeader expected;
    if (h.magic != expected.magic) {
        error = "not a hedgewire journal segment";
        return HeaderStatus::bad;
    }
    if (h.version != kJournalVersion) {
        error = "journal version " + std::to_string(h.version) + "; this build reads version " +
                std::to_string(kJournalVersion);
        return HeaderStatus::bad;
    }
    if (h.crc != header_crc(h) || h.header_bytes > segment.size() ||
        sizeof h + h.config_bytes > h.header_bytes) {
        error = "segment header is damaged";
        return HeaderStatus::bad;
    }
    config = {reinterpret_cast<const char*>(segment.data() + sizeof h), h.config_bytes};
    if (crc32c(config.data(), config.size()) != h.config_crc) {
        error = "configuration in the segment header is damaged";
        return HeaderStatus::bad;
    }
    return HeaderStatus::good;
}

std::vector<std::uint32_t> segments_in(const std::string& dir) {
    std::vector<std::uint32_t> numbers;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(dir, ignored)) {
        const std::string name = entry.path().filename().string();
        std::uint32_t number = 0;
        constexpr std::string_view kPrefix = "segment-";
        if (name.size() != kPrefix.size() + 8 + 4 || !name.starts_with(kPrefix) || !name.ends_with(".hwj"))
            continue;
        const char* first = name.data() + kPrefix.size();
        if (std::from_chars(first, first + 8, number).ptr == first + 8) numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
    return numbers;
}

std::string memory_folder(const std::string& memory_dir, const std::string& dir) {
    std::error_code ignored;
    const std::string canonical = fs::weakly_canonical(fs::absolute(dir, ignored), ignored).string();
    char text[40];
    std::snprintf(text, sizeof text, "hedgewire-%016llx", static_cast<unsigned long long>(hash64(canonical)));
    return memory_dir + "/" + text;
}

std::string noted_memory_folder(const std::string& dir) {
    const std::string noted = read_text(dir + "/memory-folder");
    const bool own = !noted.empty() && noted == memory_folder(fs::path(noted).parent_path().string(), dir);
    return own ? noted : std::string();
}

std::string read_text(const std::string& path) {
    std::string text;
    if (std::FILE* file = std::fopen(path.c_str(), "rb")) {
        char buffer[4096];
        for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, file)) > 0;) text.append(buffer, n);
        std::fclose(file);
    }
    return text;
}

namespace {
bool write_all(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t n = write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

void sync_folder_of(const std::string& path) {
    const fs::path parent = fs::path(path).parent_path();
    const int fd = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    fsync(fd);
    close(fd);
}
}  // namespace

bool write_durably(const std::string& path, std::span<const std::byte> bytes, std::string& error) {
    const std::string temporary = path + ".new";
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        error = system_error("cannot create", temporary);
        return false;
    }
    const bool written = write_all(fd, bytes) && fsync(fd) == 0;
    if (!written) error = system_error("cannot write", temporary);
    close(fd);
    if (!written) return false;
    if (rename(temporary.c_str(), path.c_str()) != 0) {
        error = system_error("cannot rename to", path);
        return false;
    }
    sync_folder_of(path);
    return true;
}

}  // namespace hw
