#include "net/pcapng_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>

namespace hw::net {

namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint16_t kLinkEthernet = 1;
constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kOptionPacketFlags = 2;
constexpr std::uint16_t kOptionUserProgram = 4;
constexpr std::uint16_t kOptionTimeResolution = 9;
constexpr std::uint32_t kNanoseconds = 9;  // 10^-9 in the option's first byte, the rest is padding
constexpr std::string_view kProgram = "hedgewire";
constexpr std::size_t kBufferBytes = 1 << 20;

}  // namespace

PcapngWriter::PcapngWriter(const std::string& path) : path_(path), partial_path_(path + ".partial") {
    fd_ = open(partial_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd_ < 0) failure_ = errno;
    buffer_.reserve(kBufferBytes + (1 << 19));
    describe();
}

PcapngWriter::~PcapngWriter() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(partial_path_.c_str());
}

template <class T>
void PcapngWriter::put(T value) {
    const std::size_t at = buffer_.size();
    buffer_.resize(at + sizeof value);
    std::memcpy(buffer_.data() + at, &value, sizeof value);
}

void PcapngWriter::put_padded(std::span<const std::byte> bytes) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    buffer_.resize(buffer_.size() + (4 - bytes.size() % 4) % 4);
}

void PcapngWriter::begin_block(std::uint32_t type) {
    block_ = buffer_.size();
    put(type);
    put(std::uint32_t{0});
}

/// A block's length stands behind its type and at its end.
void PcapngWriter::end_block() {
    put(std::uint32_t{kOptionEnd});
    const auto length = static_cast<std::uint32_t>(buffer_.size() - block_ + 4);
    std::memcpy(buffer_.data() + block_ + 4, &length, sizeof length);
    put(length);
    if (buffer_.size() >= kBufferBytes) write_out();
}

void PcapngWriter::describe() {
    begin_block(kSectionHeader);
    put(kByteOrderMagic);
    put(std::uint16_t{1});
    put(std::uint16_t{0});
    put(UINT64_MAX);  // the section's length is not told
    put(kOptionUserProgram);
    put(static_cast<std::uint16_t>(kProgram.size()));
    put_padded(std::as_bytes(std::span(kProgram)));
    end_block();
    begin_block(kInterface);
    put(kLinkEthernet);
    put(std::uint16_t{0});
    put(std::uint32_t{0});  // no limit of length
    put(kOptionTimeResolution);
    put(std::uint16_t{1});
    put(kNanoseconds);
    end_block();
}

void PcapngWriter::add(std::span<const std::byte> frame, Nanos time, CaptureDirection direction) {
    const auto length = static_cast<std::uint32_t>(frame.size());
    const auto units = static_cast<std::uint64_t>(time.ns());
    begin_block(kEnhancedPacket);
    put(std::uint32_t{0});
    put(static_cast<std::uint32_t>(units >> 32));
    put(static_cast<std::uint32_t>(units));
    put(length);
    put(length);
    put_padded(frame);
    put(kOptionPacketFlags);
    put(std::uint16_t{4});
    put(static_cast<std::uint32_t>(direction));
    end_block();
}

void PcapngWriter::write_out() {
    for (std::size_t at = 0; at < buffer_.size() && failure_ == 0;) {
        const ssize_t n = ::write(fd_, buffer_.data() + at, buffer_.size() - at);
        if (n > 0) at += static_cast<std::size_t>(n);
        if (n < 0 && errno != EINTR) failure_ = errno;
    }
    written_ += buffer_.size();
    buffer_.clear();
}

bool PcapngWriter::finish(std::uint64_t& bytes, std::string& error) {
    write_out();
    if (fd_ >= 0 && close(fd_) != 0 && failure_ == 0) failure_ = errno;
    if (failure_ == 0 && std::rename(partial_path_.c_str(), path_.c_str()) != 0) failure_ = errno;
    if (failure_ != 0 && fd_ >= 0) unlink(partial_path_.c_str());
    fd_ = -1;
    bytes = failure_ == 0 ? written_ : 0;
    if (failure_ != 0) error = path_ + ": " + std::generic_category().message(failure_);
    return failure_ == 0;
}

}  // namespace hw::net
