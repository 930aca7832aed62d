// Reads a journal from its first record on, or from any sequence: finished ones, those of a killed process
// (whose newest records are still in memory files), and the one being written right now.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/journal/record.h"
#include "core/journal/segment_file.h"

namespace hw {

class JournalReader {
  public:
    enum class Next : std::uint8_t {
        event,
        action,
        timing,
        new_run,  ///< the next segment was begun by another process: epoch and configuration may have changed
        end,      ///< nothing more so far
        damaged   ///< see error(); nothing after it can be read
    };

    /// `live`: the writer is in this process; a segment is only left when the writer has said that it ended.
    explicit JournalReader(std::string dir, bool live = false);

    /// Goes to the segment that holds `sequence` (the first one there is for 0 or 1) so that the first Event
    /// read is the one with the lowest sequence >= `sequence`. False with error() when there is none.
    bool open_at(std::uint64_t sequence);

    Next next();
    const Event& event() const { return event_; }
    const Action& action() const { return action_; }
    const Timing& timing() const { return timing_; }

    /// Of the segment that the last record came from.
    const SegmentHeader& header() const { return header_; }
    std::string_view config() const { return config_; }
    /// The newest Event read (or skipped) so far.
    std::uint64_t last_sequence() const { return last_sequence_; }
    const std::string& error() const { return error_; }
    const std::string& dir() const { return dir_; }

    /// At `end`, for a journal nobody writes: is what follows the end empty or a torn tail (true), or are
    /// there whole records beyond a damaged place (false, error() says where)?
    bool ends_cleanly();
    /// Place of the end within its segment: what a repair keeps.
    std::size_t end_offset() const { return offset_; }
    bool tail_is_torn() const { return torn_; }

  private:
    bool load(std::uint32_t segment);
    bool advance_segment();
    bool segment_missing();
    Next deliver(const RecordAt&);
    Next fail(std::string what);
    bool whole_record_beyond(std::size_t offset) const;

    std::string dir_;
    std::string memory_;
    std::string error_;
    MappedFile file_;
    SegmentHeader header_;
    std::string_view config_;
    std::size_t offset_ = 0;
    std::uint64_t last_sequence_ = 0;
    std::uint64_t skip_below_ = 0;
    bool live_ = false;
    bool new_run_ = false;
    bool torn_ = false;
    bool damaged_ = false;
    Event event_;
    Action action_;
    Timing timing_;
};

}  // namespace hw
