#include "deploy/runtime/housekeeper.h"

#include <chrono>

#include "core/clock.h"

namespace hw::deploy {

namespace {
constexpr auto kKeepInterval = std::chrono::seconds(1);
/// The first calibration is short: it is made better sooner than that.
constexpr auto kFirstKeepIntervals = std::chrono::milliseconds(100);
constexpr int kFirstKeeps = 5;
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
    auto next = std::chrono::steady_clock::now() + kFirstKeepIntervals;
    for (int keeps = 0; !stop_;) {
        wake_.wait_until(lock, next, asked);
        if (status_.state == CaptureStatus::State::writing) write_capture(lock);
        if (std::chrono::steady_clock::now() < next) continue;
        lock.unlock();
        process_clock.keep();
        lock.lock();
        next = std::chrono::steady_clock::now();
        next += ++keeps < kFirstKeeps ? kFirstKeepIntervals : kKeepInterval;
    }
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
