// The permits of a run in shared memory, where quoting engines read them: the writer's side of
// deploy/permit/hedgewire_permit.h.
//
// One file on a tmpfs, mapped and prefaulted at the start, so that the hot thread's part is plain stores: a
// permit that was withdrawn is written in the same turn, a lease is moved on with every timer. A file of the
// same layout with the same underlyings is taken over as it is, so that readers need not notice a restart; in
// place of any other a new one is made and the old one, if it was ours, is marked as retired. A lock on the
// file keeps a second hedger out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/types.h"
#include "deploy/permit/hedgewire_permit.h"
#include "hedge/engine_config.h"
#include "hedge/state.h"

namespace hw::deploy {

class PermitBlock {
  public:
    /// Of the configured underlyings, in their order; all without a permit. Null and `error` when the file
    /// cannot be made, is on no tmpfs, or another hedger writes it.
    static std::unique_ptr<PermitBlock> open(const std::string& path, const hedge::EngineConfig&,
                                             std::string& error);
    /// Withdraws all; the file stays, for readers to go on with the next run.
    ~PermitBlock();
    PermitBlock(const PermitBlock&) = delete;
    PermitBlock& operator=(const PermitBlock&) = delete;

    /// Writes what has changed since the last time, and with `renew` moves the leases of what is given on.
    /// `now_ns`: CLOCK_MONOTONIC. Hot thread.
    void publish(const hedge::EngineState&, std::int64_t now_ns, bool renew);

  private:
    PermitBlock(hw_permit_block* block, int fd, const hedge::EngineConfig& config);
    void write(std::size_t slot, const hedge::PermitState&, std::int64_t lease_end_ns);

    hw_permit_block* const block_;
    const int fd_;
    const std::int64_t lease_ns_;
    std::vector<std::uint64_t> written_;  ///< by slot: PermitState::changes that is in the file, plus one
};

}  // namespace hw::deploy
