// Capture files made by tests: a microsecond pcap of given frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "core/types.h"

namespace hw::net {

struct CapturedFrame {
    Nanos time;
    std::vector<std::byte> bytes;
};

template <class T>
void put_little(std::string& out, T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

inline std::string pcap_bytes(const std::vector<CapturedFrame>& frames) {
    std::string out;
    put_little(out, 0xa1b2c3d4u);
    put_little(out, std::uint16_t{2});
    put_little(out, std::uint16_t{4});
    put_little(out, std::uint64_t{0});
    put_little(out, 65'535u);
    put_little(out, 1u);
    for (const CapturedFrame& frame : frames) {
        put_little(out, static_cast<std::uint32_t>(frame.time.ns() / kNano));
        put_little(out, static_cast<std::uint32_t>(frame.time.ns() % kNano / 1'000));
        put_little(out, static_cast<std::uint32_t>(frame.bytes.size()));
        put_little(out, static_cast<std::uint32_t>(frame.bytes.size()));
        for (const std::byte b : frame.bytes) out += static_cast<char>(b);
    }
    return out;
}

inline void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

inline void write_pcap(const std::string& path, const std::vector<CapturedFrame>& frames) {
    write_file(path, pcap_bytes(frames));
}

}  // namespace hw::net
