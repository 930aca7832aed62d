// Zeroed memory for an EngineState, page-aligned and untouched until used: most of the block's capacity costs
// nothing. Hash and snapshot look only at pages that hold something.
#pragma once

#include <cstdint>
#include <memory>

#include "hedge/state.h"

namespace hw::hedge {

class StateMemory {
  public:
    StateMemory();
    ~StateMemory();
    StateMemory(StateMemory&&) noexcept;
    StateMemory& operator=(StateMemory&&) = delete;
    StateMemory(const StateMemory&) = delete;

    EngineState& state() { return *state_; }
    const EngineState& state() const { return *state_; }
    /// Back to all-zero.
    void clear();
    /// Becomes equal to another; pages of zeros stay untouched.
    void copy_from(const StateMemory&);
    /// Touches every page, so that the hot thread never faults.
    void prefault();

  private:
    EngineState* state_;
};

/// Equal for equal bytes; pages of zeros do not count.
std::uint64_t state_hash(const EngineState&);

}  // namespace hw::hedge
