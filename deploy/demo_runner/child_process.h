// A program that we started and that ends with us, whatever happens.
//
// The demonstration runs two programs side by side and may be interrupted at any moment. A child is in a
// process group of its own (so that the terminal's Ctrl-C reaches only the demonstration, which ends the
// children in the right order), gets SIGTERM from the kernel should its parent vanish, and is ended by the
// destructor.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace hw::demo {

struct Command {
    std::vector<std::string> arguments;  ///< the program's path first
    std::string stdout_file;             ///< empty: ours
    std::string stderr_file;             ///< empty: ours
};

class ChildProcess {
  public:
    /// Nothing, and the reason in `error`, when it cannot be started.
    static std::optional<ChildProcess> start(const Command&, std::string& error);

    ChildProcess(ChildProcess&&) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ChildProcess(const ChildProcess&) = delete;
    ~ChildProcess();

    /// Looks without waiting.
    bool running();
    /// SIGTERM now, SIGKILL after `grace`; returns when it has ended.
    void stop(std::chrono::milliseconds grace);
    /// SIGKILL now, as a crash would; returns when it has ended.
    void crash();
    /// Once it has ended: its exit code, or minus the number of the signal that ended it.
    int exit_code() const { return exit_code_; }

  private:
    explicit ChildProcess(pid_t pid) : pid_(pid) {}
    void note_end(int wait_status);

    pid_t pid_;  // 0 once it has ended
    int exit_code_ = 0;
};

}  // namespace hw::demo
