// A message store seen from outside, also while its session runs: read-only, without its lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/journal/segment_file.h"
#include "core/types.h"
#include "fix/message_store.h"

namespace hw::fix {

class MessageStoreReader {
  public:
    /// Nothing, and the reason in `error`, when there is no store in `dir` or none that can be read.
    static std::optional<MessageStoreReader> open(const std::string& dir, std::string& error);

    std::string_view owner() const;  ///< "SENDER->TARGET"
    std::uint32_t slots() const;
    std::uint32_t next_sender() const;
    std::uint32_t next_target() const;
    Nanos created() const;  ///< when the present sequence numbers began
    /// First sequence number that can still be there.
    std::uint32_t oldest() const;

    struct Message {
        std::uint32_t sequence = 0;
        std::uint32_t flags = 0;  ///< SlotFlag
        std::string text;         ///< empty: only the number was kept
    };
    /// False when that number has no whole message: never sent, let go, or damaged.
    bool read(std::uint32_t sequence, Message&) const;

  private:
    explicit MessageStoreReader(MappedFile file) : file_(std::move(file)) {}
    const MessageStore::Header& header() const;

    MappedFile file_;
};

}  // namespace hw::fix
