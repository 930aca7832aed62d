#include "deploy/runtime/replica.h"

#include <algorithm>

#include "core/journal/snapshot.h"
#include "deploy/runtime/config.h"

namespace hw::deploy {

namespace {
std::span<std::byte> bytes_of(hedge::EngineState& state) {
    return {reinterpret_cast<std::byte*>(&state), sizeof state};
}
}  // namespace

Replica::Replica(const std::string& journal_dir, bool live)
    : dir_(journal_dir),
      reader_(journal_dir, live),
      blobs_(journal_dir, 0),
      engine_(memory_.state(), blobs_) {}

bool Replica::take_snapshot(std::uint64_t sequence) {
    std::string error;
    const auto info = read_snapshot(dir_, sequence, hedge::kStateVersion, bytes_of(memory_.state()), error);
    if (info && hedge::state_hash(memory_.state()) == info->state_hash) return true;
    memory_.clear();
    return false;
}

bool Replica::begin_at_snapshot() {
    auto snapshots = snapshots_in(dir_);
    std::reverse(snapshots.begin(), snapshots.end());
    for (const std::uint64_t sequence : snapshots) {
        if (!take_snapshot(sequence)) continue;
        started_at_ = sequence;
        return open_after(sequence);
    }
    return begin_at_start();
}

bool Replica::begin_at_start() {
    if (!reader_.open_at(1)) {
        message_ = reader_.error();
        return false;
    }
    const std::uint64_t first = reader_.header().first_sequence;
    started_at_ = 0;
    if (first == 1) return true;
    // Older segments were removed: begin at the oldest snapshot that the remaining ones continue.
    for (const std::uint64_t sequence : snapshots_in(dir_)) {
        if (sequence + 1 < first || !take_snapshot(sequence)) continue;
        started_at_ = sequence;
        if (reader_.open_at(sequence + 1)) return true;
    }
    message_ =
        dir_ + ": begins with sequence " + std::to_string(first) + " and has no usable snapshot before it";
    return false;
}

bool Replica::begin_after(const hedge::StateMemory& other) {
    memory_.copy_from(other);
    started_at_ = memory_.state().last_sequence;
    return open_after(started_at_);
}

/// The Events after `sequence`, without a hole.
bool Replica::open_after(std::uint64_t sequence) {
    if (!reader_.open_at(sequence + 1)) {
        message_ = reader_.error();
        return false;
    }
    if (reader_.header().first_sequence <= sequence + 1) return true;
    message_ = dir_ + ": the snapshot ends with sequence " + std::to_string(sequence) +
               ", the segments begin with " + std::to_string(reader_.header().first_sequence) +
               ": the records between are missing";
    return false;
}

/// Another process wrote from here on: its configuration counts.
bool Replica::begin_run() {
    auto parsed =
        parse_config(reader_.config(), "configuration of " + segment_name(reader_.header().segment));
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed)) {
        message_ = to_string(*errors);
        return false;
    }
    config_ = std::move(std::get<RunConfig>(parsed));
    engine_.configure(config_.engine);
    ++runs_;
    return true;
}

Replica::Outcome Replica::check_complete() {
    if (actions_ == nullptr || compared_ == actions_->size()) return Outcome::caught_up;
    message_ = "sequence " + std::to_string(memory_.state().last_sequence) + ": the engine now gives " +
               std::to_string(actions_->size()) + " actions, the journal has " + std::to_string(compared_);
    return Outcome::differs;
}

Replica::Outcome Replica::take_event() {
    if (check_complete() == Outcome::differs) return Outcome::differs;
    actions_ = &engine_.step(reader_.event());
    engine_.complete();
    compared_ = 0;
    ++events_;
    if (observer_.event) observer_.event(reader_.event());
    if (observer_.action) {
        for (const Action& action : *actions_) observer_.action(action);
    }
    return Outcome::paused;
}

Replica::Outcome Replica::take_action() {
    const Action& recorded = reader_.action();
    // A snapshot holds the effects of its last Event; that Event's Actions are not ours to compare.
    if (actions_ == nullptr && recorded.header.sequence <= started_at_) return Outcome::paused;
    const std::string where = "sequence " + std::to_string(recorded.header.sequence) + ", action " +
                              std::to_string(compared_) + " (" +
                              std::string(to_string(recorded.header.type)) + ")";
    if (actions_ == nullptr || compared_ >= actions_->size()) {
        message_ = where + ": recorded, but the engine does not give it now";
        return Outcome::differs;
    }
    if (!same_action((*actions_)[compared_], recorded)) {
        message_ = where + ": the engine now gives another (" +
                   std::string(to_string((*actions_)[compared_].header.type)) + ")";
        return Outcome::differs;
    }
    ++compared_;
    ++actions_compared_;
    return Outcome::paused;
}

Replica::Outcome Replica::advance(std::uint64_t events) {
    std::uint64_t done = 0;
    for (;;) {
        Outcome outcome = Outcome::paused;
        switch (reader_.next()) {
            case JournalReader::Next::event:
                outcome = take_event();
                ++done;
                break;
            case JournalReader::Next::action:
                outcome = take_action();
                break;
            case JournalReader::Next::timing:
                if (observer_.timing) observer_.timing(reader_.timing());
                break;
            case JournalReader::Next::new_run:
                // A process that died between Event and Action never sent that Action.
                if (actions_ != nullptr) unrecorded_ += actions_->size() - compared_;
                actions_ = nullptr;
                if (!begin_run()) return Outcome::unreadable;
                break;
            case JournalReader::Next::end:
                if (actions_ != nullptr && compared_ < actions_->size())
                    unrecorded_ = actions_->size() - compared_;
                return Outcome::caught_up;
            case JournalReader::Next::damaged:
                message_ = reader_.error();
                return Outcome::damaged;
        }
        if (outcome == Outcome::differs) return outcome;
        if (done >= events) return Outcome::paused;
    }
}

bool Replica::ends_cleanly() {
    if (reader_.ends_cleanly()) return true;
    message_ = reader_.error();
    return false;
}

}  // namespace hw::deploy
