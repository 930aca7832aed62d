// The engine: a deterministic machine that is told Events and answers with Actions.
//
// It asks no clock, no random source, no environment; the same Events under the same configuration give the
// same Actions and the same state, to the bit. It applies each Event as it comes and decides once a burst,
// when the Event that carries kEndOfBurst has been applied. Called by the hot loop, by the follower, and by
// replay.
#pragma once

#include "core/action.h"
#include "core/blob.h"
#include "core/event.h"
#include "hedge/context.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::hedge {

class Engine {
  public:
    /// `state` is taken as it stands: all-zero, or what a snapshot held.
    Engine(EngineState& state, BlobSource& blobs) : blobs_(blobs), context_{state, config_, actions_} {}
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// The rules from here on; call it before the run_started Event of each run.
    void configure(const EngineConfig& config) { config_ = config; }

    /// Applies one Event. The Actions are valid until the next call.
    const ActionList& step(const Event&);
    /// The work of the last step that may wait until its Actions are on their way. To be called after every
    /// step: it changes the state.
    void complete();

    /// Walks the way of a decision while there is nothing to do; changes nothing.
    double rehearse() const;

    const EngineState& state() const { return context_.state; }
    const EngineConfig& config() const { return config_; }

  private:
    void apply(const Event&);

    BlobSource& blobs_;
    EngineConfig config_;
    ActionList actions_;
    Context context_;
};

}  // namespace hw::hedge
