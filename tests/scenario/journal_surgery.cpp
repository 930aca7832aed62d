#include "tests/scenario/journal_surgery.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/hash.h"
#include "core/journal/reader.h"
#include "core/journal/segment_file.h"
#include "tests/scenario/command.h"

namespace hw::scenario {

SegmentBytes SegmentBytes::load(const std::string& journal_dir, std::uint32_t segment) {
    SegmentBytes s{journal_dir + "/" + segment_name(segment), {}};
    const std::string text = read_file(s.path);
    const auto bytes = std::as_bytes(std::span(text));
    s.bytes.assign(bytes.begin(), bytes.end());
    EXPECT_GT(s.bytes.size(), sizeof(SegmentHeader)) << s.path;
    return s;
}

void SegmentBytes::save() const {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

SegmentHeader SegmentBytes::header() const {
    SegmentHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    return header;
}

void SegmentBytes::set_header(SegmentHeader header) {
    header.crc = header_crc(header);
    std::memcpy(bytes.data(), &header, sizeof header);
}

std::size_t SegmentBytes::find(const std::function<bool(const RecordAt&)>& wanted) const {
    for (std::size_t at = header().header_bytes;;) {
        const RecordAt record = record_at(bytes, at);
        if (record.status != RecordStatus::whole) return 0;
        if (wanted(record)) return at;
        at += record.size;
    }
}

void SegmentBytes::seal(std::size_t offset) {
    RecordPrefix prefix;
    std::memcpy(&prefix, bytes.data() + offset, sizeof prefix);
    const std::size_t body = offset + sizeof prefix;
    prefix.crc = crc32c(bytes.data() + body, prefix.size() - sizeof prefix, prefix.size_and_kind);
    std::memcpy(bytes.data() + offset, &prefix, sizeof prefix);
}

std::uint32_t last_segment(const std::string& journal_dir) {
    const auto numbers = segments_in(journal_dir);
    EXPECT_FALSE(numbers.empty()) << journal_dir;
    return numbers.empty() ? 0 : numbers.back();
}

std::uint64_t orders_in(const std::string& journal_dir) {
    JournalReader reader(journal_dir);
    EXPECT_TRUE(reader.open_at(1)) << reader.error();
    std::uint64_t orders = 0;
    for (;;) {
        switch (reader.next()) {
            case JournalReader::Next::action:
                if (reader.action().header.type == ActionType::new_order) ++orders;
                break;
            case JournalReader::Next::damaged:
                ADD_FAILURE() << reader.error();
                return orders;
            case JournalReader::Next::end:
                return orders;
            default:
                break;
        }
    }
}

void remove_snapshots(const std::string& journal_dir) {
    std::vector<std::filesystem::path> snapshots;
    for (const auto& entry : std::filesystem::directory_iterator(journal_dir)) {
        if (entry.path().extension() == ".hws") snapshots.push_back(entry.path());
    }
    for (const auto& snapshot : snapshots) std::filesystem::remove(snapshot);
}

}  // namespace hw::scenario
