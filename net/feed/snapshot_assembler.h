// Puts one book's snapshot together from the messages it was split over.
//
// One assembler a snapshot line, since the parts of a snapshot follow one another there. After lost packets
// the next part may be the rest of a snapshot whose beginning is gone: nothing counts until something else
// was seen in between, or a snapshot has ended. Not hot; its memory grows to the largest snapshot and stays.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "net/feed/deribit_wire.h"

namespace hw::net {

/// A level as on the wire: side 0 ask, 1 bid.
struct RawLevel {
    double price = 0;
    double amount = 0;
    std::uint8_t side = 0;
};

struct AssembledSnapshot {
    std::uint32_t instrument = 0;  ///< the venue's number
    std::uint64_t change_id = 0;
    std::uint64_t timestamp_ms = 0;
    bool book_complete = false;        ///< false: the venue left levels out
    std::span<const RawLevel> levels;  ///< valid until the next `add`
};

class SnapshotAssembler {
  public:
    static constexpr std::size_t kMaxLevels = 65'536;
    /// Taken when a line is opened; a deeper snapshot is possible, and allocates.
    static constexpr std::size_t kUsualLevels = 4'096;

    SnapshotAssembler() { levels_.reserve(kUsualLevels); }

    /// Packets were lost, or nothing has been seen yet.
    void interrupted();
    /// A message that is not a snapshot was seen: what comes next begins something.
    void other_message() { clean_ = true; }
    /// The whole snapshot once its last part is there.
    std::optional<AssembledSnapshot> add(const deribit::Snapshot&);

    /// Snapshots that could not be put together.
    std::uint64_t abandoned() const { return abandoned_; }

  private:
    bool belongs(const deribit::Snapshot&) const;
    void abandon();

    std::vector<RawLevel> levels_;
    AssembledSnapshot current_;
    std::uint64_t abandoned_ = 0;
    bool collecting_ = false;
    bool clean_ = false;
};

}  // namespace hw::net
