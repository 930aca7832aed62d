// Words of a memory-mapped file that another process may read, or that have to outlive this one: read and
// written whole, by single aligned instructions, so that a process killed between any two of them leaves the
// old value or the new one, never half.
#pragma once

#include <atomic>

namespace hw::fix {

template <class T>
T load(const T& place) {
    return std::atomic_ref<T>(const_cast<T&>(place)).load(std::memory_order_acquire);
}
template <class T>
void store(T& place, T value) {
    std::atomic_ref<T>(place).store(value, std::memory_order_release);
}

}  // namespace hw::fix
