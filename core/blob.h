// Blobs: what does not fit an Event. The Event carries id, length and checksum; the bytes lie in the
// journal's folder.
#pragma once

#include <cstddef>
#include <span>

#include "core/event.h"

namespace hw {

/// Where the engine finds the blob that an Event names. The bytes must stay while the Event is being applied.
class BlobSource {
  public:
    virtual ~BlobSource() = default;
    /// Empty when there is no such blob, or its length or checksum is not as the reference says.
    virtual std::span<const std::byte> find(const BlobRef&) = 0;
};

}  // namespace hw
