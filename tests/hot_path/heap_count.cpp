#include "tests/hot_path/heap_count.h"

#include <cerrno>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

namespace hw::test {
bool heap_is_counted() { return false; }
std::uint64_t heap_allocations() { return 0; }
}  // namespace hw::test

#else

namespace {
thread_local std::uint64_t allocations = 0;
}  // namespace

namespace hw::test {
bool heap_is_counted() { return true; }
std::uint64_t heap_allocations() { return allocations; }
}  // namespace hw::test

// The C library's own names for its heap; its malloc is replaced for the whole process by the ones below.
extern "C" {
void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* p, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;

void* malloc(std::size_t size) noexcept { return ++allocations, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) noexcept {
    return ++allocations, __libc_calloc(count, size);
}
void* realloc(void* p, std::size_t size) noexcept { return ++allocations, __libc_realloc(p, size); }
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    return ++allocations, __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }
int posix_memalign(void** p, std::size_t alignment, std::size_t size) noexcept {
    *p = memalign(alignment, size);
    return *p == nullptr ? ENOMEM : 0;
}
}

#endif
