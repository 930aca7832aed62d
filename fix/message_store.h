// The memory of an order session: every message we sent, in fixed slots of one memory-mapped file, and both
// sequence numbers.
//
// Slot `sequence % slots` holds the message; when the store has gone round, the oldest is let go. A slot is
// written before its message may leave, so a message without a slot was never sent, and one with a slot may
// have been: only the venue knows. What was stored outlives the process at any instruction: a slot counts
// from the moment its checksum is right, and a slot found beyond the last sequence number at opening moves
// that number on, so that no number is ever used for two messages. The map is a shared file: a killed process
// loses nothing; a machine that loses power may lose the last seconds unless the directory is on memory that
// does not. The directory should be tmpfs or a disk without write-back stalls where the hot thread matters.
//
// One process owns a store (a lock file says so), and one pair of CompIDs. Not for several threads.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/event.h"
#include "core/types.h"
#include "fix/order_index.h"

namespace hw::fix {

/// What is remembered of a stored message beside its text.
enum SlotFlag : std::uint32_t {
    kReplayed = 1,      ///< sent again at the venue's request
    kAcknowledged = 2,  ///< the venue has spoken of this order
    kGapFilled = 4      ///< skipped at the venue's request
};

class MessageStore {
  public:
    static constexpr std::uint32_t kVersion = 1;
    static constexpr std::size_t kSlotBytes = 1024;
    static constexpr std::size_t kMaxMessage = kSlotBytes - 32;

    /// Opens or creates the store of `owner` ("SENDER->TARGET") in `dir`, which must exist. `slots`: a power
    /// of two, 64..2^22. Nothing, and the reason in `error`, when the store is another process's, another
    /// owner's, of another version or shape, or cannot be mapped.
    static std::unique_ptr<MessageStore> open(const std::string& dir, std::string_view owner,
                                              std::uint32_t slots, Nanos now, std::string& error);
    ~MessageStore();
    MessageStore(const MessageStore&) = delete;
    MessageStore& operator=(const MessageStore&) = delete;

    /// Keeps a message under its sequence number (from 1). `order`: the id it carries, or none. False: longer
    /// than kMaxMessage, nothing changed.
    bool put(std::uint32_t sequence, std::string_view message, OrderId order);

    // The same in steps, for a message that is made where it is kept.

    /// Where the message of this number goes: kMaxMessage bytes, of a slot that is empty from here on.
    /// `order`: the id it will carry.
    char* place(std::uint32_t sequence, OrderId order);
    /// What was written there, `size` bytes (at most kMaxMessage), counts from here on.
    void keep(std::uint32_t sequence, std::size_t size, OrderId order);
    /// Lets find_order and has_slot know of it; may wait until the message has left.
    void index(std::uint32_t sequence);
    /// Does what `keep` does except the stores: the slot stays empty. Returns what it worked out.
    std::uint32_t rehearse(std::uint32_t sequence, std::size_t size) const;
    /// Gets the slot of this number ready ahead of time: empties it, and fetches those that follow into the
    /// cache.
    void make_ready(std::uint32_t sequence);

    /// The stored message, or an empty view.
    std::string_view get(std::uint32_t sequence) const;
    /// The order id of a stored message, or none.
    OrderId order_at(std::uint32_t sequence) const;
    /// Flags of a stored message; zero when it is not stored.
    std::uint32_t flags_at(std::uint32_t sequence) const;
    void set_flag(std::uint32_t sequence, SlotFlag);

    /// The newest stored message with this order id: its sequence number, or zero.
    std::uint32_t find_order(OrderId) const;
    /// False only if this order certainly never had a slot. Ids not above the highest that was ever let go
    /// count as having had one, and so does every id while a slot is damaged.
    bool has_slot(OrderId) const;

    std::uint32_t next_sender() const;  ///< sequence number of the next message we send
    std::uint32_t next_target() const;  ///< sequence number of the next message of theirs
    void set_next_sender(std::uint32_t);
    void set_next_target(std::uint32_t);

    Nanos created() const;  ///< when the present sequence numbers began
    /// Forgets all messages and begins again at 1 and 1; has_slot stays as careful as before.
    void reset(Nanos now);

    /// A Logout has been exchanged: all that the venue had to tell until now has been received.
    void set_closed(Nanos now);
    /// When that was, if nothing has been received since.
    std::optional<Nanos> closed() const;

    /// The largest value handed to this store so far, or one more: rises strictly, also over restarts.
    std::uint64_t rising_stamp(std::uint64_t at_least);

    std::uint32_t slots() const { return slot_count_; }
    std::uint32_t damaged_slots() const { return damaged_; }        ///< at opening
    std::uint32_t unfinished_slots() const { return unfinished_; }  ///< at opening, beyond the last number

  private:
    friend class MessageStoreReader;
    struct Header;
    struct Slot;

    MessageStore() = default;
    bool lock(const std::string& dir, std::string& error);
    bool map(const std::string& path, std::string& error);
    bool check(std::string_view owner, const std::string& path, std::string& error) const;
    void recover();
    void recover_unfinished();
    Slot& slot(std::uint32_t sequence) const;
    const Slot* stored(std::uint32_t sequence) const;
    void let_go(Slot&);

    int lock_fd_ = -1;
    void* map_ = nullptr;
    std::size_t map_bytes_ = 0;
    Header* header_ = nullptr;
    Slot* slots_ = nullptr;
    std::uint32_t slot_count_ = 0;
    std::uint32_t damaged_ = 0;
    std::uint32_t unfinished_ = 0;
    OrderIndex by_order_;
};

}  // namespace hw::fix
