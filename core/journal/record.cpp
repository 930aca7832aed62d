#include "core/journal/record.h"

#include <atomic>
#include <cstdio>
#include <cstring>

#include "core/hash.h"

namespace hw {

namespace {

std::size_t put(std::byte* at, RecordKind kind, const void* header, std::size_t header_bytes,
                const void* payload, std::size_t payload_bytes) {
    const std::size_t body = header_bytes + payload_bytes;
    const auto word =
        static_cast<std::uint32_t>((body + sizeof(RecordPrefix)) | static_cast<std::uint32_t>(kind) << 24);
    std::byte* const to = at + sizeof(RecordPrefix);
    std::memcpy(to, header, header_bytes);
    if (payload_bytes > 0) std::memcpy(to + header_bytes, payload, payload_bytes);
    auto* prefix = reinterpret_cast<RecordPrefix*>(at);
    prefix->crc = crc32c(to, body, word);
    std::atomic_ref<std::uint32_t>(prefix->size_and_kind).store(word, std::memory_order_release);
    return body + sizeof(RecordPrefix);
}

}  // namespace

std::size_t put_event(std::byte* at, const Event& e) {
    return put(at, RecordKind::event, &e.header, sizeof e.header, e.payload.bytes.data(),
               payload_size(e.header.type));
}

std::size_t put_action(std::byte* at, const Action& a) {
    return put(at, RecordKind::action, &a.header, sizeof a.header, a.payload.bytes.data(),
               payload_size(a.header.type));
}

std::size_t put_timing(std::byte* at, const Timing& t) {
    return put(at, RecordKind::timing, &t, sizeof t, nullptr, 0);
}

void put_segment_end(std::byte* at) {
    auto* prefix = reinterpret_cast<RecordPrefix*>(at);
    std::atomic_ref<std::uint32_t>(prefix->size_and_kind).store(0xffff'ffffu, std::memory_order_release);
}

bool get_event(std::span<const std::byte> body, Event& e) {
    if (body.size() < sizeof e.header) return false;
    std::memcpy(&e.header, body.data(), sizeof e.header);
    const std::size_t payload = payload_size(e.header.type);
    if (body.size() != sizeof e.header + payload) return false;
    e.payload.bytes.fill(std::byte{0});
    std::memcpy(e.payload.bytes.data(), body.data() + sizeof e.header, payload);
    return true;
}

bool get_action(std::span<const std::byte> body, Action& a) {
    if (body.size() < sizeof a.header) return false;
    std::memcpy(&a.header, body.data(), sizeof a.header);
    const std::size_t payload = payload_size(a.header.type);
    if (body.size() != sizeof a.header + payload) return false;
    a.payload.bytes.fill(std::byte{0});
    std::memcpy(a.payload.bytes.data(), body.data() + sizeof a.header, payload);
    return true;
}

bool get_timing(std::span<const std::byte> body, Timing& t) {
    if (body.size() != sizeof t) return false;
    std::memcpy(&t, body.data(), sizeof t);
    return true;
}

bool same_action(const Action& a, const Action& b) {
    return std::memcmp(&a.header, &b.header, sizeof a.header) == 0 &&
           std::memcmp(a.payload.bytes.data(), b.payload.bytes.data(), payload_size(a.header.type)) == 0;
}

std::uint32_t header_crc(const SegmentHeader& h) { return crc32c(&h, offsetof(SegmentHeader, crc)); }

std::string segment_name(std::uint32_t segment) {
    char text[32];
    std::snprintf(text, sizeof text, "segment-%08u.hwj", segment);
    return text;
}

RecordAt record_at(std::span<const std::byte> bytes, std::size_t offset) {
    RecordAt r;
    if (offset + sizeof(RecordPrefix) > bytes.size()) {
        r.status = RecordStatus::end_so_far;
        return r;
    }
    auto* prefix = reinterpret_cast<RecordPrefix*>(const_cast<std::byte*>(bytes.data() + offset));
    RecordPrefix p;
    p.size_and_kind = std::atomic_ref<std::uint32_t>(prefix->size_and_kind).load(std::memory_order_acquire);
    if (p.size_and_kind == 0) {
        r.status = RecordStatus::end_so_far;
        return r;
    }
    if (p.size_and_kind == 0xffff'ffffu) {
        r.status = RecordStatus::segment_end;
        return r;
    }
    p.crc = prefix->crc;
    const std::size_t size = p.size();
    if (size < sizeof p + 16 || size > kMaxRecord || size % 8 != 0 || offset + size > bytes.size()) return r;
    r.body = bytes.subspan(offset + sizeof p, size - sizeof p);
    if (crc32c(r.body.data(), r.body.size(), p.size_and_kind) != p.crc) return r;
    r.status = RecordStatus::whole;
    r.kind = p.kind();
    r.size = size;
    std::memcpy(&r.sequence, r.body.data(), sizeof r.sequence);
    return r;
}

}  // namespace hw
