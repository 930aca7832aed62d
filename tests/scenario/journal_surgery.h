// Damage done to journals on purpose: what a disk, a power failure or another build would leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/journal/record.h"

namespace hw::scenario {

/// A segment's file, whole.
struct SegmentBytes {
    std::string path;
    std::vector<std::byte> bytes;

    static SegmentBytes load(const std::string& journal_dir, std::uint32_t segment);
    void save() const;
    SegmentHeader header() const;
    /// Writes a header back with its checksum made right.
    void set_header(SegmentHeader);
    /// Offset of the first record that `wanted` likes; zero when there is none.
    std::size_t find(const std::function<bool(const RecordAt&)>& wanted) const;
    /// Makes the record's checksum right again after its body was changed.
    void seal(std::size_t offset);
};

/// Number of the newest segment.
std::uint32_t last_segment(const std::string& journal_dir);
/// new_order Actions in the whole journal; fails the test when it cannot be read.
std::uint64_t orders_in(const std::string& journal_dir);
void remove_snapshots(const std::string& journal_dir);

}  // namespace hw::scenario
