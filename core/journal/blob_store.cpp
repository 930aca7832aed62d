#include "core/journal/blob_store.h"

#include <cstdio>
#include <filesystem>

#include "core/hash.h"
#include "core/journal/segment_file.h"

namespace hw {

BlobRef reference_to(std::uint64_t id, std::span<const std::byte> bytes) {
    return {id, static_cast<std::uint32_t>(bytes.size()), crc32c(bytes.data(), bytes.size())};
}

bool matches(const BlobRef& ref, std::span<const std::byte> bytes) {
    return bytes.size() == ref.length && crc32c(bytes.data(), bytes.size()) == ref.crc;
}

BlobStore::BlobStore(const std::string& journal_dir, std::uint16_t epoch)
    : dir_(journal_dir + "/blobs"), next_id_(static_cast<std::uint64_t>(epoch) << 32 | 1) {}

std::string BlobStore::path_of(std::uint64_t id) const {
    char name[32];
    std::snprintf(name, sizeof name, "/blob-%016llx", static_cast<unsigned long long>(id));
    return dir_ + name;
}

std::optional<BlobRef> BlobStore::put(std::span<const std::byte> bytes, std::string& error) {
    std::error_code failed;
    std::filesystem::create_directories(dir_, failed);
    const std::uint64_t id = next_id_++;
    const std::string path = path_of(id);
    // Durable before the Event that names it can be: a replay after a power loss needs what the run had.
    if (!write_durably(path, bytes, error)) return std::nullopt;
    return reference_to(id, bytes);
}

std::span<const std::byte> BlobStore::find(const BlobRef& ref) {
    if (loaded_id_ != ref.id) {
        const std::string text = read_text(path_of(ref.id));
        const auto bytes = std::as_bytes(std::span(text));
        loaded_.assign(bytes.begin(), bytes.end());
        loaded_id_ = ref.id;
    }
    if (!matches(ref, loaded_)) return {};
    return loaded_;
}

}  // namespace hw
