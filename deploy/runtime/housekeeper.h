// The thread that looks after the process: keeps the clock in step, tells of its jumps, and writes captures
// when asked.
//
// It is apart from the follower's, so that neither a long file nor a busy follower holds up the other: a kill
// must get through while a capture is being written. Everything but `captures_from` and the destructor may be
// called from any thread; nothing from the hot one.
#pragma once

#include <sched.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/types.h"
#include "deploy/runtime/clock_watch.h"
#include "net/capture_ring.h"

namespace hw::deploy {

struct CaptureRequest {
    std::string path;
    Nanos span;  ///< the last of what is held
};

/// What became of the last request.
struct CaptureStatus {
    enum class State : std::uint8_t { none, writing, done };
    State state = State::none;
    std::string path;
    net::CaptureWritten written;  ///< when done
};

class Housekeeper {
  public:
    /// Starts the thread on these cores; the clock must have been started.
    explicit Housekeeper(const cpu_set_t& cores);
    ~Housekeeper();
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    /// The ring that captures are written from; it must outlive this object. Null: none is held.
    void captures_from(const net::CaptureRing* ring);
    /// From here on jumps of the wall clock by more than `limit_ns` are told, on this object's thread; false
    /// from `tell`: again a little later.
    void watch_clock(std::int64_t limit_ns, std::function<bool(const HostState&)> tell);
    /// Asks for a file. False, and why in `error`, when nothing is held or another file is being written.
    bool request(const CaptureRequest&, std::string& error);
    CaptureStatus capture_status() const;

  private:
    void run();
    void write_capture(std::unique_lock<std::mutex>&);
    void look_at_clock();

    const cpu_set_t cores_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stop_ = false;
    const net::CaptureRing* ring_ = nullptr;
    Nanos span_;
    CaptureStatus status_;
    std::optional<ClockWatch> watch_;
    std::function<bool(const HostState&)> tell_;
    std::thread thread_;
};

}  // namespace hw::deploy
