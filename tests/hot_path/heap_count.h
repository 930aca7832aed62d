// How often the calling thread has asked for heap memory: malloc and its relatives, and so operator new, from
// our code and from every library. Linking heap_count.cpp makes it count.
#pragma once

#include <cstdint>

namespace hw::test {

/// Sanitizers bring a heap of their own, which is not counted.
bool heap_is_counted();
/// Since the thread began.
std::uint64_t heap_allocations();

}  // namespace hw::test
