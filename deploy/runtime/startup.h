// From a journal folder to an engine that stands where the last run ended, and a writer that goes on from
// there.
#pragma once

#include <memory>
#include <string>

#include "core/journal/recovery.h"
#include "core/journal/writer.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state_memory.h"

namespace hw::deploy {

struct OpenedJournal {
    std::unique_ptr<JournalLock> lock;
    RecoveredJournal found;
    hedge::StateMemory state;  ///< all-zero when the journal is fresh
    std::uint16_t epoch = 0;   ///< of this run
    std::unique_ptr<JournalWriter> writer;
    std::uint64_t replayed = 0;    ///< Events read after the snapshot
    std::uint64_t unrecorded = 0;  ///< Actions decided at the very end and never sent
};

/// False with `error` when the journal is in use, damaged, of another version, or does not replay to what it
/// says.
bool open_journal(const RunConfig&, OpenedJournal&, std::string& error);

}  // namespace hw::deploy
