// An engine that is fed from a journal instead of the wire: it replays, compares, and follows.
//
// Restart uses it to come back to where the last run ended (snapshot plus tail), `hedgewire replay` to prove
// that a journal gives the same Actions again, and the follower thread to keep an up-to-date copy of the
// engine's state off the hot thread, for snapshots, the planner, and everything people look at.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/journal/blob_store.h"
#include "core/journal/reader.h"
#include "deploy/runtime/run_config.h"
#include "hedge/engine.h"
#include "hedge/state_memory.h"

namespace hw::deploy {

class Replica {
  public:
    enum class Outcome : std::uint8_t {
        caught_up,  ///< the journal's end, so far
        paused,     ///< as many Events as were asked for
        differs,    ///< an Action is not what the engine gives now; see message()
        damaged,    ///< the journal cannot be read further; see message()
        unreadable  ///< no journal, another version, a configuration this build does not understand
    };

    /// `live`: the journal is being written by this process.
    Replica(const std::string& journal_dir, bool live);

    /// Begins at the newest usable snapshot and the Events after it.
    bool begin_at_snapshot();
    /// Begins at the first Event, or where older segments were removed, at the oldest snapshot.
    bool begin_at_start();
    /// Begins with a state that is already there, as of the last Event in it.
    bool begin_after(const hedge::StateMemory&);

    /// Reads and applies up to `events` Events.
    Outcome advance(std::uint64_t events = UINT64_MAX);

    /// Called for each record while advancing; leave empty what is not wanted.
    struct Observer {
        std::function<void(const Event&)> event;
        std::function<void(const Action&)> action;  ///< as the engine gives it
        std::function<void(const Timing&)> timing;
    };
    void observe(Observer observer) { observer_ = std::move(observer); }

    /// Is what follows the end empty or torn (fine), or damaged? Only for a journal that nobody writes.
    bool ends_cleanly();

    const hedge::EngineState& state() const { return memory_.state(); }
    hedge::StateMemory& memory() { return memory_; }
    const RunConfig& config() const { return config_; }
    const std::string& message() const { return message_; }
    std::uint64_t events() const { return events_; }
    std::uint64_t actions_compared() const { return actions_compared_; }
    std::uint64_t runs() const { return runs_; }
    /// Actions that the engine gave for the last Event and that were never recorded: the process died in
    /// between.
    std::uint64_t unrecorded_actions() const { return unrecorded_; }
    std::uint64_t started_at() const { return started_at_; }

  private:
    bool begin_run();
    bool open_after(std::uint64_t sequence);
    bool take_snapshot(std::uint64_t sequence);
    Outcome take_event();
    Outcome take_action();
    Outcome check_complete();

    std::string dir_;
    JournalReader reader_;
    BlobStore blobs_;
    hedge::StateMemory memory_;
    hedge::Engine engine_;
    RunConfig config_;
    Observer observer_;
    std::string message_;
    const ActionList* actions_ = nullptr;  ///< of the last Event
    std::size_t compared_ = 0;             ///< of those
    std::uint64_t events_ = 0;
    std::uint64_t actions_compared_ = 0;
    std::uint64_t runs_ = 0;
    std::uint64_t unrecorded_ = 0;
    std::uint64_t started_at_ = 0;
};

}  // namespace hw::deploy
