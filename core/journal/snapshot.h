// Snapshots of a flat state block, so that a restart need not replay the day: only pages that hold something
// are written, the whole is checksummed, and the newest three are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hw {

struct SnapshotInfo {
    std::uint64_t sequence = 0;  ///< of the last Event in it
    std::uint64_t state_hash = 0;
    std::uint32_t state_version = 0;  ///< layout of the block
};

/// Writes `state` durably as <dir>/snapshot-<sequence>.hws. False and `error` when it cannot.
bool write_snapshot(const std::string& dir, const SnapshotInfo&, std::span<const std::byte> state,
                    std::string& error);

/// Sequences of the snapshots in a folder, ascending.
std::vector<std::uint64_t> snapshots_in(const std::string& dir);

/// Fills `state` (zeroed by the caller) from the snapshot of that sequence. Nothing and `error` when it is
/// damaged or of another layout; then `state` may be half filled and must be cleared.
std::optional<SnapshotInfo> read_snapshot(const std::string& dir, std::uint64_t sequence,
                                          std::uint32_t state_version, std::span<std::byte> state,
                                          std::string& error);

}  // namespace hw
