// What a start finds in a journal folder: the lock, the epoch, and the tail of a process that died.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/journal/journal_config.h"

namespace hw {

/// Held as long as the object lives: one writer a journal.
class JournalLock {
  public:
    /// Null and `error` when another process has it.
    static std::unique_ptr<JournalLock> take(const std::string& dir, std::string& error);
    ~JournalLock();
    JournalLock(const JournalLock&) = delete;
    JournalLock& operator=(const JournalLock&) = delete;

  private:
    explicit JournalLock(int fd) : fd_(fd) {}
    int fd_;
};

struct RecoveredJournal {
    bool fresh = true;  ///< nothing was ever written here
    std::uint32_t next_segment = 1;
    std::uint64_t last_sequence = 0;
    std::uint64_t torn_bytes = 0;       ///< cut from the end of the newest segment
    std::uint32_t memory_segments = 0;  ///< taken over from a process that died
};

/// Brings the segments that a dead process left in memory to the disk, cuts a torn tail, and finds the end.
/// False with `error` when the journal is damaged in its newest segment or of another version: then no record
/// was cut or removed. `memory_dir` as configured: where to look when the folder on disk has lost its note of
/// the memory folder.
bool recover_journal(const std::string& dir, RecoveredJournal&, std::string& error,
                     const std::string& memory_dir = {});

/// Counts up and makes durable the number that distinguishes this run's orders from all earlier ones: above
/// the one in the file and above those of all segments. Zero and `error` when it cannot (the file is damaged,
/// or all 65,535 epochs are used). `beside`: another folder that has to have seen it, empty for none: the
/// message store of a venue knows the orders of earlier journals, whose numbers must not come again.
std::uint16_t begin_epoch(const std::string& dir, std::string& error, const std::string& beside = {});

}  // namespace hw
