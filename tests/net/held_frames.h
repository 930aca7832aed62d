// Reads back what a capture ring has written.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "net/pcapng.h"

namespace hw::net {

/// Equal when bytes and direction are.
struct HeldFrame {
    CaptureDirection direction;
    std::vector<std::byte> bytes;
    Nanos time;
    friend bool operator==(const HeldFrame& a, const HeldFrame& b) {
        return a.direction == b.direction && a.bytes == b.bytes;
    }
};

/// Also checks that no time is earlier than the one before it.
inline std::vector<HeldFrame> read_held_frames(const std::string& path) {
    std::vector<HeldFrame> frames;
    std::string error;
    const auto reader = CaptureReader::open(path, error);
    EXPECT_NE(reader, nullptr) << error;
    if (!reader) return frames;
    for (CaptureFrame f; reader->next(f);) {
        EXPECT_EQ(f.original_length, f.bytes.size());
        frames.push_back({f.direction, {f.bytes.begin(), f.bytes.end()}, f.time});
    }
    EXPECT_EQ(reader->error(), "");
    for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_LE(frames[i - 1].time, frames[i].time) << i;
    return frames;
}

}  // namespace hw::net
