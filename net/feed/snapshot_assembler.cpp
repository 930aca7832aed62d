#include "net/feed/snapshot_assembler.h"

namespace hw::net {

void SnapshotAssembler::abandon() {
    if (collecting_) ++abandoned_;
    collecting_ = false;
}

void SnapshotAssembler::interrupted() {
    abandon();
    clean_ = false;
}

bool SnapshotAssembler::belongs(const deribit::Snapshot& part) const {
    return current_.instrument == part.instrument() && current_.change_id == part.change_id();
}

std::optional<AssembledSnapshot> SnapshotAssembler::add(const deribit::Snapshot& part) {
    if (!clean_) {
        clean_ = part.is_last_in_book();
        ++abandoned_;
        return std::nullopt;
    }
    if (collecting_ && !belongs(part)) abandon();
    if (!collecting_) {
        current_ = {part.instrument(), part.change_id(), part.timestamp_ms(), true, {}};
        levels_.clear();
        collecting_ = true;
    }
    const auto levels = part.levels();
    if (levels_.size() + levels.size() > kMaxLevels) {
        abandon();
        clean_ = part.is_last_in_book();
        return std::nullopt;
    }
    current_.book_complete = current_.book_complete && part.is_book_complete();
    for (std::uint16_t i = 0; i < levels.size(); ++i) {
        const deribit::SnapshotLevel level = levels[i];
        levels_.push_back({level.price(), level.amount(), level.side()});
    }
    if (!part.is_last_in_book()) return std::nullopt;
    collecting_ = false;
    current_.levels = levels_;
    return current_;
}

}  // namespace hw::net
