// How a message store lies in its file: a header of one page, then the slots. For the store itself and for
// who reads it from outside.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/hash.h"
#include "core/names.h"
#include "fix/mapped_word.h"
#include "fix/message_store.h"

namespace hw::fix {

inline constexpr std::uint64_t kStoreMagic = 0x31'53'58'49'46'57'48ULL;  // "HWFIXS1"
inline constexpr std::size_t kStoreHeaderBytes = 4096;

struct MessageStore::Header {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t slot_bytes;
    std::uint32_t slot_count;
    std::uint32_t identity_crc;  // of all above and the owner
    Name<112> owner;
    // What follows changes while running, each by one store.
    std::uint64_t next_sender;
    std::uint64_t next_target;
    std::int64_t created_ns;
    std::uint64_t let_go;  // highest order id whose slot was used again
    std::uint64_t stamp;
    // Zero in stores made before there were these.
    std::int64_t closed_ns;       // when the last Logout was exchanged
    std::uint64_t closed_target;  // next_target then; another one since: something was received after it

    std::uint32_t identity() const {
        return crc32c(owner.bytes.data(), owner.bytes.size(), crc32c(this, offsetof(Header, identity_crc)));
    }
};

struct MessageStore::Slot {
    std::uint32_t crc;       // of length, sequence, order and message; written last
    std::uint32_t length;    // bytes of message
    std::uint64_t sequence;  // zero: empty
    std::uint64_t order;     // zero: none
    std::uint32_t flags;     // not covered by the checksum: set later
    std::uint32_t reserved;
    char message[kMaxMessage];

    std::uint32_t checksum() const {
        return crc32c(message, length, crc32c(&length, sizeof length + sizeof sequence + sizeof order));
    }
    bool whole() const { return sequence != 0 && length <= kMaxMessage && crc == checksum(); }
};

}  // namespace hw::fix
