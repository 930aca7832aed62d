// Writes a pcapng capture of one Ethernet interface, with nanosecond times and each packet's direction, as
// Wireshark opens it. Cold path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/types.h"
#include "net/pcapng.h"

namespace hw::net {

class PcapngWriter {
  public:
    /// Begins a file beside `path` that only its owner can read; `finish` says whether all went well.
    explicit PcapngWriter(const std::string& path);
    /// Without `finish` nothing is left behind.
    ~PcapngWriter();
    PcapngWriter(const PcapngWriter&) = delete;
    PcapngWriter& operator=(const PcapngWriter&) = delete;

    /// At most 2^18 bytes.
    void add(std::span<const std::byte> frame, Nanos time, CaptureDirection direction);
    /// Gives the file its name. False, and why in `error`, when anything of it could not be written.
    bool finish(std::uint64_t& bytes, std::string& error);

  private:
    template <class T>
    void put(T value);
    void put_padded(std::span<const std::byte> bytes);
    void begin_block(std::uint32_t type);
    void end_block();
    void describe();
    void write_out();

    std::string path_;
    std::string partial_path_;
    int fd_ = -1;
    int failure_ = 0;  ///< errno of the first
    std::vector<std::byte> buffer_;
    std::size_t block_ = 0;  ///< where the present block begins in the buffer
    std::uint64_t written_ = 0;
};

}  // namespace hw::net
