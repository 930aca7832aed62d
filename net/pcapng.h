// Reads captures: pcap (microsecond and nanosecond, both byte orders) and pcapng (sections, several
// interfaces with their own time resolution, enhanced and simple packet blocks, both byte orders).
//
// For `hedgewire decode`, for finding the definitions in a capture, and for making the plain microsecond pcap
// that DPDK's pcap device reads. Frames are delivered one after another up to the first damaged place; then
// `error` says what is wrong and at which byte of the file. Cold path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/types.h"

namespace hw::net {

/// As pcapng numbers them in a packet's flags.
enum class CaptureDirection : std::uint8_t { unknown = 0, in = 1, out = 2 };

struct CaptureFrame {
    Nanos time;                        ///< UTC; zero when the capture has no times (simple packet blocks)
    std::span<const std::byte> bytes;  ///< valid until the next call
    std::uint32_t original_length = 0;
    CaptureDirection direction = CaptureDirection::unknown;  ///< unknown where the capture does not say
    bool cut() const { return bytes.size() < original_length; }
};

class CaptureReader {
  public:
    /// Null, and why in `error`, when the file cannot be read or is no capture of Ethernet frames.
    static std::unique_ptr<CaptureReader> open(const std::string& path, std::string& error);
    virtual ~CaptureReader() = default;

    /// False at the end, and at the first damaged place: `error()` then says so.
    bool next(CaptureFrame& frame);
    /// Empty unless the capture is damaged: "PATH: byte N: what is wrong".
    const std::string& error() const { return error_; }
    /// Frames of which the capture holds only the beginning.
    std::uint64_t cut_frames() const { return cut_frames_; }

  protected:
    CaptureReader(std::string path, std::string bytes);

    virtual bool read(CaptureFrame& frame) = 0;
    /// Ends the reading.
    bool fail(std::size_t offset, const std::string& what);

    std::size_t size() const { return bytes_.size(); }
    std::size_t left() const { return bytes_.size() - at_; }
    std::uint16_t u16(std::size_t offset) const;
    std::uint32_t u32(std::size_t offset) const;
    std::span<const std::byte> span(std::size_t offset, std::size_t length) const;

    std::size_t at_ = 0;    ///< offset of what is read next
    bool swapped_ = false;  ///< the file's byte order is not ours

  private:
    std::string path_;
    std::string bytes_;
    std::string error_;
    std::uint64_t cut_frames_ = 0;
    bool ended_ = false;
};

struct ConvertResult {
    bool ok = false;           ///< false: nothing usable was written
    std::uint64_t frames = 0;  ///< written
    std::uint64_t cut_frames = 0;
    std::string error;  ///< also when ok: the capture is damaged after `frames` frames
};

/// Writes the frames of a capture as a microsecond pcap in our byte order.
ConvertResult convert_to_pcap(const std::string& in, const std::string& out);

}  // namespace hw::net
