#include "net/pcapng.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "tests/net/capture_files.h"
#include "tests/net/fuzz.h"

namespace hw::net {
namespace {

class CaptureTest : public ::testing::Test {
  protected:
    void TearDown() override {
        std::filesystem::remove(path_);
        std::filesystem::remove(out_);
    }
    /// Everything that the reader delivers; `error` is the opening's or the reader's.
    std::vector<CapturedFrame> read(const std::string& bytes) {
        write_file(path_, bytes);
        return read_path(path_);
    }
    std::vector<CapturedFrame> read_path(const std::string& path) {
        error_.clear();
        std::vector<CapturedFrame> frames;
        const auto reader = CaptureReader::open(path, error_);
        opened_ = reader != nullptr;
        if (!reader) return frames;
        for (CaptureFrame frame; reader->next(frame);) {
            frames.push_back({frame.time, {frame.bytes.begin(), frame.bytes.end()}});
        }
        error_ = reader->error();
        cut_ = reader->cut_frames();
        return frames;
    }
    bool error_says(const std::string& text) const { return error_.find(text) != std::string::npos; }

    const std::string path_ =
        (std::filesystem::temp_directory_path() / ("hw_capture_" + std::to_string(getpid()))).string();
    const std::string out_ = path_ + ".pcap";
    std::string error_;
    bool opened_ = false;
    std::uint64_t cut_ = 0;
};

std::vector<CapturedFrame> some_frames(std::int64_t step_ns = 1'000) {
    std::vector<CapturedFrame> frames;
    for (int n = 0; n < 5; ++n) {
        frames.push_back(
            {Nanos::from_ns(1'686'858'149'957'011'000 + n * step_ns),
             std::vector<std::byte>(static_cast<std::size_t>(60 + 7 * n), static_cast<std::byte>(n))});
    }
    return frames;
}

void expect_same(const std::vector<CapturedFrame>& a, const std::vector<CapturedFrame>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].time.ns(), b[i].time.ns()) << i;
        EXPECT_EQ(a[i].bytes, b[i].bytes) << i;
    }
}

/// Builds pcapng blocks in either byte order.
class PcapngBuilder {
  public:
    explicit PcapngBuilder(bool big = false) : big_(big) { section(); }

    void section() {
        std::string body;
        u32(body, 0x1a2b3c4d);
        u16(body, 1);
        u16(body, 0);
        body += std::string(8, '\xff');
        block(0x0a0d0d0a, body);
    }
    void interface(std::uint16_t link = 1, int resolution = -1, std::int64_t offset_s = 0,
                   std::uint32_t snap = 0) {
        std::string body;
        u16(body, link);
        u16(body, 0);
        u32(body, snap);
        if (resolution >= 0) {
            u16(body, 9);
            u16(body, 1);
            body += static_cast<char>(resolution);
            body += std::string(3, '\0');
        }
        if (offset_s != 0) {
            u16(body, 14);
            u16(body, 8);
            const auto bits = static_cast<std::uint64_t>(offset_s);
            u32(body, static_cast<std::uint32_t>(big_ ? bits >> 32 : bits));
            u32(body, static_cast<std::uint32_t>(big_ ? bits : bits >> 32));
        }
        u16(body, 0);
        u16(body, 0);
        block(1, body);
    }
    void packet(std::uint32_t interface, std::uint64_t units, const std::vector<std::byte>& bytes,
                std::uint32_t original = 0) {
        std::string body;
        u32(body, interface);
        u32(body, static_cast<std::uint32_t>(units >> 32));
        u32(body, static_cast<std::uint32_t>(units));
        u32(body, static_cast<std::uint32_t>(bytes.size()));
        u32(body, original == 0 ? static_cast<std::uint32_t>(bytes.size()) : original);
        append(body, bytes);
        block(6, body);
    }
    void simple(const std::vector<std::byte>& bytes, std::uint32_t original) {
        std::string body;
        u32(body, original);
        append(body, bytes);
        block(3, body);
    }
    void block(std::uint32_t type, std::string body) {
        body.resize((body.size() + 3) / 4 * 4);
        u32(bytes_, type);
        u32(bytes_, static_cast<std::uint32_t>(body.size() + 12));
        bytes_ += body;
        u32(bytes_, static_cast<std::uint32_t>(body.size() + 12));
    }
    const std::string& bytes() const { return bytes_; }

  private:
    static void append(std::string& out, const std::vector<std::byte>& bytes) {
        for (const std::byte b : bytes) out += static_cast<char>(b);
    }
    void u16(std::string& out, std::uint16_t v) const {
        put_little(out, static_cast<std::uint16_t>(big_ ? __builtin_bswap16(v) : v));
    }
    void u32(std::string& out, std::uint32_t v) const { put_little(out, big_ ? __builtin_bswap32(v) : v); }

    bool big_;
    std::string bytes_;
};

TEST_F(CaptureTest, PcapInMicrosecondsAndNanosecondsAndBothByteOrders) {
    for (const bool nano : {false, true}) {
        for (const bool big : {false, true}) {
            const auto frames = some_frames(nano ? 1 : 1'000);
            std::string bytes;
            const auto put32 = [&](std::uint32_t v) { put_little(bytes, big ? __builtin_bswap32(v) : v); };
            put32(nano ? 0xa1b23c4d : 0xa1b2c3d4);
            put32(big ? 0x00020004 : 0x00040002);
            put32(0);
            put32(0);
            put32(65'535);
            put32(1);
            for (const auto& f : frames) {
                put32(static_cast<std::uint32_t>(f.time.ns() / kNano));
                put32(static_cast<std::uint32_t>(f.time.ns() % kNano / (nano ? 1 : 1'000)));
                put32(static_cast<std::uint32_t>(f.bytes.size()));
                put32(static_cast<std::uint32_t>(f.bytes.size()));
                for (const std::byte b : f.bytes) bytes += static_cast<char>(b);
            }
            expect_same(read(bytes), frames);
            EXPECT_EQ(error_, "");
        }
    }
}

TEST_F(CaptureTest, PcapngWithSeveralInterfacesResolutionsAndBothByteOrders) {
    const std::vector<std::byte> bytes(61, std::byte{9});
    for (const bool big : {false, true}) {
        PcapngBuilder file(big);
        file.interface();              // microseconds
        file.interface(1, 9);          // nanoseconds
        file.interface(1, 0x80 | 10);  // 2^-10 s
        file.interface(1, 3, 1'000);   // milliseconds, 1000 s later
        file.block(0x0bad, "a block that nobody knows");
        file.packet(0, 1'686'858'149'957'011, bytes);
        file.packet(1, 1'686'858'149'957'011'749, bytes);
        file.packet(2, 1024 * 5 + 512, bytes);
        file.packet(3, 1'500, bytes);
        file.section();  // a new section forgets the interfaces
        file.interface(1, 9);
        file.packet(0, 42, bytes);
        const auto frames = read(file.bytes());
        ASSERT_EQ(error_, "");
        ASSERT_EQ(frames.size(), 5u);
        EXPECT_EQ(frames[0].time.ns(), 1'686'858'149'957'011'000);
        EXPECT_EQ(frames[1].time.ns(), 1'686'858'149'957'011'749);
        EXPECT_EQ(frames[2].time.ns(), 5'500'000'000);
        EXPECT_EQ(frames[3].time.ns(), 1'001'500'000'000);
        EXPECT_EQ(frames[4].time.ns(), 42);
        for (const auto& f : frames) EXPECT_EQ(f.bytes, bytes);
    }
}

TEST_F(CaptureTest, CutFramesAreDeliveredAndCounted) {
    PcapngBuilder file;
    file.interface(1, -1, 0, 32);
    file.packet(0, 1, std::vector<std::byte>(20), 90);
    file.packet(0, 1, std::vector<std::byte>(20));
    file.simple(std::vector<std::byte>(32), 100);
    const auto frames = read(file.bytes());
    ASSERT_EQ(frames.size(), 3u);
    EXPECT_EQ(frames[2].bytes.size(), 32u);
    EXPECT_EQ(cut_, 2u);
}

TEST_F(CaptureTest, MissingEmptyAndForeignFilesAreRefused) {
    read_path("/nonexistent/capture.pcapng");
    EXPECT_FALSE(opened_);
    EXPECT_TRUE(error_says("/nonexistent/capture.pcapng")) << error_;
    EXPECT_TRUE(error_says("No such file")) << error_;
    for (const std::string& bytes :
         {std::string(), std::string("GIF89a, not a capture at all"), std::string("\n")}) {
        read(bytes);
        EXPECT_FALSE(opened_);
        EXPECT_TRUE(error_says("not a capture")) << error_;
        EXPECT_TRUE(error_says(path_)) << error_;
    }
    read_path(std::filesystem::temp_directory_path().string());
    EXPECT_FALSE(opened_) << "a directory";
}

TEST_F(CaptureTest, AnotherLinkTypeIsRefusedWithItsNumberAndPlace) {
    std::string pcap = pcap_bytes(some_frames());
    pcap[20] = 113;
    read(pcap);
    EXPECT_FALSE(opened_);
    EXPECT_TRUE(error_says("byte 20: link type 113")) << error_;
    PcapngBuilder file;
    file.interface(113);
    file.packet(0, 1, std::vector<std::byte>(60));
    read(file.bytes());
    EXPECT_FALSE(opened_);
    EXPECT_TRUE(error_says("byte 36: link type 113")) << error_;
}

TEST_F(CaptureTest, ATruncatedPcapDeliversTheFramesBeforeTheCut) {
    const auto frames = some_frames();
    const std::string whole = pcap_bytes(frames);
    for (std::size_t size = 24; size < whole.size(); ++size) {
        const auto got = read(whole.substr(0, size));
        std::size_t expected = 0;
        std::size_t at = 24;
        while (expected < frames.size() && at + 16 + frames[expected].bytes.size() <= size) {
            at += 16 + frames[expected++].bytes.size();
        }
        ASSERT_EQ(got.size(), expected) << size;
        EXPECT_EQ(error_.empty(), at == size) << size;
        EXPECT_TRUE(at == size || error_says("byte " + std::to_string(at) + ":")) << error_;
    }
    for (std::size_t size = 4; size < 24; ++size) {
        read(whole.substr(0, size));
        EXPECT_FALSE(opened_) << size;
    }
}

TEST_F(CaptureTest, ATruncatedOrDamagedPcapngDeliversTheFramesBeforeIt) {
    PcapngBuilder file;
    file.interface(1, 9);
    for (int n = 0; n < 3; ++n) file.packet(0, 1, std::vector<std::byte>(60));
    const std::string whole = file.bytes();
    const std::size_t block = 32 + 60;
    const std::size_t last = whole.size() - block;
    for (std::size_t size = last + 1; size < whole.size(); ++size) {
        EXPECT_EQ(read(whole.substr(0, size)).size(), 2u);
        EXPECT_TRUE(error_says("byte " + std::to_string(last) + ": the capture ends within a block"))
            << error_;
    }
    auto damaged = whole;
    damaged[whole.size() - 4] = 0;  // the length at the block's end
    EXPECT_EQ(read(damaged).size(), 2u);
    EXPECT_TRUE(error_says("lengths differ")) << error_;
    damaged = whole;
    damaged[last + 8] = 1;  // interface
    EXPECT_EQ(read(damaged).size(), 2u);
    EXPECT_TRUE(error_says("interface 1")) << error_;
    damaged = whole;
    damaged[last + 20] = 61;  // captured length
    EXPECT_EQ(read(damaged).size(), 2u);
    EXPECT_TRUE(error_says("beyond its block")) << error_;
}

TEST_F(CaptureTest, ConvertedToAMicrosecondPcap) {
    PcapngBuilder file;
    file.interface(1, 9);
    const auto frames = some_frames(1);
    for (const auto& f : frames) file.packet(0, static_cast<std::uint64_t>(f.time.ns()), f.bytes);
    write_file(path_, file.bytes());
    const ConvertResult result = convert_to_pcap(path_, out_);
    EXPECT_TRUE(result.ok) << result.error;
    EXPECT_EQ(result.frames, frames.size());
    EXPECT_EQ(result.error, "");
    const auto got = read_path(out_);
    ASSERT_EQ(got.size(), frames.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].time.ns(), frames[i].time.ns() / 1'000 * 1'000);
        EXPECT_EQ(got[i].bytes, frames[i].bytes);
    }
    EXPECT_FALSE(convert_to_pcap("/nonexistent", out_).ok);
    EXPECT_FALSE(convert_to_pcap(path_, "/nonexistent/out.pcap").ok);
    write_file(path_, file.bytes().substr(0, file.bytes().size() - 1));
    const ConvertResult damaged = convert_to_pcap(path_, out_);
    EXPECT_TRUE(damaged.ok);
    EXPECT_EQ(damaged.frames, frames.size() - 1);
    EXPECT_NE(damaged.error.find("byte"), std::string::npos);
}

TEST_F(CaptureTest, MutatedCapturesNeverReadBeyondTheirBytes) {
    const std::uint64_t seed = fuzz_seed();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    PcapngBuilder file;
    file.interface(1, 9, 5);
    file.interface(1, 6);
    for (std::uint32_t n = 0; n < 4; ++n) file.packet(n % 2, 1, std::vector<std::byte>(40 + n));
    file.simple(std::vector<std::byte>(40), 40);
    const std::string captures[] = {file.bytes(), pcap_bytes(some_frames())};
    std::size_t delivered = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(fuzz_iterations(500), 3'000); ++i) {
        std::string bytes = captures[random() % 2];
        if (random() % 3 == 0) bytes.resize(random() % (bytes.size() + 1));
        for (std::size_t n = random() % 4; n > 0 && !bytes.empty(); --n) {
            bytes[random() % bytes.size()] = static_cast<char>(random() % 3 == 0 ? 0 : random());
        }
        delivered += read(bytes).size();
    }
    EXPECT_GT(delivered, 0u);
}

}  // namespace
}  // namespace hw::net
