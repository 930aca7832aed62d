#include "core/journal/snapshot.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/hash.h"
#include "core/journal/segment_file.h"

namespace hw {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kKept = 3;

struct SnapshotHeader {
    std::array<char, 8> magic = {'H', 'W', 'S', 'N', 'A', 'P', '\r', '\n'};
    std::uint32_t version = 1;
    std::uint32_t state_version = 0;
    std::uint64_t state_bytes = 0;
    std::uint64_t sequence = 0;
    std::uint64_t state_hash = 0;
    std::uint64_t pages = 0;
    std::uint32_t body_crc = 0;  ///< of all pages with their indices
    std::uint32_t crc = 0;       ///< of this header up to here
};
static_assert(sizeof(SnapshotHeader) == 56);

constexpr std::size_t kEntry = sizeof(std::uint64_t) + kPage;

std::string path_of(const std::string& dir, std::uint64_t sequence) {
    char name[48];
    std::snprintf(name, sizeof name, "/snapshot-%020llu.hws", static_cast<unsigned long long>(sequence));
    return dir + name;
}

bool is_zero(std::span<const std::byte> page) {
    return page[0] == std::byte{0} && std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
}

std::vector<std::byte> encode(const SnapshotInfo& info, std::span<const std::byte> state) {
    std::vector<std::byte> out(sizeof(SnapshotHeader));
    SnapshotHeader header;
    for (std::uint64_t at = 0; at < state.size(); at += kPage) {
        const auto page = state.subspan(at, std::min(kPage, state.size() - at));
        if (is_zero(page)) continue;
        const std::size_t to = out.size();
        out.resize(to + kEntry);
        const std::uint64_t page_index = at / kPage;
        std::memcpy(out.data() + to, &page_index, sizeof page_index);
        std::memcpy(out.data() + to + sizeof page_index, page.data(), page.size());
        ++header.pages;
    }
    header.state_version = info.state_version;
    header.state_bytes = state.size();
    header.sequence = info.sequence;
    header.state_hash = info.state_hash;
    header.body_crc = crc32c(out.data() + sizeof header, out.size() - sizeof header);
    header.crc = crc32c(&header, offsetof(SnapshotHeader, crc));
    std::memcpy(out.data(), &header, sizeof header);
    return out;
}

}  // namespace

bool write_snapshot(const std::string& dir, const SnapshotInfo& info, std::span<const std::byte> state,
                    std::string& error) {
    if (!write_durably(path_of(dir, info.sequence), encode(info, state), error)) return false;
    auto all = snapshots_in(dir);
    for (std::size_t i = 0; i + kKept < all.size(); ++i) unlink(path_of(dir, all[i]).c_str());
    return true;
}

std::vector<std::uint64_t> snapshots_in(const std::string& dir) {
    std::vector<std::uint64_t> sequences;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(dir, ignored)) {
        const std::string name = entry.path().filename().string();
        constexpr std::string_view kPrefix = "snapshot-";
        if (name.size() != kPrefix.size() + 24 || !name.starts_with(kPrefix) || !name.ends_with(".hws"))
            continue;
        std::uint64_t sequence = 0;
        const char* first = name.data() + kPrefix.size();
        if (std::from_chars(first, first + 20, sequence).ptr == first + 20) sequences.push_back(sequence);
    }
    std::sort(sequences.begin(), sequences.end());
    return sequences;
}

std::optional<SnapshotInfo> read_snapshot(const std::string& dir, std::uint64_t sequence,
                                          std::uint32_t state_version, std::span<std::byte> state,
                                          std::string& error) {
    const std::string path = path_of(dir, sequence);
    const auto file = MappedFile::open_read(path, error);
    if (!file) return std::nullopt;
    const auto bytes = file->bytes();
    const SnapshotHeader expected;
    SnapshotHeader h;
    if (bytes.size() < sizeof h) {
        error = path + ": cut off";
        return std::nullopt;
    }
    std::memcpy(&h, bytes.data(), sizeof h);
    if (h.magic != expected.magic || h.version != expected.version ||
        h.crc != crc32c(&h, offsetof(SnapshotHeader, crc))) {
        error = path + ": damaged or of another version";
        return std::nullopt;
    }
    if (h.state_version != state_version || h.state_bytes != state.size()) {
        error = path + ": state layout " + std::to_string(h.state_version) + ", this build has " +
                std::to_string(state_version);
        return std::nullopt;
    }
    const auto body = bytes.subspan(sizeof h);
    if (body.size() != h.pages * kEntry || crc32c(body.data(), body.size()) != h.body_crc) {
        error = path + ": damaged";
        return std::nullopt;
    }
    for (std::uint64_t i = 0; i < h.pages; ++i) {
        std::uint64_t page_index = 0;
        std::memcpy(&page_index, body.data() + i * kEntry, sizeof page_index);
        if (page_index >= (state.size() + kPage - 1) / kPage) {
            error = path + ": page beyond the state";
            return std::nullopt;
        }
        const auto to = state.subspan(page_index * kPage);
        std::memcpy(to.data(), body.data() + i * kEntry + sizeof page_index, std::min(kPage, to.size()));
    }
    return SnapshotInfo{h.sequence, h.state_hash, h.state_version};
}

}  // namespace hw
