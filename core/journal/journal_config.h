// Where the journal lives.
#pragma once

#include <cstdint>
#include <string>

namespace hw {

struct JournalConfig {
    std::string dir;                      ///< on disk: segments, snapshots, blobs, epoch
    std::string memory_dir = "/dev/shm";  ///< tmpfs or hugetlbfs for the segments being written
    std::uint32_t segment_mib = 16;
    std::uint32_t segments_ahead = 3;          ///< prefaulted segments kept ready
    std::uint32_t snapshot_every = 1'000'000;  ///< Events between two snapshots of the engine's state
};

}  // namespace hw
