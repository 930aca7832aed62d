// A short market day as capture files: the simulated venue's packets as Ethernet frames, written the way
// capture tools write them, and a book of its options.
#pragma once

#include <string>
#include <vector>

#include "core/types.h"

namespace hw::scenario {

struct DayFrame {
    Nanos time;  ///< with a nanosecond part that microsecond files cannot hold
    std::string bytes;
};

struct CaptureDay {
    std::vector<DayFrame> frames;
    std::vector<std::string> options;  ///< symbols that are listed for all of the day
    /// Frames before the middle of the day, and those after.
    std::vector<DayFrame> morning() const;
    std::vector<DayFrame> afternoon() const;
};

/// The same to the byte for the same seed.
CaptureDay make_day(std::uint64_t seed, double seconds);

/// Capture files of these frames. `link_type` 1 is Ethernet.
std::string pcap_micro(const std::vector<DayFrame>&, std::uint32_t link_type = 1);
std::string pcap_nano(const std::vector<DayFrame>&);
std::string pcapng_micro(const std::vector<DayFrame>&);
std::string pcapng_nano(const std::vector<DayFrame>&);

/// A positions file's text: the first `count` names, long and short by turns.
std::string positions_csv(const std::vector<std::string>& names, std::size_t count);

}  // namespace hw::scenario
