// What the three processes of this test tell each other: hedger, venue, and the one that watches the hedger's
// system calls.
#pragma once

#include <sys/mman.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace hw::test {

enum class Watching : std::uint32_t { not_yet, yes, forbidden };

struct Shared {
    std::uint64_t ticks_wanted = 0;  ///< to be counted, after those of the warm-up

    std::atomic<bool> warm{false};      ///< the hedger's: ready to be watched
    std::atomic<bool> counting{false};  ///< the hedger's
    std::atomic<bool> finished{false};  ///< the hedger's
    std::atomic<std::uint64_t> ticks_seen{0};
    std::atomic<Watching> watching{Watching::not_yet};
};

/// Lies in memory that children of this process share with it; for as long as the process lives.
inline Shared& make_shared_state() {
    void* const memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    return *new (memory) Shared;
}

}  // namespace hw::test
