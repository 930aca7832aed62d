#include "deploy/runtime/startup.h"

#include "core/build_id.h"
#include "core/journal/snapshot.h"
#include "deploy/runtime/replica.h"

namespace hw::deploy {

namespace {

bool restore(const std::string& dir, OpenedJournal& opened, std::string& error) {
    const auto snapshots = snapshots_in(dir);
    if (!snapshots.empty() && snapshots.back() > opened.found.last_sequence) {
        error = dir + ": the newest snapshot is of sequence " + std::to_string(snapshots.back()) +
                ", the records end with " + std::to_string(opened.found.last_sequence) +
                ": records are missing that this run's orders and fills may be in";
        return false;
    }
    Replica replica(dir, false);
    if (!replica.begin_at_snapshot()) {
        error = replica.message();
        return false;
    }
    if (replica.advance() != Replica::Outcome::caught_up || !replica.ends_cleanly()) {
        error = replica.message();
        return false;
    }
    opened.state.copy_from(replica.memory());
    opened.replayed = replica.events();
    opened.unrecorded = replica.unrecorded_actions();
    return true;
}

}  // namespace

bool open_journal(const RunConfig& config, OpenedJournal& opened, std::string& error) {
    const std::string& dir = config.journal.dir;
    opened.lock = JournalLock::take(dir, error);
    if (!opened.lock || !recover_journal(dir, opened.found, error, config.journal.memory_dir)) return false;
    if (!opened.found.fresh && !restore(dir, opened, error)) return false;
    const bool live = config.transport != Transport::paper;
    opened.epoch = begin_epoch(dir, error, live ? config.fix.store_dir : std::string());
    if (opened.epoch == 0) return false;
    JournalWriter::Start start;
    start.segment = opened.found.next_segment;
    start.first_sequence = opened.state.state().last_sequence + 1;
    start.epoch = opened.epoch;
    start.config_text = config.text;
    start.build = std::string(build_version()) + "-" + std::string(build_commit());
    opened.writer = JournalWriter::open(config.journal, start, error);
    return opened.writer != nullptr;
}

}  // namespace hw::deploy
