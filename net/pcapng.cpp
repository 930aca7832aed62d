#include "net/pcapng.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

namespace hw::net {

namespace {

constexpr std::uint32_t kMagicMicro = 0xa1b2c3d4;
constexpr std::uint32_t kMagicNano = 0xa1b23c4d;
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kOptionPacketFlags = 2;
constexpr std::uint16_t kOptionTimeResolution = 9;
constexpr std::uint16_t kOptionTimeOffset = 14;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::size_t kPcapHeader = 24;
constexpr std::size_t kPcapRecord = 16;
constexpr std::size_t kBlockFrame = 12;  // type, length, and the length again at the end
constexpr std::uint32_t kLargestFrame = 1u << 18;

std::string link_error(std::uint32_t link) {
    return "link type " + std::to_string(link) + ": only Ethernet (1) is understood";
}

}  // namespace

CaptureReader::CaptureReader(std::string path, std::string bytes)
    : path_(std::move(path)), bytes_(std::move(bytes)) {}

bool CaptureReader::fail(std::size_t offset, const std::string& what) {
    error_ = path_ + ": byte " + std::to_string(offset) + ": " + what;
    ended_ = true;
    return false;
}

bool CaptureReader::next(CaptureFrame& frame) {
    if (ended_) return false;
    if (!read(frame)) {
        ended_ = true;
        return false;
    }
    if (frame.cut()) ++cut_frames_;
    return true;
}

std::uint16_t CaptureReader::u16(std::size_t offset) const {
    std::uint16_t value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return swapped_ ? __builtin_bswap16(value) : value;
}

std::uint32_t CaptureReader::u32(std::size_t offset) const {
    std::uint32_t value;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return swapped_ ? __builtin_bswap32(value) : value;
}

std::span<const std::byte> CaptureReader::span(std::size_t offset, std::size_t length) const {
    return std::as_bytes(std::span(bytes_)).subspan(offset, length);
}

namespace {

class PcapReader final : public CaptureReader {
  public:
    PcapReader(std::string path, std::string bytes, bool swapped, bool nano)
        : CaptureReader(std::move(path), std::move(bytes)), ns_per_fraction_(nano ? 1 : 1'000) {
        swapped_ = swapped;
        at_ = kPcapHeader;
    }
    bool check_header() {
        if (size() < kPcapHeader) return fail(size(), "the capture ends within its header");
        const std::uint32_t link = u32(20) & 0x0fffffffu;  // the top bits tell of check sequences
        return link == kLinkEthernet || fail(20, link_error(link));
    }

  private:
    bool read(CaptureFrame& frame) override {
        if (left() == 0) return false;
        if (left() < kPcapRecord) return fail(at_, "the capture ends within a record's header");
        const std::uint32_t length = u32(at_ + 8);
        const std::uint32_t original = u32(at_ + 12);
        if (length > kLargestFrame) return fail(at_, "a record of " + std::to_string(length) + " bytes");
        if (left() - kPcapRecord < length) return fail(at_, "the capture ends within a record");
        const auto seconds = static_cast<std::int64_t>(u32(at_));
        const auto fraction = static_cast<std::int64_t>(u32(at_ + 4));
        frame.time = Nanos::from_ns(seconds * kNano + fraction * ns_per_fraction_);
        frame.bytes = span(at_ + kPcapRecord, length);
        frame.original_length = original;
        frame.direction = CaptureDirection::unknown;
        at_ += kPcapRecord + length;
        return true;
    }

    std::int64_t ns_per_fraction_;
};

/// What an interface description says of the packets of that interface.
struct CaptureInterface {
    std::uint32_t link = 0;
    std::uint32_t snap_length = 0;
    std::size_t offset = 0;
    std::uint8_t resolution = 6;  ///< units of 10^-n, or of 2^-n with the top bit set
    std::int64_t offset_s = 0;
};

/// Nothing when the time does not fit.
std::optional<Nanos> to_time(std::uint64_t units, const CaptureInterface& interface) {
    const unsigned exponent = interface.resolution & 0x7fu;
    Int128 ns = static_cast<Int128>(units) * kNano;
    if ((interface.resolution & 0x80u) != 0) {
        ns = exponent > 63 ? 0 : ns >> exponent;
    } else {
        if (exponent > 18) return std::nullopt;
        for (unsigned i = 0; i < exponent; ++i) ns /= 10;
    }
    ns += static_cast<Int128>(interface.offset_s) * kNano;
    if (ns < 0 || ns > INT64_MAX) return std::nullopt;
    return Nanos::from_ns(static_cast<std::int64_t>(ns));
}

class PcapngReader final : public CaptureReader {
  public:
    PcapngReader(std::string path, std::string bytes) : CaptureReader(std::move(path), std::move(bytes)) {}
    /// Reads on to the first packet, so that a capture of something else is refused as a whole.
    bool check_header() {
        while (left() > 0 && error().empty()) {
            std::size_t length = 0;
            if (!begin_block(length)) return false;
            const std::uint32_t type = u32(at_);
            if (type == kEnhancedPacket || type == kSimplePacket) return true;
            if (!take_description(type, length)) return false;
            at_ += length;
        }
        return error().empty();
    }

  private:
    bool read(CaptureFrame& frame) override {
        while (left() > 0) {
            std::size_t length = 0;
            if (!begin_block(length)) return false;
            const std::size_t start = at_;
            const std::uint32_t type = u32(start);
            const bool packet = type == kEnhancedPacket || type == kSimplePacket;
            if (packet &&
                !(type == kEnhancedPacket ? enhanced(start, length, frame) : simple(start, length, frame))) {
                return false;
            }
            if (!packet && !take_description(type, length)) return false;
            at_ = start + length;
            if (packet) return true;
        }
        return false;
    }

    /// Checks the block at `at_` and finds its length. A section header also sets the byte order.
    bool begin_block(std::size_t& length) {
        if (left() < kBlockFrame) return fail(at_, "the capture ends within a block");
        if (u32(at_) == kSectionHeader && !set_byte_order()) return false;
        length = u32(at_ + 4);
        if (length < kBlockFrame || length % 4 != 0)
            return fail(at_, "a block of " + std::to_string(length) + " bytes");
        if (length > left()) return fail(at_, "the capture ends within a block");
        if (u32(at_ + length - 4) != length) return fail(at_ + length - 4, "a block's two lengths differ");
        return true;
    }
    bool set_byte_order() {
        swapped_ = false;
        if (u32(at_ + 8) == kByteOrderMagic) return true;
        swapped_ = true;
        return u32(at_ + 8) == kByteOrderMagic || fail(at_ + 8, "no byte order magic in a section header");
    }
    bool take_description(std::uint32_t type, std::size_t length) {
        if (type == kSectionHeader) {
            interfaces_.clear();
            if (length < 28) return fail(at_, "a section header that is too short");
            const std::uint16_t major = u16(at_ + 12);
            return major == 1 ||
                   fail(at_ + 12, "pcapng version " + std::to_string(major) + ": only 1 is understood");
        }
        return type != kInterface || add_interface(length);
    }
    bool add_interface(std::size_t length) {
        if (length < 20) return fail(at_, "an interface description that is too short");
        CaptureInterface interface;
        interface.offset = at_;
        interface.link = u16(at_ + 8);
        interface.snap_length = u32(at_ + 12);
        std::size_t option = at_ + 16;
        const std::size_t end = at_ + length - 4;
        while (end - option >= 4 && u16(option) != kOptionEnd) {
            const std::uint16_t code = u16(option);
            const std::size_t value_length = u16(option + 2);
            const std::size_t padded = (value_length + 3) / 4 * 4;
            if (end - option - 4 < padded) return fail(option, "an option reaches beyond its block");
            if (code == kOptionTimeResolution && value_length >= 1) {
                interface.resolution = std::to_integer<std::uint8_t>(span(option + 4, 1)[0]);
            }
            if (code == kOptionTimeOffset && value_length == 8) interface.offset_s = s64(option + 4);
            option += 4 + padded;
        }
        // Refused when it is the only one; a packet of it is refused in any case.
        if (interface.link != kLinkEthernet && interfaces_.empty())
            return fail(at_ + 8, link_error(interface.link));
        interfaces_.push_back(interface);
        return true;
    }
    std::int64_t s64(std::size_t offset) const {
        const std::uint64_t first = u32(offset);
        const std::uint64_t second = u32(offset + 4);
        return static_cast<std::int64_t>(swapped_ ? first << 32 | second : second << 32 | first);
    }
    bool enhanced(std::size_t start, std::size_t length, CaptureFrame& frame) {
        constexpr std::size_t kFixed = 28;
        if (length < kFixed + 4) return fail(start, "a packet block that is too short");
        const std::uint32_t id = u32(start + 8);
        if (!known_ethernet(start, id)) return false;
        const std::uint32_t captured = u32(start + 20);
        if (captured > length - kFixed - 4) return fail(start + 20, "a packet reaches beyond its block");
        const std::uint64_t units = static_cast<std::uint64_t>(u32(start + 12)) << 32 | u32(start + 16);
        const auto time = to_time(units, interfaces_[id]);
        if (!time) return fail(start + 12, "a time that does not fit");
        const std::size_t options = start + kFixed + (captured + 3) / 4 * 4;
        frame = {*time, span(start + kFixed, captured), u32(start + 24),
                 direction_in(options, start + length - 4)};
        return true;
    }
    /// Options that are damaged say nothing; the frame is whole.
    CaptureDirection direction_in(std::size_t option, std::size_t end) const {
        while (option + 8 <= end && u16(option) != kOptionEnd) {
            const std::size_t value_length = u16(option + 2);
            if (u16(option) == kOptionPacketFlags && value_length == 4) {
                const std::uint32_t bits = u32(option + 4) & 3u;
                return bits < 3 ? static_cast<CaptureDirection>(bits) : CaptureDirection::unknown;
            }
            option += 4 + (value_length + 3) / 4 * 4;
        }
        return CaptureDirection::unknown;
    }
    bool simple(std::size_t start, std::size_t length, CaptureFrame& frame) {
        constexpr std::size_t kFixed = 12;
        if (length < kFixed + 4) return fail(start, "a packet block that is too short");
        if (!known_ethernet(start, 0)) return false;
        const std::uint32_t original = u32(start + 8);
        const std::uint32_t limit = interfaces_[0].snap_length;
        const std::uint32_t captured = limit != 0 && limit < original ? limit : original;
        if (captured > length - kFixed - 4) return fail(start + 8, "a packet reaches beyond its block");
        frame = {Nanos{}, span(start + kFixed, captured), original, CaptureDirection::unknown};
        return true;
    }
    bool known_ethernet(std::size_t start, std::uint32_t id) {
        if (id >= interfaces_.size()) {
            return fail(start + 8,
                        "a packet of interface " + std::to_string(id) + ", which is not described");
        }
        const CaptureInterface& interface = interfaces_[id];
        return interface.link == kLinkEthernet || fail(interface.offset + 8, link_error(interface.link));
    }

    std::vector<CaptureInterface> interfaces_;
};

bool read_file(const std::string& path, std::string& bytes, std::string& error) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    if (file) content << file.rdbuf();
    // An empty file leaves the stream failed, too, but not bad.
    if (!file.is_open() || file.bad()) {
        error = path + ": " + std::generic_category().message(errno);
        return false;
    }
    bytes = std::move(content).str();
    return true;
}

template <class Reader>
std::unique_ptr<CaptureReader> checked(std::unique_ptr<Reader> reader, std::string& error) {
    if (reader->check_header()) return reader;
    error = reader->error();
    return nullptr;
}

}  // namespace

std::unique_ptr<CaptureReader> CaptureReader::open(const std::string& path, std::string& error) {
    std::string bytes;
    if (!read_file(path, bytes, error)) return nullptr;
    std::uint32_t magic = 0;
    std::memcpy(&magic, bytes.data(), std::min(sizeof magic, bytes.size()));
    if (magic == kSectionHeader) {
        return checked(std::make_unique<PcapngReader>(path, std::move(bytes)), error);
    }
    for (const bool swapped : {false, true}) {
        const std::uint32_t ours = swapped ? __builtin_bswap32(magic) : magic;
        if (ours != kMagicMicro && ours != kMagicNano) continue;
        const bool nano = ours == kMagicNano;
        return checked(std::make_unique<PcapReader>(path, std::move(bytes), swapped, nano), error);
    }
    error = path + ": byte 0: not a capture (neither pcap nor pcapng)";
    return nullptr;
}

namespace {

class PcapWriter {
  public:
    explicit PcapWriter(const std::string& path) : file_(path, std::ios::binary | std::ios::trunc) {
        put(kMagicMicro);
        put(std::uint16_t{2});
        put(std::uint16_t{4});
        put(std::uint64_t{0});
        put(kLargestFrame);
        put(kLinkEthernet);
    }
    void add(const CaptureFrame& frame) {
        put(static_cast<std::uint32_t>(frame.time.ns() / kNano));
        put(static_cast<std::uint32_t>(frame.time.ns() % kNano / 1'000));
        put(static_cast<std::uint32_t>(frame.bytes.size()));
        put(frame.original_length);
        file_.write(reinterpret_cast<const char*>(frame.bytes.data()),
                    static_cast<std::streamsize>(frame.bytes.size()));
    }
    bool finish() {
        file_.close();
        return !file_.fail();
    }

  private:
    template <class T>
    void put(T value) {
        file_.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
    std::ofstream file_;
};

}  // namespace

ConvertResult convert_to_pcap(const std::string& in, const std::string& out) {
    ConvertResult result;
    const auto reader = CaptureReader::open(in, result.error);
    if (!reader) return result;
    PcapWriter writer(out);
    for (CaptureFrame frame; reader->next(frame); ++result.frames) writer.add(frame);
    result.cut_frames = reader->cut_frames();
    result.ok = writer.finish();
    result.error = result.ok ? reader->error() : out + ": " + std::generic_category().message(errno);
    return result;
}

}  // namespace hw::net
