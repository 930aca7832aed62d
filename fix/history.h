// All that a session's folder still holds of what was said, both directions in one order of time: what we
// sent, from the message store, and what came, from the ring of received messages. Also while the session
// runs. Secrets come out masked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.h"
#include "fix/message_store_reader.h"
#include "fix/received_ring.h"

namespace hw::fix {

struct MessageField {
    int tag;
    std::string_view value;
};

/// The fields of a message as they stand, bytes that are none left out; 96 may hold field ends when 95 says
/// how long it is.
void read_fields(std::string_view message, std::vector<MessageField>&);

class History {
  public:
    struct Entry {
        bool sent = false;              ///< by us
        Nanos time;                     ///< received: when it came; sent: its SendingTime, zero without one
        std::uint32_t sequence = 0;     ///< MsgSeqNum (34); zero when a received message has none
        std::uint32_t flags = 0;        ///< of a sent message: SlotFlag
        std::string text;               ///< empty: of a sent message only the number was kept
        std::string_view type() const;  ///< MsgType (35)
    };

    /// Nothing, and the reason in `error`, when `dir` holds no message store that can be read. Received
    /// messages may be missing (`received_fault` says why): a store of an earlier version has none.
    static std::optional<History> open(const std::string& dir, std::string& error);

    /// The next message in order of time; false at the end.
    bool next(Entry&);

    std::string_view owner() const { return sent_.owner(); }
    /// Sequence numbers of ours that are no longer there because the store went round, and that are damaged
    /// or never were (so far as read).
    std::uint32_t sent_let_go() const { return sent_.oldest() - 1; }
    std::uint32_t sent_slots() const { return sent_.slots(); }
    std::uint64_t sent_missing() const { return sent_missing_; }
    std::uint64_t received_let_go() const { return received_ ? received_->let_go() : 0; }
    std::uint64_t received_damaged() const { return received_ ? received_->damaged() : 0; }
    std::uint64_t received_capacity() const { return received_ ? received_->capacity() : 0; }
    const std::string& received_fault() const { return received_fault_; }
    /// When the present sequence numbers began: what was received before belongs to earlier ones.
    Nanos numbers_since() const { return sent_.created(); }

  private:
    explicit History(MessageStoreReader sent) : sent_(std::move(sent)) {}
    void advance_sent();
    void advance_received();

    MessageStoreReader sent_;
    std::optional<ReceivedReader> received_;
    std::string received_fault_;
    std::uint32_t at_ = 0;
    std::uint32_t end_ = 0;
    std::uint64_t sent_missing_ = 0;
    std::optional<Entry> next_sent_;
    std::optional<Entry> next_received_;
};

}  // namespace hw::fix
