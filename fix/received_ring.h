// What the venue said, word for word: every whole message that came in, with the time it came, in a ring of
// one memory-mapped file beside the message store. It is for people (`hedgewire fix-log`); nothing of the
// session depends on it. A message goes in before the session acts on it, by two copies and no system call,
// and is never taken out: the newest push the oldest over the edge.
//
// Only a report that is read in a hurry goes in late: a place in the ring is cold, and what the report leads
// to must not wait for it. It is set aside, in memory that stays warm, and put away once the orders of its
// turn have left. A process killed in between (microseconds) leaves it out here; what it said is in the
// journal.
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
#include <utility>
#include <vector>

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

    ~ReceivedRing() { put_away(); }
    ReceivedRing(const ReceivedRing&) = delete;
    ReceivedRing& operator=(const ReceivedRing&) = delete;

    /// Keeps a message, at most StreamFramer::kMaxMessage bytes. `now`: wall time.
    void put(std::string_view message, Nanos now);
    /// The same, but until `put_away` (or the next `put`, or the end) only a copy of it is held. Of more than
    /// there is room for, those that came before are put away at once.
    void set_aside(std::string_view message, Nanos now);
    void put_away();

  private:
    struct Aside {
        std::size_t size;  ///< bytes of aside_
        Nanos time;
    };
    static constexpr std::size_t kAsideBytes = 64 * 1024;
    static constexpr std::size_t kAsideMessages = 256;

    explicit ReceivedRing(MappedFile file);
    ReceivedHeader& header();
    void recover();
    void write(std::string_view message, Nanos now);
    void copy_in(std::uint64_t position, const void* data, std::size_t size);

    MappedFile file_;
    std::uint64_t head_ = 0;   ///< where the next record goes
    std::uint64_t count_ = 0;  ///< records so far
    std::string aside_;        ///< messages, one behind the other
    std::vector<Aside> asides_;
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
