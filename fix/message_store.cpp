#include "fix/message_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "fix/message_store_layout.h"

namespace hw::fix {
namespace {

constexpr std::uint32_t kMinSlots = 64;
constexpr std::uint32_t kMaxSlots = 1u << 22;

std::string with_errno(std::string text) { return text + ": " + std::strerror(errno); }

class File {
  public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd() const { return fd_; }

  private:
    int fd_;
};

}  // namespace

std::unique_ptr<MessageStore> MessageStore::open(const std::string& dir, std::string_view owner,
                                                 std::uint32_t slots, Nanos now, std::string& error) {
    static_assert(sizeof(Slot) == kSlotBytes && sizeof(Header) <= kStoreHeaderBytes);
    const auto name = Name<112>::from(owner);
    if (!name) {
        error = "message store: CompIDs are longer than 111 characters together";
        return nullptr;
    }
    if (!std::has_single_bit(slots) || slots < kMinSlots || slots > kMaxSlots) {
        error = "message store: store_slots has to be a power of two from 64 to 4194304";
        return nullptr;
    }
    std::unique_ptr<MessageStore> store{new MessageStore};
    if (!store->lock(dir, error)) return nullptr;
    store->slot_count_ = slots;
    store->map_bytes_ = kStoreHeaderBytes + std::size_t{slots} * kSlotBytes;

    // A new store gets its name only when it is whole, so that a creation cut short leaves nothing behind.
    const std::string path = dir + "/messages";
    if (::access(path.c_str(), F_OK) == 0) {
        if (!store->map(path, error) || !store->check(owner, path, error)) return nullptr;
        store->recover();
        return store;
    }
    const std::string draft = path + ".new";
    {
        const File file{::open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        const int failed =
            file.fd() < 0 ? errno : ::posix_fallocate(file.fd(), 0, static_cast<off_t>(store->map_bytes_));
        if (failed != 0) {
            errno = failed;
            error = with_errno("message store: cannot create " + draft);
            return nullptr;
        }
    }
    if (!store->map(draft, error)) return nullptr;
    Header& header = *store->header_;
    header.magic = kStoreMagic;
    header.version = kVersion;
    header.slot_bytes = kSlotBytes;
    header.slot_count = slots;
    header.owner = *name;
    header.identity_crc = header.identity();
    header.next_sender = 1;
    header.next_target = 1;
    header.created_ns = now.ns();
    if (::rename(draft.c_str(), path.c_str()) != 0) {
        error = with_errno("message store: cannot create " + path);
        return nullptr;
    }
    store->recover();
    return store;
}

MessageStore::~MessageStore() {
    if (map_ != nullptr) ::munmap(map_, map_bytes_);
    if (lock_fd_ >= 0) ::close(lock_fd_);
}

bool MessageStore::lock(const std::string& dir, std::string& error) {
    const std::string path = dir + "/lock";
    lock_fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_fd_ < 0) {
        error = with_errno("message store: cannot open " + path);
        return false;
    }
    if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return true;
    error = errno == EWOULDBLOCK ? "message store: " + dir + " is in use by another process"
                                 : with_errno("message store: cannot lock " + path);
    return false;
}

bool MessageStore::map(const std::string& path, std::string& error) {
    const File file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
    struct stat info {};
    if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0) {
        error = with_errno("message store: cannot open " + path);
        return false;
    }
    if (info.st_size < static_cast<off_t>(kStoreHeaderBytes)) {
        error = "message store: " + path + " is too short to be a message store";
        return false;
    }
    // A file of another size is still mapped as far as its header, so that `check` can say what it is.
    const auto size = static_cast<std::size_t>(info.st_size);
    map_bytes_ = size == map_bytes_ ? map_bytes_ : kStoreHeaderBytes;
    void* const place =
        ::mmap(nullptr, map_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file.fd(), 0);
    if (place == MAP_FAILED) {
        error = with_errno("message store: cannot map " + path);
        return false;
    }
    map_ = place;
    header_ = static_cast<Header*>(place);
    slots_ = reinterpret_cast<Slot*>(static_cast<char*>(place) + kStoreHeaderBytes);
    return true;
}

bool MessageStore::check(std::string_view owner, const std::string& path, std::string& error) const {
    const Header& header = *header_;
    const auto refuse = [&](const std::string& why) {
        error = "message store: " + path + " " + why;
        return false;
    };
    if (header.magic != kStoreMagic) return refuse("is not a message store");
    if (header.version != kVersion) {
        return refuse("has version " + std::to_string(header.version) + ", this program knows version " +
                      std::to_string(kVersion));
    }
    if (header.identity_crc != header.identity()) return refuse("has a damaged header");
    if (header.owner.view() != owner) {
        return refuse("belongs to session " + std::string{header.owner.view()} + ", not " +
                      std::string{owner});
    }
    if (header.slot_count != slot_count_ || header.slot_bytes != kSlotBytes) {
        return refuse("has " + std::to_string(header.slot_count) + " slots of " +
                      std::to_string(header.slot_bytes) + " bytes, the configuration wants " +
                      std::to_string(slot_count_) + " of " + std::to_string(kSlotBytes));
    }
    if (map_bytes_ != kStoreHeaderBytes + std::size_t{slot_count_} * kSlotBytes)
        return refuse("is cut short");
    const auto valid = [](std::uint64_t n) { return n >= 1 && n <= INT32_MAX; };
    if (!valid(header.next_sender) || !valid(header.next_target)) {
        return refuse("has impossible sequence numbers");
    }
    return true;
}

void MessageStore::recover() {
    by_order_.reset(slot_count_);
    recover_unfinished();
    const std::uint32_t next = next_sender();
    for (std::uint32_t i = 0; i < slot_count_; ++i) {
        Slot& s = slots_[i];
        if (s.sequence == 0 && s.crc == 0) continue;
        const bool kept = s.whole() && s.sequence < next && (s.sequence & (slot_count_ - 1)) == i;
        if (!kept) {
            std::memset(&s, 0, offsetof(Slot, message));
        } else if (s.order != 0) {
            by_order_.add(OrderId{s.order}, static_cast<std::uint32_t>(s.sequence));
        }
    }
    // Every number we used and still should have has to be there; the slot of the next number may have been
    // emptied already.
    const std::uint32_t oldest = next >= slot_count_ ? next - slot_count_ + 1 : 1;
    for (std::uint32_t sequence = oldest; sequence < next; ++sequence) {
        if (stored(sequence) == nullptr) ++damaged_;
    }
}

// A slot at the next number was being sent when the process ended: it may have left, so its number is used.
void MessageStore::recover_unfinished() {
    while (stored(next_sender()) != nullptr) {
        ++unfinished_;
        set_next_sender(next_sender() + 1);
    }
}

MessageStore::Slot& MessageStore::slot(std::uint32_t sequence) const {
    return slots_[sequence & (slot_count_ - 1)];
}

const MessageStore::Slot* MessageStore::stored(std::uint32_t sequence) const {
    const Slot& s = slot(sequence);
    return sequence != 0 && s.sequence == sequence && s.whole() ? &s : nullptr;
}

bool MessageStore::put(std::uint32_t sequence, std::string_view message, OrderId order) {
    if (message.size() > kMaxMessage) return false;
    std::copy(message.begin(), message.end(), place(sequence, order));
    keep(sequence, message.size(), order);
    index(sequence);
    return true;
}

char* MessageStore::place(std::uint32_t sequence, OrderId order) {
    by_order_.expect(order);
    Slot& s = slot(sequence);
    let_go(s);
    return s.message;
}

void MessageStore::keep(std::uint32_t sequence, std::size_t size, OrderId order) {
    Slot& s = slot(sequence);
    s.length = static_cast<std::uint32_t>(size);
    s.order = order.value;
    s.flags = 0;
    store(s.sequence, std::uint64_t{sequence});
    store(s.crc, s.checksum());
}

void MessageStore::index(std::uint32_t sequence) {
    const OrderId order{slot(sequence).order};
    if (!order.is_none()) by_order_.add(order, sequence);
}

std::uint32_t MessageStore::rehearse(std::uint32_t sequence, std::size_t size) const {
    return crc32c(slot(sequence).message, size);
}

void MessageStore::make_ready(std::uint32_t sequence) {
    constexpr std::uint32_t kAhead = 2;  // sends in one turn follow each other faster than memory
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kUsual = 320;  // bytes that an order takes of its slot, at most
    let_go(slot(sequence));
    Slot& coming = slot(sequence + kAhead);
    // A store, whatever it stores: where the file's pages are clean, the first one to each is a fault, which
    // is better had now than in a send.
    store(coming.reserved, std::uint32_t{0});
    const char* const begin = reinterpret_cast<const char*>(&coming);
    for (std::size_t at = kLine; at < kUsual; at += kLine) __builtin_prefetch(begin + at, 1);
}

// Empties a slot, remembering whose it was: an order's, which from here on counts as one that had a slot.
void MessageStore::let_go(Slot& s) {
    if (s.sequence == 0) return;
    if (s.order != 0) {
        if (s.order > header_->let_go) store(header_->let_go, std::uint64_t{s.order});
        by_order_.remove(OrderId{s.order}, static_cast<std::uint32_t>(s.sequence));
    }
    store(s.sequence, std::uint64_t{0});
    store(s.crc, std::uint32_t{0});
}

std::string_view MessageStore::get(std::uint32_t sequence) const {
    const Slot* const s = stored(sequence);
    return s != nullptr ? std::string_view{s->message, s->length} : std::string_view{};
}

OrderId MessageStore::order_at(std::uint32_t sequence) const {
    const Slot* const s = stored(sequence);
    return s != nullptr ? OrderId{s->order} : OrderId{};
}

std::uint32_t MessageStore::flags_at(std::uint32_t sequence) const {
    const Slot& s = slot(sequence);
    return sequence != 0 && s.sequence == sequence ? s.flags : 0;
}

void MessageStore::set_flag(std::uint32_t sequence, SlotFlag flag) {
    Slot& s = slot(sequence);
    if (sequence != 0 && s.sequence == sequence) store(s.flags, s.flags | flag);
}

std::uint32_t MessageStore::find_order(OrderId order) const {
    return order.is_none() ? 0 : by_order_.find(order);
}

bool MessageStore::has_slot(OrderId order) const {
    if (order.is_none()) return false;
    return damaged_ != 0 || order.value <= header_->let_go || find_order(order) != 0;
}

std::uint32_t MessageStore::next_sender() const {
    return static_cast<std::uint32_t>(load(header_->next_sender));
}
std::uint32_t MessageStore::next_target() const {
    return static_cast<std::uint32_t>(load(header_->next_target));
}
void MessageStore::set_next_sender(std::uint32_t n) { store(header_->next_sender, std::uint64_t{n}); }
void MessageStore::set_next_target(std::uint32_t n) { store(header_->next_target, std::uint64_t{n}); }

Nanos MessageStore::created() const { return Nanos::from_ns(load(header_->created_ns)); }

// Slots first: a reset cut short leaves the old numbers without messages (then gap-filled, and counted as
// damaged, so that has_slot stays careful), never new numbers beside old messages.
void MessageStore::reset(Nanos now) {
    for (std::uint32_t i = 0; i < slot_count_; ++i) let_go(slots_[i]);
    set_next_sender(1);
    set_next_target(1);
    store(header_->created_ns, now.ns());
}

void MessageStore::set_closed(Nanos now) {
    store(header_->closed_ns, now.ns());
    store(header_->closed_target, std::uint64_t{next_target()});
}

std::optional<Nanos> MessageStore::closed() const {
    if (load(header_->closed_target) != next_target()) return std::nullopt;
    return Nanos::from_ns(load(header_->closed_ns));
}

std::uint64_t MessageStore::rising_stamp(std::uint64_t at_least) {
    store(header_->stamp, std::max(at_least, header_->stamp + 1));
    return header_->stamp;
}

}  // namespace hw::fix
