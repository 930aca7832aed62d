#include "deploy/runtime/housekeeper.h"

#include <chrono>

#include "core/clock.h"
#include "core/wall_offset.h"

namespace hw::deploy {

namespace {
/// The wall clock is looked at with each, ours is kept in step with some.
constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr std::uint64_t kIntervalsToKeep = 10;
/// The first calibration is short: it is made better sooner than that.
constexpr std::uint64_t kFirstKeeps = 5;
}  // namespace

Housekeeper::Housekeeper(const cpu_set_t& cores) : cores_(cores), thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
    {
        const std::scoped_lock lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void Housekeeper::captures_from(const net::CaptureRing* ring) {
    const std::scoped_lock lock(mutex_);
    ring_ = ring;
}

bool Housekeeper::request(const CaptureRequest& request, std::string& error) {
    {
        const std::scoped_lock lock(mutex_);
        if (ring_ == nullptr) {
            error = "no packets are held: [capture] seconds is 0, or the run reads a capture itself";
        } else if (status_.state == CaptureStatus::State::writing) {
            error = "a capture is being written to " + status_.path;
        } else if (request.path.empty()) {
            error = "a capture needs a file to be written to";
        }
        if (!error.empty()) return false;
        span_ = request.span;
        status_ = {CaptureStatus::State::writing, request.path, {}};
    }
    wake_.notify_one();
    return true;
}

CaptureStatus Housekeeper::capture_status() const {
    const std::scoped_lock lock(mutex_);
    return status_;
}

void Housekeeper::run() {
    sched_setaffinity(0, sizeof cores_, &cores_);
    const auto asked = [this] { return stop_ || status_.state == CaptureStatus::State::writing; };
    std::unique_lock lock(mutex_);
    auto next = std::chrono::steady_clock::now() + kInterval;
    for (std::uint64_t n = 1; !stop_;) {
        wake_.wait_until(lock, next, asked);
        if (status_.state == CaptureStatus::State::writing) write_capture(lock);
        if (std::chrono::steady_clock::now() < next) continue;
        look_at_clock();
        lock.unlock();
        if (n <= kFirstKeeps || n % kIntervalsToKeep == 0) process_clock.keep();
        lock.lock();
        next = std::chrono::steady_clock::now() + kInterval;
        ++n;
    }
}

void Housekeeper::watch_clock(std::int64_t limit_ns, std::function<bool(const HostState&)> tell) {
    const std::scoped_lock lock(mutex_);
    watch_.emplace(limit_ns);
    tell_ = std::move(tell);
}

void Housekeeper::look_at_clock() {
    if (!watch_) return;
    const auto now_ns = std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
    const auto news = watch_->look(measured_wall_offset_ns(), now_ns);
    if (news && tell_(*news)) watch_->told();
}

/// Without the lock: the others only see that it is being written.
void Housekeeper::write_capture(std::unique_lock<std::mutex>& lock) {
    const std::string path = status_.path;
    const Nanos span = span_;
    const net::CaptureRing& ring = *ring_;
    lock.unlock();
    net::CaptureWritten written = ring.write(path, span);
    lock.lock();
    status_.written = std::move(written);
    status_.state = CaptureStatus::State::done;
}

}  // namespace hw::deploy
