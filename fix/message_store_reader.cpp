#include "fix/message_store_reader.h"

#include <cstring>
#include <memory>

#include "fix/message_store_layout.h"

namespace hw::fix {

std::optional<MessageStoreReader> MessageStoreReader::open(const std::string& dir, std::string& error) {
    const std::string path = dir + "/messages";
    auto file = MappedFile::open_read(path, error);
    if (!file) return std::nullopt;
    const auto refuse = [&](const std::string& why) {
        error = path + " " + why;
        return std::nullopt;
    };
    if (file->size() < kStoreHeaderBytes) return refuse("is too short to be a message store");
    MessageStoreReader reader(std::move(*file));
    const MessageStore::Header& header = reader.header();
    if (header.magic != kStoreMagic) return refuse("is not a message store");
    if (header.version != MessageStore::kVersion) {
        return refuse("has version " + std::to_string(header.version) + ", this program knows version " +
                      std::to_string(MessageStore::kVersion));
    }
    if (header.identity_crc != header.identity()) return refuse("has a damaged header");
    const std::size_t wanted = kStoreHeaderBytes + std::size_t{header.slot_count} * MessageStore::kSlotBytes;
    if (reader.file_.size() != wanted) return refuse("is cut short");
    return reader;
}

const MessageStore::Header& MessageStoreReader::header() const {
    return *reinterpret_cast<const MessageStore::Header*>(file_.bytes().data());
}

std::string_view MessageStoreReader::owner() const { return header().owner.view(); }
std::uint32_t MessageStoreReader::slots() const { return header().slot_count; }
std::uint32_t MessageStoreReader::next_sender() const {
    return static_cast<std::uint32_t>(load(header().next_sender));
}
std::uint32_t MessageStoreReader::next_target() const {
    return static_cast<std::uint32_t>(load(header().next_target));
}
Nanos MessageStoreReader::created() const { return Nanos::from_ns(load(header().created_ns)); }

std::uint32_t MessageStoreReader::oldest() const {
    const std::uint32_t next = next_sender();
    return next > slots() ? next - slots() : 1;
}

bool MessageStoreReader::read(std::uint32_t sequence, Message& message) const {
    const std::size_t at = sequence & (slots() - 1);
    MessageStore::Slot slot;  // a copy: the session may be writing to it
    std::memcpy(&slot, file_.bytes().data() + kStoreHeaderBytes + at * sizeof slot, sizeof slot);
    if (sequence == 0 || slot.sequence != sequence || !slot.whole()) return false;
    message.sequence = sequence;
    message.flags = slot.flags;
    message.text.assign(slot.message, slot.length);
    return true;
}

}  // namespace hw::fix
