// Counts the system calls of one thread of a child process from outside, with ptrace: nothing that the thread
// does can hide from it, and the thread has no part in it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>

namespace hw::test {

class SyscallWatch {
  public:
    /// Begins to watch; false where that is forbidden.
    bool begin(pid_t thread);
    /// Goes on until the thread ends; its wait status. Calls made while `counting` says yes are counted: the
    /// thread stands still when it is asked.
    int until_end(const std::function<bool()>& counting);

    const std::map<std::uint64_t, std::uint64_t>& calls() const { return calls_; }  ///< by number
    /// All calls, counted or not: proof that calls are seen.
    std::uint64_t seen() const { return seen_; }

  private:
    void note(const std::function<bool()>& counting);

    pid_t thread_ = 0;
    std::map<std::uint64_t, std::uint64_t> calls_;
    std::uint64_t seen_ = 0;
};

}  // namespace hw::test
