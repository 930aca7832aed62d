#include "tests/hot_path/syscall_watch.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace hw::test {

namespace {
constexpr int kSyscallStop = SIGTRAP | 0x80;  // what PTRACE_O_TRACESYSGOOD makes of a system call's trap
}  // namespace

bool SyscallWatch::begin(pid_t thread) {
    thread_ = thread;
    if (ptrace(PTRACE_SEIZE, thread, nullptr, PTRACE_O_TRACESYSGOOD) != 0) return false;
    int status = 0;
    return ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) == 0 &&
           waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status) &&
           ptrace(PTRACE_SYSCALL, thread, nullptr, nullptr) == 0;
}

int SyscallWatch::until_end(const std::function<bool()>& counting) {
    int status = 0;
    while (waitpid(thread_, &status, __WALL) == thread_ && WIFSTOPPED(status)) {
        const int signal = WSTOPSIG(status);
        const bool event = status >> 16 != 0;
        if (signal == kSyscallStop) note(counting);
        // A signal is the thread's own affair, and is handed on.
        const bool deliver = signal != kSyscallStop && !event;
        ptrace(PTRACE_SYSCALL, thread_, nullptr, static_cast<long>(deliver ? signal : 0));
    }
    return status;
}

void SyscallWatch::note(const std::function<bool()>& counting) {
    __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread_, sizeof info, &info) <= 0) return;
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    ++seen_;
    if (counting()) ++calls_[info.entry.nr];
}

}  // namespace hw::test
