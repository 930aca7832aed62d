// The hot loop's proof: while ticks come and hedges flow on a bypass port, an order takes no heap memory
// between rx_burst and its own tx_burst, and the loop makes no system call at all.
//
// Real parts: memif between two processes, the decoder, books, engine, journal and loop of a real run, its
// FIX session from templates to delegated sends, and fills read past QuickFIX. A third process, this one,
// watches the hot thread's system calls by ptrace.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>

#include "tests/hot_path/far_end.h"
#include "tests/hot_path/heap_count.h"
#include "tests/hot_path/near_end.h"
#include "tests/hot_path/syscall_watch.h"
#include "tests/net/fuzz.h"

namespace hw::test {
namespace {

namespace fs = std::filesystem;

/// The venue's TCP is as patient as a kernel's: a hedger that a busy machine keeps waiting for some
/// milliseconds gets nothing twice. To what comes twice or out of order lwIP answers at once, with memory
/// from the heap.
net::TcpConfig tcp(std::uint32_t address) {
    net::TcpConfig config;
    config.address = address;
    if (address == net::kServerIp) config.timer_interval = Nanos::from_ms(250);
    return config;
}

class HotPath : public testing::Test {
  protected:
    HotPath() {
        std::string pattern = (fs::temp_directory_path() / "hedgewire-hot-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        memif_ = ",id=0,socket=" + folder_ + "/memif.sock,socket-abstract=no,mac=02:00:00:00:00:0";
    }
    ~HotPath() override { fs::remove_all(folder_); }

    pid_t start_venue() {
        const pid_t child = fork();
        if (child != 0) return child;
        _exit(net::run_side("net_memif0,role=server" + memif_ + "1", tcp(net::kServerIp), {}, 0,
                            [this](net::Side& side) {
                                EXPECT_TRUE(FarEnd(side, shared_).serve()) << "the hedger never finished";
                            }));
    }
    pid_t start_hedger() {
        const pid_t child = fork();
        if (child != 0) return child;
        _exit(net::run_side("net_memif0,role=client" + memif_ + "2", tcp(net::kClientIp), {}, 0,
                            [this](net::Side& side) {
                                hedge(side, shared_, folder_ + "/journal");
                                shared_.finished = true;
                            }));
    }
    /// Until the hedger ends; its wait status.
    int watch(pid_t hedger, SyscallWatch& calls) {
        int status = 0;
        while (!shared_.warm) {
            if (waitpid(hedger, &status, WNOHANG) == hedger) return status;
            usleep(1'000);
        }
        const bool begun = calls.begin(hedger);
        shared_.watching = begun ? Watching::yes : Watching::forbidden;
        if (begun) return calls.until_end([this] { return shared_.counting.load(); });
        waitpid(hedger, &status, 0);
        return status;
    }

    std::string folder_;
    std::string memif_;
    Shared& shared_ = make_shared_state();
};

TEST_F(HotPath, TakesNoHeapMemoryUntilTheOrderHasLeftAndMakesNoSystemCall) {
    if (!heap_is_counted()) GTEST_SKIP() << "skipped: a sanitizer's heap and its system calls are its own";
    shared_.ticks_wanted = net::environment_number("HW_HOT_PATH_TICKS", 1'000'000);
    std::fflush(nullptr);
    const pid_t venue = start_venue();
    const pid_t hedger = start_hedger();
    SyscallWatch calls;
    const int status = watch(hedger, calls);
    shared_.finished = true;
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the hedger, see the output above";
    EXPECT_EQ(net::exit_status(venue), 0) << "the venue";
    if (shared_.watching == Watching::forbidden)
        GTEST_SKIP() << "skipped: ptrace is forbidden here, so system calls were not counted";
    std::uint64_t counted = 0;
    for (const auto& [number, count] : calls.calls()) {
        counted += count;
        ADD_FAILURE() << "system call " << number << ": " << count << " times";
    }
    std::printf("%llu ticks: %llu system calls of the loop, %llu seen afterwards\n",
                static_cast<unsigned long long>(shared_.ticks_wanted),
                static_cast<unsigned long long>(counted), static_cast<unsigned long long>(calls.seen()));
    EXPECT_GT(calls.seen(), 0u) << "the end of the process makes some: the watch sees nothing";
}

}  // namespace
}  // namespace hw::test
