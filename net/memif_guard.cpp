#include "net/memif_guard.h"

#include <dlfcn.h>
#include <linux/membarrier.h>
#include <rte_alarm.h>
#include <rte_interrupts.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

namespace hw::net {

namespace {

struct Errand {
    const std::function<void()>& work;
    std::binary_semaphore done{0};
};

void run(void* argument) {
    auto& errand = *static_cast<Errand*>(argument);
    errand.work();
    errand.done.release();
}

std::mutex ports_mutex;
std::vector<const MemifBursts*> ports;

/// Returns when no port is inside a burst that began before. A thread that stays in one for this long is not
/// going to come out: better a crash than a driver that hangs for ever.
void wait_for_bursts() {
    using Clock = std::chrono::steady_clock;
    const auto patience = Clock::now() + std::chrono::seconds(2);
    const std::lock_guard lock(ports_mutex);
    if (ports.empty()) return;
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    for (const MemifBursts* port : ports) {
        while (port->inside() && Clock::now() < patience) std::this_thread::yield();
    }
}

using Munmap = int (*)(void*, std::size_t);
/// libc's, or what a sanitizer puts before it.
const Munmap next_munmap = reinterpret_cast<Munmap>(dlsym(RTLD_NEXT, "munmap"));

}  // namespace

void on_interrupt_thread(const std::function<void()>& work) {
    // An alarm is the one thing DPDK lets run there.
    constexpr std::uint64_t kSoonestUs = 1;
    Errand errand{work};
    if (rte_thread_is_intr() != 0 || rte_eal_alarm_set(kSoonestUs, run, &errand) != 0) return work();
    errand.done.acquire();
}

MemifBursts::MemifBursts() {
    syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
    const std::lock_guard lock(ports_mutex);
    ports.push_back(this);
}

MemifBursts::~MemifBursts() {
    const std::lock_guard lock(ports_mutex);
    std::erase(ports, this);
}

}  // namespace hw::net

/// The process's: the driver, a shared library, finds it before libc's.
extern "C" int munmap(void* address, std::size_t size) noexcept {
    if (rte_thread_is_intr() != 0) hw::net::wait_for_bursts();
    if (hw::net::next_munmap != nullptr) return hw::net::next_munmap(address, size);
    return static_cast<int>(syscall(SYS_munmap, address, size));  // before this unit was initialised
}
