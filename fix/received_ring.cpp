#include "fix/received_ring.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/hash.h"
#include "core/names.h"
#include "fix/framing.h"
#include "fix/mapped_word.h"

namespace hw::fix {

struct ReceivedHeader {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t identity_crc;  // of all around it up to the owner
    std::uint64_t capacity;      // bytes of ring behind the header's page
    Name<112> owner;
    // What follows changes while running, each by one store.
    std::uint64_t reserved;  // end of what is being written: older bytes than this less the capacity are gone
    std::uint64_t count;
    std::uint64_t head;  // end of the last whole record

    std::uint32_t identity() const {
        const std::uint32_t first = crc32c(this, offsetof(ReceivedHeader, identity_crc));
        return crc32c(&capacity, sizeof capacity + sizeof owner, first);
    }
};

namespace {

constexpr std::uint64_t kMagic = 0x31'52'58'49'46'57'48ULL;  // "HWFIXR1"
constexpr std::size_t kHeaderBytes = 4096;
constexpr std::size_t kStep = 32;  // records begin at multiples of this

struct RecordHeader {
    std::uint32_t crc;     // of the rest and the message
    std::uint32_t length;  // bytes of message
    std::uint64_t position;
    std::uint64_t number;
    std::int64_t time_ns;
};
static_assert(sizeof(RecordHeader) == kStep && sizeof(ReceivedHeader) <= kHeaderBytes);

std::uint64_t span_of(std::uint64_t length) {
    return (sizeof(RecordHeader) + length + kStep - 1) / kStep * kStep;
}

std::uint32_t checksum(const RecordHeader& header, std::string_view message) {
    constexpr std::size_t kCovered = offsetof(RecordHeader, length);
    const auto* const begin = reinterpret_cast<const std::byte*>(&header) + kCovered;
    return crc32c(message.data(), message.size(), crc32c(begin, sizeof header - kCovered));
}

std::string path_of(const std::string& dir) { return dir + "/received"; }

void copy_out(const MappedFile& file, std::uint64_t position, void* to, std::size_t size) {
    const std::size_t capacity = file.size() - kHeaderBytes;
    const std::size_t at = position & (capacity - 1);
    const std::size_t first = std::min(size, capacity - at);
    const std::byte* const ring = file.bytes().data() + kHeaderBytes;
    std::memcpy(to, ring + at, first);
    std::memcpy(static_cast<std::byte*>(to) + first, ring, size - first);
}

/// The record that begins at `position`, if one does and all of it is there.
bool read_record(const MappedFile& file, std::uint64_t position, RecordHeader& header, std::string& message) {
    copy_out(file, position, &header, sizeof header);
    if (header.number == 0 || header.position != position || header.length > StreamFramer::kMaxMessage)
        return false;
    message.resize(header.length);
    copy_out(file, position + sizeof header, message.data(), message.size());
    return header.crc == checksum(header, message);
}

/// What keeps a file from being read as a ring; empty when nothing does.
std::string fault_of(const MappedFile& file) {
    if (file.size() < kHeaderBytes) return "is too short to be a record of received messages";
    const auto& header = *reinterpret_cast<const ReceivedHeader*>(file.bytes().data());
    if (header.magic != kMagic) return "is not a record of received messages";
    if (header.version != ReceivedRing::kVersion)
        return "has version " + std::to_string(header.version) + ", this program knows version " +
               std::to_string(ReceivedRing::kVersion);
    if (header.identity_crc != header.identity() || !std::has_single_bit(header.capacity))
        return "has a damaged header";
    if (file.size() != kHeaderBytes + header.capacity) return "is cut short";
    if (load(header.head) % kStep != 0) return "has an impossible end";
    return {};
}

/// A new ring gets its name only when it is whole.
std::optional<MappedFile> create(const std::string& path, const Name<112>& owner, std::uint64_t capacity,
                                 std::string& error) {
    const std::string draft = path + ".new";
    ::unlink(draft.c_str());
    auto file = MappedFile::create(draft, kHeaderBytes + capacity, error);
    if (!file) return std::nullopt;
    auto& header = *reinterpret_cast<ReceivedHeader*>(file->data());
    header.magic = kMagic;
    header.version = ReceivedRing::kVersion;
    header.capacity = capacity;
    header.owner = owner;
    header.identity_crc = header.identity();
    if (::rename(draft.c_str(), path.c_str()) == 0) return file;
    error = system_error("cannot create", path);
    return std::nullopt;
}

}  // namespace

std::unique_ptr<ReceivedRing> ReceivedRing::open(const std::string& dir, std::string_view owner,
                                                 std::uint32_t mib, std::string& error) {
    const std::string path = path_of(dir);
    const auto refuse = [&](const std::string& why) {
        error = "received messages: " + why;
        return nullptr;
    };
    const auto name = Name<112>::from(owner);
    if (!name) return refuse("CompIDs are longer than 111 characters together");
    if (!std::has_single_bit(mib) || mib > kMaxMib)
        return refuse("received_mib has to be a power of two from 1 to " + std::to_string(kMaxMib));
    const std::uint64_t capacity = std::uint64_t{mib} << 20;
    const bool there = ::access(path.c_str(), F_OK) == 0;
    auto file = there ? MappedFile::open_write(path, error) : create(path, *name, capacity, error);
    if (!file) return refuse(error);
    if (const std::string fault = fault_of(*file); !fault.empty()) return refuse(path + " " + fault);
    std::unique_ptr<ReceivedRing> ring{new ReceivedRing(std::move(*file))};
    const ReceivedHeader& header = ring->header();
    if (header.owner.view() != owner)
        return refuse(path + " belongs to session " + std::string{header.owner.view()} + ", not " +
                      std::string{owner});
    if (header.capacity != capacity)
        return refuse(path + " has " + std::to_string(header.capacity >> 20) +
                      " MiB, the configuration wants " + std::to_string(mib));
    ring->recover();
    return ring;
}

ReceivedHeader& ReceivedRing::header() { return *reinterpret_cast<ReceivedHeader*>(file_.data()); }

// A record that was whole when the process ended, but not yet counted, is taken in.
void ReceivedRing::recover() {
    head_ = load(header().head);
    count_ = load(header().count);
    RecordHeader record;
    std::string message;
    while (read_record(file_, head_, record, message)) {
        head_ += span_of(record.length);
        count_ = record.number;
        store(header().head, head_);
    }
    store(header().count, count_);
}

ReceivedRing::ReceivedRing(MappedFile file) : file_(std::move(file)) {
    aside_.reserve(kAsideBytes);
    asides_.reserve(kAsideMessages);
}

void ReceivedRing::put(std::string_view message, Nanos now) {
    put_away();
    write(message, now);
}

void ReceivedRing::set_aside(std::string_view message, Nanos now) {
    if (aside_.size() + message.size() > kAsideBytes || asides_.size() == kAsideMessages) put_away();
    if (message.size() > kAsideBytes) return write(message, now);
    aside_.append(message);
    asides_.push_back({message.size(), now});
}

void ReceivedRing::put_away() {
    std::string_view rest = aside_;
    for (const Aside& aside : asides_) {
        write(rest.substr(0, aside.size), aside.time);
        rest.remove_prefix(aside.size);
    }
    aside_.clear();
    asides_.clear();
}

void ReceivedRing::write(std::string_view message, Nanos now) {
    ReceivedHeader& h = header();
    const std::uint64_t end = head_ + span_of(message.size());
    store(h.reserved, std::max(end, h.reserved));
    // Those who read have to see what is about to be overwritten before they can see it overwritten.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    RecordHeader record{0, static_cast<std::uint32_t>(message.size()), head_, count_ + 1, now.ns()};
    record.crc = checksum(record, message);
    copy_in(head_ + sizeof record, message.data(), message.size());
    copy_in(head_, &record, sizeof record);
    head_ = end;
    store(h.count, ++count_);
    store(h.head, head_);
}

void ReceivedRing::copy_in(std::uint64_t position, const void* data, std::size_t size) {
    const std::size_t capacity = file_.size() - kHeaderBytes;
    const std::size_t at = position & (capacity - 1);
    const std::size_t first = std::min(size, capacity - at);
    std::byte* const ring = file_.data() + kHeaderBytes;
    if (size == 0) return;
    std::memcpy(ring + at, data, first);
    std::memcpy(ring, static_cast<const std::byte*>(data) + first, size - first);
}

std::optional<ReceivedReader> ReceivedReader::open(const std::string& dir, std::string& error) {
    const std::string path = path_of(dir);
    auto file = MappedFile::open_read(path, error);
    if (!file) return std::nullopt;
    if (const std::string fault = fault_of(*file); !fault.empty()) {
        error = path + " " + fault;
        return std::nullopt;
    }
    ReceivedReader reader(std::move(*file));
    reader.end_ = load(reader.header().head);
    reader.at_ = std::min(reader.edge(), reader.end_);
    return reader;
}

const ReceivedHeader& ReceivedReader::header() const {
    return *reinterpret_cast<const ReceivedHeader*>(file_.bytes().data());
}

std::string_view ReceivedReader::owner() const { return header().owner.view(); }
std::uint64_t ReceivedReader::capacity() const { return header().capacity; }

/// Older bytes are overwritten, or about to be.
std::uint64_t ReceivedReader::edge() const {
    const std::uint64_t reserved = load(header().reserved);
    return reserved > capacity() ? reserved - capacity() : 0;
}

bool ReceivedReader::next(Record& record) {
    RecordHeader found;
    while (at_ < end_) {
        const bool whole = read_record(file_, at_, found, record.message);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (const std::uint64_t now_gone = edge(); at_ < now_gone) {
            at_ = now_gone;  // overtaken while reading
        } else if (!whole) {
            at_ += kStep;
        } else {
            at_ += span_of(found.length);
            // Numbers that are missing lie before the edge, or are damaged.
            const std::uint64_t missing = found.number - last_ - 1;
            (last_ == 0 ? let_go_ : damaged_) += missing;
            last_ = found.number;
            record.number = found.number;
            record.time = Nanos::from_ns(found.time_ns);
            return true;
        }
    }
    return false;
}

}  // namespace hw::fix
