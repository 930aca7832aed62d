// Blobs in the journal's folder: written once by the planner, read by follower and replay.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/blob.h"

namespace hw {

class BlobStore : public BlobSource {
  public:
    /// `epoch` makes the ids of this run differ from those of all others.
    BlobStore(const std::string& journal_dir, std::uint16_t epoch);

    /// Writes a blob; nothing and `error` when it cannot. It is on the disk when this returns, as
    /// the Event that will name it may be soon.
    std::optional<BlobRef> put(std::span<const std::byte> bytes, std::string& error);

    std::span<const std::byte> find(const BlobRef&) override;

  private:
    std::string path_of(std::uint64_t id) const;
    std::string dir_;
    std::uint64_t next_id_;
    std::uint64_t loaded_id_ = 0;
    std::vector<std::byte> loaded_;
};

/// The blob's reference as an Event carries it.
BlobRef reference_to(std::uint64_t id, std::span<const std::byte> bytes);
/// Do these bytes have the length and checksum that the reference says?
bool matches(const BlobRef&, std::span<const std::byte> bytes);

}  // namespace hw
