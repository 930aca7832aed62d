/* Quote permits of hedgewire, for quoting engines: C99, this header alone.
 *
 * A quoting engine may quote an underlying's options only while the hedger can hedge them. The hedger says so
 * in one file of shared memory: for each underlying a lease, an end in CLOCK_MONOTONIC nanoseconds at most
 * HW_PERMIT_LONGEST_NS ahead, which its hot thread moves on every 2 ms as long as the permit is given. Nobody
 * has to say when it ends: a hedger that is stuck or dead renews nothing, and the lease runs out by itself.
 * Whoever quotes asks hw_permit_may_quote before each quote, and at least every few milliseconds while quotes
 * stand; no means: no new quotes, and pull those that stand. Asking is a handful of loads and one reading of
 * the clock (no system call on Linux), from any number of threads and processes.
 *
 *   struct hw_permit permit;
 *   if (hw_permit_open(&permit, "/dev/shm/hedgewire-permit") != HW_PERMIT_OK) ...  (try again later)
 *   int btc = hw_permit_find(&permit, "BTC");
 *   if (hw_permit_may_quote(&permit, btc)) ...
 *   if (hw_permit_is_retired(&permit)) ...  (close and open again: the hedger has made a new file)
 *
 * Everything that is not certain is a no: no file, another version, an underlying that is not there, a record
 * that is being written for too long, a lease further ahead than one may be. Both processes must be on the same
 * host and see the same CLOCK_MONOTONIC. Needs GCC's or Clang's __atomic builtins; define _POSIX_C_SOURCE as
 * 200809L (or include this header first) when compiling as strict C99.
 */
#ifndef HEDGEWIRE_PERMIT_H
#define HEDGEWIRE_PERMIT_H

#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HW_PERMIT_MAGIC UINT64_C(0x544d5245505748ff) /* bytes ff 'H' 'W' 'P' 'E' 'R' 'M' 'T' in memory */
#define HW_PERMIT_VERSION 1u
#define HW_PERMIT_UNDERLYINGS 64
#define HW_PERMIT_NAME_BYTES 16                     /* base asset, zero-padded: "BTC" */
#define HW_PERMIT_REASON_WORDS 5                    /* 40 characters */
#define HW_PERMIT_LONGEST_NS INT64_C(100000000)     /* no lease is longer: 100 ms */

/* One underlying. `sequence` is odd while the words after it are being written. */
struct hw_permit_slot {
    char name[HW_PERMIT_NAME_BYTES];
    uint64_t sequence;
    int64_t lease_end_ns;                           /* CLOCK_MONOTONIC; 0: none */
    uint64_t given;                                 /* 1: permit given */
    uint64_t reason;                                /* AlertCode of why it is not; 0: given */
    uint64_t reason_text[HW_PERMIT_REASON_WORDS];   /* its name, zero-padded characters */
    uint64_t reserved[5];
};

/* The file: little-endian, as the machine has it. */
struct hw_permit_block {
    uint64_t magic;          /* written last: what lacks it is not ready */
    uint32_t version;
    uint32_t count;          /* slots in use */
    uint32_t slot_bytes;
    uint32_t retired;        /* 1: the hedger has made another file; this one stays without permits */
    uint64_t writer_pid;
    uint64_t reserved[12];
    struct hw_permit_slot slots[HW_PERMIT_UNDERLYINGS];
};

enum hw_permit_result {
    HW_PERMIT_OK = 0,
    HW_PERMIT_ABSENT = 1,         /* no such file (any more): errno says what */
    HW_PERMIT_NOT_READY = 2,      /* too short, or still being made */
    HW_PERMIT_OTHER_VERSION = 3   /* of another layout: `version` says which */
};

/* A mapping for reading. */
struct hw_permit {
    const struct hw_permit_block *block; /* NULL: closed */
    uint32_t version;                    /* of the file that was refused, or is open */
};

/* What a slot says at one moment. */
struct hw_permit_state {
    int64_t lease_end_ns;
    uint64_t given;
    uint64_t reason;
    char reason_text[HW_PERMIT_REASON_WORDS * 8 + 1];
};

static inline void hw_permit_close(struct hw_permit *permit) {
    if (permit->block != NULL) munmap((void *)(uintptr_t)permit->block, sizeof *permit->block);
    permit->block = NULL;
}

/* Maps the hedger's file. Anything but HW_PERMIT_OK leaves it closed: nothing may be quoted. */
static inline enum hw_permit_result hw_permit_open(struct hw_permit *permit, const char *path) {
    struct stat info;
    void *at;
    const struct hw_permit_block *block;
    enum hw_permit_result result = HW_PERMIT_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    permit->block = NULL;
    permit->version = 0;
    if (fd < 0) return HW_PERMIT_ABSENT;
    if (fstat(fd, &info) != 0 || info.st_size < (off_t)sizeof *block) {
        close(fd);
        return HW_PERMIT_NOT_READY;
    }
    at = mmap(NULL, sizeof *block, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (at == MAP_FAILED) return HW_PERMIT_ABSENT;
    block = (const struct hw_permit_block *)at;
    permit->version = block->version;
    if (__atomic_load_n(&block->magic, __ATOMIC_ACQUIRE) != HW_PERMIT_MAGIC) {
        result = HW_PERMIT_NOT_READY;
    } else if (block->version != HW_PERMIT_VERSION || block->slot_bytes != sizeof(struct hw_permit_slot) ||
               block->count > HW_PERMIT_UNDERLYINGS) {
        result = HW_PERMIT_OTHER_VERSION;
    }
    permit->block = block;
    if (result != HW_PERMIT_OK) hw_permit_close(permit);
    return result;
}

/* The slot of an underlying, by the name of its base asset; -1: the hedger does not hedge it. A slot keeps its
 * name as long as the file is not retired. */
static inline int hw_permit_find(const struct hw_permit *permit, const char *underlying) {
    uint32_t i;
    if (permit->block == NULL || strlen(underlying) >= HW_PERMIT_NAME_BYTES) return -1;
    for (i = 0; i < permit->block->count; ++i)
        if (strncmp(permit->block->slots[i].name, underlying, HW_PERMIT_NAME_BYTES) == 0) return (int)i;
    return -1;
}

/* 1: the hedger has made another file at the path (another set of underlyings): open again. */
static inline int hw_permit_is_retired(const struct hw_permit *permit) {
    return permit->block != NULL && __atomic_load_n(&permit->block->retired, __ATOMIC_ACQUIRE) != 0;
}

/* All that a slot says, from one moment. 0: not to be had; then nothing may be quoted. */
static inline int hw_permit_read(const struct hw_permit *permit, int slot, struct hw_permit_state *state) {
    const struct hw_permit_slot *s;
    uint64_t words[HW_PERMIT_REASON_WORDS];
    int tries, w;
    if (permit->block == NULL || slot < 0 || slot >= HW_PERMIT_UNDERLYINGS) return 0;
    if ((uint32_t)slot >= permit->block->count || hw_permit_is_retired(permit)) return 0;
    s = &permit->block->slots[slot];
    /* Writing takes nanoseconds; a writer that died in the middle must not hold a reader. */
    for (tries = 0; tries < 1000; ++tries) {
        const uint64_t before = __atomic_load_n(&s->sequence, __ATOMIC_ACQUIRE);
        if ((before & 1u) != 0) continue;
        state->lease_end_ns = __atomic_load_n(&s->lease_end_ns, __ATOMIC_RELAXED);
        state->given = __atomic_load_n(&s->given, __ATOMIC_RELAXED);
        state->reason = __atomic_load_n(&s->reason, __ATOMIC_RELAXED);
        for (w = 0; w < HW_PERMIT_REASON_WORDS; ++w)
            words[w] = __atomic_load_n(&s->reason_text[w], __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(&s->sequence, __ATOMIC_RELAXED) != before) continue;
        memcpy(state->reason_text, words, sizeof words);
        state->reason_text[sizeof words] = '\0';
        return 1;
    }
    return 0;
}

static inline int64_t hw_permit_now_ns(void) {
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) return INT64_MAX;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds that the lease still runs; 0: no permit. */
static inline int64_t hw_permit_left_ns(const struct hw_permit *permit, int slot) {
    struct hw_permit_state state;
    int64_t left;
    if (!hw_permit_read(permit, slot, &state) || state.given != 1) return 0;
    left = state.lease_end_ns - hw_permit_now_ns();
    return left > 0 && left <= HW_PERMIT_LONGEST_NS ? left : 0;
}

/* 1: this underlying may be quoted at this moment. */
static inline int hw_permit_may_quote(const struct hw_permit *permit, int slot) {
    return hw_permit_left_ns(permit, slot) > 0;
}

#ifdef __cplusplus
}
#endif

#endif
