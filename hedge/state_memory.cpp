#include "hedge/state_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <utility>

#include "core/hash.h"

namespace hw::hedge {

namespace {
constexpr std::size_t kPage = 4096;
constexpr std::size_t kMapped = (sizeof(EngineState) + kPage - 1) / kPage * kPage;

bool all_zero(const std::uint64_t* words, std::size_t count) {
    std::uint64_t any = 0;
    for (std::size_t i = 0; i < count; ++i) any |= words[i];
    return any == 0;
}
}  // namespace

StateMemory::StateMemory() {
    void* memory =
        mmap(nullptr, kMapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    state_ = static_cast<EngineState*>(memory);  // zero bytes are a fresh EngineState, by its definition
}

StateMemory::~StateMemory() {
    if (state_ != nullptr) munmap(state_, kMapped);
}

StateMemory::StateMemory(StateMemory&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

void StateMemory::clear() { madvise(state_, kMapped, MADV_DONTNEED); }

void StateMemory::copy_from(const StateMemory& other) {
    clear();
    auto* to = reinterpret_cast<std::uint64_t*>(state_);
    const auto* from = reinterpret_cast<const std::uint64_t*>(other.state_);
    constexpr std::size_t kStep = kPage / 8;
    for (std::size_t at = 0; at < kMapped / 8; at += kStep) {
        if (!all_zero(from + at, kStep)) std::memcpy(to + at, from + at, kPage);
    }
}

void StateMemory::prefault() {
    auto* bytes = reinterpret_cast<volatile unsigned char*>(state_);
    for (std::size_t at = 0; at < kMapped; at += kPage) bytes[at] = bytes[at];
}

std::uint64_t state_hash(const EngineState& state) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(&state);
    constexpr std::size_t kWords = sizeof(EngineState) / 8;
    std::uint64_t hash = 0;
    for (std::size_t at = 0; at < kWords; at += kPage / 8) {
        const std::size_t count = std::min(kPage / 8, kWords - at);
        if (!all_zero(words + at, count)) hash += hash64(words + at, count * 8, at);
    }
    return hash;
}

}  // namespace hw::hedge
