#include "deploy/demo_runner/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

namespace hw::demo {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(10);
constexpr auto kGraceAtTheEnd = std::chrono::milliseconds(3'000);

bool redirect(const std::string& file, int descriptor) {
    if (file.empty()) return true;
    const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return opened >= 0 && dup2(opened, descriptor) >= 0;
}

// In the child, between fork and exec; says errno through `failure` and returns only when it failed.
void become(const Command& command, char* const* arguments, pid_t parent, int failure) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);  // it went before the kernel was told
    if (redirect(command.stdout_file, STDOUT_FILENO) && redirect(command.stderr_file, STDERR_FILENO))
        execv(arguments[0], arguments);
    const int reason = errno;
    if (write(failure, &reason, sizeof reason) < 0) _exit(126);
    _exit(127);
}

}  // namespace

std::optional<ChildProcess> ChildProcess::start(const Command& command, std::string& error) {
    std::vector<char*> arguments;
    for (const auto& argument : command.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    // The pipe closes by itself when exec succeeds.
    int failure[2];
    if (pipe2(failure, O_CLOEXEC) != 0) {
        error = std::strerror(errno);
        return std::nullopt;
    }
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(command, arguments.data(), parent, failure[1]);
    close(failure[1]);
    int reason = pid < 0 ? errno : 0;
    if (pid > 0 && read(failure[0], &reason, sizeof reason) == sizeof reason) waitpid(pid, nullptr, 0);
    close(failure[0]);
    if (reason == 0) return ChildProcess(pid);
    error = command.arguments[0] + ": " + std::strerror(reason);
    return std::nullopt;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_(other.pid_), exit_code_(other.exit_code_) {
    other.pid_ = 0;
}

ChildProcess::~ChildProcess() { stop(kGraceAtTheEnd); }

void ChildProcess::note_end(int wait_status) {
    pid_ = 0;
    exit_code_ = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
}

bool ChildProcess::running() {
    int status = 0;
    if (pid_ != 0 && waitpid(pid_, &status, WNOHANG) == pid_) note_end(status);
    return pid_ != 0;
}

void ChildProcess::crash() {
    if (!running()) return;
    kill(pid_, SIGKILL);
    while (running()) std::this_thread::sleep_for(kPoll);
}

void ChildProcess::stop(std::chrono::milliseconds grace) {
    if (!running()) return;
    kill(pid_, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + grace;
    while (running()) {
        if (std::chrono::steady_clock::now() > deadline) kill(-pid_, SIGKILL);
        std::this_thread::sleep_for(kPoll);
    }
}

}  // namespace hw::demo
