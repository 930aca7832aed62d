// What the venue said, word for word: every whole message that came in, with the time it came, in a ring of
// one memory-mapped file beside the message store. It is for people (`hedgewire fix-log`); nothing of the
// session depends on it. A message goes in before the session acts on it (a report that is read in a hurry:
// right after), by two copies and no system call, and is never taken out: the newest push the oldest over the
// edge.
//
// A record begins at a multiple of 32 bytes of a position that only grows; its place in the file is that
// position modulo the ring's size, and it holds the position itself under its checksum. So a reader, which
// may be another process while this one writes, finds the first whole record behind the edge by looking for
// one, steps over what a power cut left damaged in the same way, and notices when the writer overtook it.
// What was put in outlives the process at any instruction. Secrets are masked before a record is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/journal/segment_file.h"
#include "core/types.h"

namespace hw::fix {

struct ReceivedHeader;

class ReceivedRing {
  public:
    static constexpr std::uint32_t kVersion = 1;
    static constexpr std::uint32_t kMaxMib = 4096;

    /// Opens or creates the ring of `owner` ("SENDER->TARGET") in `dir`; whoever calls owns the message store
    /// there. `mib`: a power of two up to kMaxMib. Nothing, and the reason in `error`, when it is of another
    /// version, owner or size, damaged, or cannot be mapped.
    static std::unique_ptr<ReceivedRing> open(const std::string& dir, std::string_view owner,
                                              std::uint32_t mib, std::string& error);

    /// Keeps a message, at most StreamFramer::kMaxMessage bytes. `now`: wall time.
    void put(std::string_view message, Nanos now);

  private:
    explicit ReceivedRing(MappedFile file) : file_(std::move(file)) {}
    ReceivedHeader& header();
    void recover();
    void copy_in(std::uint64_t position, const void* data, std::size_t size);

    MappedFile file_;
    std::uint64_t head_ = 0;   ///< where the next record goes
    std::uint64_t count_ = 0;  ///< records so far
};

/// Reads a ring from its oldest record on; also while it is written to.
class ReceivedReader {
  public:
    struct Record {
        std::uint64_t number = 0;  ///< from 1, over the life of the file
        Nanos time;                ///< when it came
        std::string message;
    };

    /// Nothing, and the reason in `error`, when there is none or it cannot be read.
    static std::optional<ReceivedReader> open(const std::string& dir, std::string& error);

    /// False at the end: of what was there when it was opened.
    bool next(Record&);

    std::string_view owner() const;
    std::uint64_t capacity() const;                     ///< bytes
    std::uint64_t let_go() const { return let_go_; }    ///< older records than the first one read
    std::uint64_t damaged() const { return damaged_; }  ///< records stepped over that are not whole

  private:
    explicit ReceivedReader(MappedFile file) : file_(std::move(file)) {}
    const ReceivedHeader& header() const;
    std::uint64_t edge() const;

    MappedFile file_;
    std::uint64_t at_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t let_go_ = 0;
    std::uint64_t damaged_ = 0;
    std::uint64_t last_ = 0;  ///< number of the record read last
};

}  // namespace hw::fix
