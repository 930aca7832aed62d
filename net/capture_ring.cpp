#include "net/capture_ring.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "net/pcapng_writer.h"
#include "net/port.h"

namespace hw::net {

namespace {

constexpr std::size_t kHugePage = 2 << 20;
constexpr std::size_t kMib = 1 << 20;
constexpr unsigned kDirectionShift = 32;

std::uint64_t words_for(const CaptureConfig& config) {
    return std::bit_ceil(std::max<std::uint64_t>(config.mib, 1)) * kMib / sizeof(std::uint64_t);
}

/// In huge pages where the system gives them, and touched: the hot thread meets no page fault.
std::uint64_t* take_memory(std::uint64_t words) {
    const std::size_t bytes = words * sizeof(std::uint64_t);
    void* const memory = std::aligned_alloc(std::min(bytes, kHugePage), bytes);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);
    std::memset(memory, 0, bytes);
    return static_cast<std::uint64_t*>(memory);
}

void put_run(std::uint64_t* to, std::span<const std::byte> bytes) {
    const std::byte* from = bytes.data();
    std::uint64_t word = 0;
    for (const std::byte* const whole = from + bytes.size() / 8 * 8; from != whole; from += 8) {
        std::memcpy(&word, from, 8);
        std::atomic_ref(*to++).store(word, std::memory_order_release);
    }
    if (const std::size_t rest = bytes.size() % 8; rest != 0) {
        word = 0;
        std::memcpy(&word, from, rest);
        std::atomic_ref(*to).store(word, std::memory_order_release);
    }
}

std::uint64_t words_of(std::size_t bytes) { return (bytes + 7) / 8; }
std::size_t length_of(std::uint64_t header) { return static_cast<std::uint32_t>(header); }

}  // namespace

CaptureRing::CaptureRing(const CaptureConfig& config)
    : held_ns_(std::int64_t{config.seconds} * kNano),
      mask_(words_for(config) - 1),
      words_(take_memory(mask_ + 1)) {}

CaptureRing::~CaptureRing() { std::free(words_); }

void CaptureRing::rx(std::span<const RxPacket> packets) {
    for (const RxPacket& packet : packets) add(packet.bytes, CaptureDirection::in, arrived_ns_);
    count(rx_frames_, packets.size());
}

void CaptureRing::tx(std::span<const std::byte> frame) {
    add(frame, CaptureDirection::out, process_clock.paced_ns());
    count(tx_frames_, 1);
}

void CaptureRing::add(std::span<const std::byte> frame, CaptureDirection direction, std::int64_t paced_ns) {
    if (frame.size() > kLongestFrame) {
        frame = frame.first(kLongestFrame);
        count(cut_, 1);
    }
    const std::uint64_t begin = head_.load(std::memory_order_relaxed);
    const std::uint64_t end = begin + kHeaderWords + words_of(frame.size());
    make_room(end, paced_ns);
    put(begin, frame.size() | static_cast<std::uint64_t>(direction) << kDirectionShift);
    put(begin + 1, static_cast<std::uint64_t>(paced_ns));
    // In one run, or in two around the ring's end.
    const std::uint64_t at = begin + kHeaderWords;
    const std::size_t until_end = (mask_ + 1 - (at & mask_)) * 8;
    const std::size_t first = std::min(frame.size(), until_end);
    put_run(words_ + (at & mask_), frame.first(first));
    put_run(words_, frame.subspan(first));
    head_.store(end, std::memory_order_release);
    count(bytes_, frame.size());
}

/// Gives up the oldest frames until all up to `end` fits.
void CaptureRing::make_room(std::uint64_t end, std::int64_t now_ns) {
    std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    if (end - tail <= mask_ + 1) [[likely]]
        return;
    std::uint64_t frames = 0;
    std::uint64_t early = 0;
    for (; end - tail > mask_ + 1; ++frames) {
        early += now_ns - static_cast<std::int64_t>(get(tail + 1)) < held_ns_ ? 1 : 0;
        tail += kHeaderWords + words_of(length_of(get(tail)));
    }
    tail_.store(tail, std::memory_order_release);
    count(evicted_, frames);
    count(evicted_early_, early);
}

std::vector<CaptureRing::Found> CaptureRing::find_since(std::int64_t oldest_ns,
                                                        std::vector<std::uint64_t>& copy) const {
    const std::uint64_t begin = tail_.load(std::memory_order_acquire);
    const std::uint64_t head = head_.load(std::memory_order_acquire);
    copy.resize(head - begin);
    for (std::uint64_t at = begin; at != head; ++at) copy[at - begin] = get(at);
    const std::uint64_t whole = std::clamp(tail_.load(std::memory_order_acquire), begin, head);
    std::vector<Found> found;
    for (std::uint64_t at = whole - begin; at < copy.size();) {
        const std::uint64_t header = copy[at];
        const auto paced_ns = static_cast<std::int64_t>(copy[at + 1]);
        const auto bytes = std::as_bytes(std::span(copy).subspan(at + kHeaderWords)).first(length_of(header));
        if (paced_ns >= oldest_ns)
            found.push_back({paced_ns, static_cast<CaptureDirection>(header >> kDirectionShift), bytes});
        at += kHeaderWords + words_of(length_of(header));
    }
    std::ranges::stable_sort(found, {}, &Found::paced_ns);
    return found;
}

CaptureWritten CaptureRing::write(const std::string& path, Nanos span) const {
    std::vector<std::uint64_t> copy;
    const auto found = find_since(process_clock.paced_ns() - std::min(span, held()).ns(), copy);
    CaptureWritten written;
    PcapngWriter writer(path);
    const Nanos to_utc = process_clock.wall_at(0);
    for (const Found& f : found) writer.add(f.bytes, Nanos::from_ns(f.paced_ns) + to_utc, f.direction);
    if (!found.empty()) {
        written.first = Nanos::from_ns(found.front().paced_ns) + to_utc;
        written.last = Nanos::from_ns(found.back().paced_ns) + to_utc;
    }
    written.frames = found.size();
    written.ok = writer.finish(written.bytes, written.error);
    return written;
}

CaptureCounters CaptureRing::counters() const {
    const auto load = [](const std::atomic<std::uint64_t>& c) { return c.load(std::memory_order_relaxed); };
    return {load(rx_frames_), load(tx_frames_),     load(bytes_),
            load(evicted_),   load(evicted_early_), load(cut_)};
}

}  // namespace hw::net
