// Files of the journal, mapped: read-only for readers, prefaulted and zeroed for the writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/journal/record.h"

namespace hw {

/// A mapping that ends with the object.
class MappedFile {
  public:
    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    /// Whole file, read-only. Nothing (and `error` set) when it cannot be.
    static std::optional<MappedFile> open_read(const std::string& path, std::string& error);
    /// The same, to write to as well, every page present before it returns.
    static std::optional<MappedFile> open_write(const std::string& path, std::string& error);
    /// A new file of `bytes` zeros, every page present before it returns.
    static std::optional<MappedFile> create(const std::string& path, std::size_t bytes, std::string& error);

    std::span<const std::byte> bytes() const { return {data_, size_}; }
    std::byte* data() { return data_; }
    std::size_t size() const { return size_; }

  private:
    static std::optional<MappedFile> map_existing(const std::string& path, bool writable, std::string& error);

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// The header of a mapped segment, or why it cannot be read (wrong magic, another version, damaged).
/// `not_started`: a prepared segment that no record has gone into.
enum class HeaderStatus : std::uint8_t { good, not_started, bad };
HeaderStatus read_header(std::span<const std::byte> segment, SegmentHeader&, std::string_view& config,
                         std::string& error);

/// Numbers of the segments in a folder, ascending.
std::vector<std::uint32_t> segments_in(const std::string& dir);

/// Folder in `memory_dir` that belongs to the journal folder `dir`.
std::string memory_folder(const std::string& memory_dir, const std::string& dir);
/// The memory folder that a journal last used, as noted in it; empty when it notes none, or one that is not
/// its own: that of the folder it was copied from, say, whose writer may still be alive.
std::string noted_memory_folder(const std::string& dir);

/// Writes a file so that after a crash there is the old one or the new one: temporary, fsync, rename, fsync.
bool write_durably(const std::string& path, std::span<const std::byte> bytes, std::string& error);
std::string read_text(const std::string& path);

/// Text of errno with what was attempted.
std::string system_error(std::string_view what, const std::string& path);

}  // namespace hw
