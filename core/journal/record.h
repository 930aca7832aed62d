// The journal's format on disk and in memory.
//
// A journal is a folder of segments. A segment is a header (magic, versions, the run's effective
// configuration) and records, 8-byte aligned, one after another. A record is 8 bytes of prefix and a body
// that begins with the sequence: an Event, an Action (of the Event before it) or the stage times of a send.
// Writers put the prefix's first word last, so that a process that dies at any instruction leaves either a
// whole record or none. A word of zero is the end so far; `kSegmentEnd` says that the next segment goes on.
//
// All numbers little-endian. Another layout version is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/action.h"
#include "core/event.h"
#include "core/names.h"

namespace hw {

inline constexpr std::uint32_t kJournalVersion = 4;

enum class RecordKind : std::uint8_t { none = 0, event = 1, action = 2, timing = 3, segment_end = 0xff };

struct RecordPrefix {
    std::uint32_t size_and_kind = 0;  ///< bytes of the record including this prefix, and the kind << 24
    std::uint32_t crc = 0;            ///< CRC-32C of the body, seeded with size_and_kind

    std::uint32_t size() const { return size_and_kind & 0xff'ffff; }
    RecordKind kind() const { return static_cast<RecordKind>(size_and_kind >> 24); }
};
static_assert(sizeof(RecordPrefix) == 8);

/// When a send passed each stage; measured, so it is kept out of what a replay compares. TSC ticks scaled to
/// ns.
struct Timing {
    std::uint64_t sequence = 0;  ///< of the Event whose Actions these are
    Nanos recv_time;
    std::uint32_t to_decision_ns = 0;  ///< rx_burst return to decision made
    std::uint32_t to_journal_ns = 0;   ///< ... to Actions journaled
    std::uint32_t to_sent_ns = 0;      ///< ... to the transport's send returned
    std::uint32_t orders = 0;
};
static_assert(sizeof(Timing) == 32);

inline constexpr std::size_t kMaxRecord = sizeof(RecordPrefix) + sizeof(Event);

struct SegmentHeader {
    std::array<char, 8> magic = {'H', 'W', 'J', 'R', 'N', 'L', '\r', '\n'};
    std::uint32_t version = kJournalVersion;
    std::uint32_t header_bytes = 0;  ///< where the records begin; a multiple of 4096
    std::uint32_t segment = 0;       ///< from 1, without holes
    std::uint16_t epoch = 0;         ///< run that wrote it
    std::uint16_t reserved = 0;
    std::uint64_t first_sequence = 0;  ///< sequence that the first Event in here has (or would have)
    std::uint32_t config_bytes = 0;    ///< length of the configuration text right after this header
    std::uint32_t config_crc = 0;
    Name<64> build;
    std::uint32_t crc = 0;      ///< of this header up to here
    std::uint32_t started = 0;  ///< 1 once the header is complete; prepared segments have 0
};
static_assert(sizeof(SegmentHeader) == 112);

/// Writes a record at `at` (zeroed memory of at least kMaxRecord bytes); returns its size.
std::size_t put_event(std::byte* at, const Event&);
std::size_t put_action(std::byte* at, const Action&);
std::size_t put_timing(std::byte* at, const Timing&);
void put_segment_end(std::byte* at);

/// Bodies back into their types; false when the size does not fit the type.
bool get_event(std::span<const std::byte> body, Event&);
bool get_action(std::span<const std::byte> body, Action&);
bool get_timing(std::span<const std::byte> body, Timing&);

/// Same type, same header, same used payload.
bool same_action(const Action&, const Action&);

std::uint32_t header_crc(const SegmentHeader&);
std::string segment_name(std::uint32_t segment);

/// What may lie at a place in a segment.
enum class RecordStatus : std::uint8_t { whole, end_so_far, segment_end, bad };
struct RecordAt {
    RecordStatus status = RecordStatus::bad;
    RecordKind kind = RecordKind::none;
    std::uint64_t sequence = 0;
    std::span<const std::byte> body;
    std::size_t size = 0;
};
/// Looks at the record at `offset` of a mapped segment of which `bytes` are there. Safe beside a live writer.
RecordAt record_at(std::span<const std::byte> bytes, std::size_t offset);

}  // namespace hw
