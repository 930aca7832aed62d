// A bounded single-producer, single-consumer ring: how threads hand things to the hot thread and back without
// a lock. Each side keeps a copy of the other's position and only looks again when that copy says full or
// empty.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace hw {

template <class T>
class SpscRing {
  public:
    /// `capacity` must be a power of two.
    explicit SpscRing(std::size_t capacity) : mask_(capacity - 1), items_(std::make_unique<T[]>(capacity)) {}

    /// Producer only. False: full, nothing was done.
    bool push(const T& item) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_seen_ > mask_) {
            head_seen_ = head_.load(std::memory_order_acquire);
            if (tail - head_seen_ > mask_) return false;
        }
        items_[tail & mask_] = item;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// Consumer only. False: empty.
    bool pop(T& item) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_seen_) {
            tail_seen_ = tail_.load(std::memory_order_acquire);
            if (head == tail_seen_) return false;
        }
        item = items_[head & mask_];
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

  private:
    const std::size_t mask_;
    const std::unique_ptr<T[]> items_;
    alignas(64) std::atomic<std::size_t> tail_{0};
    std::size_t head_seen_ = 0;
    alignas(64) std::atomic<std::size_t> head_{0};
    std::size_t tail_seen_ = 0;
};

}  // namespace hw
