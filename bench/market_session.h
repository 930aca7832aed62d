// Frames of a market data session that can be played again and again: each time sequence numbers and change
// ids go on where they ended, so that every pass is the steady state of a feed that runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/instrument.h"

namespace hw::bench {

class MarketSession {
  public:
    /// All UDP frames of a capture; empty, and why in `error`, when it cannot be read.
    static MarketSession of_capture(const std::string& path, std::string& error);
    /// A session of the simulated exchange.
    static MarketSession generated();

    std::span<const std::span<const std::byte>> frames() const { return frames_; }
    std::size_t messages() const { return messages_; }
    std::size_t bytes() const { return bytes_.size(); }
    /// Every instrument that the session defines, each once.
    const std::vector<Instrument>& definitions() const { return definitions_; }
    /// Moves all numbers on by one session.
    void advance();

  private:
    friend class Scan;
    struct Patch32 {
        std::byte* at;
        std::uint32_t by;
    };
    struct Patch64 {
        std::byte* at;
        std::uint64_t by;
    };
    void add(std::span<const std::byte> frame);
    void scan();

    std::vector<std::byte> bytes_;  ///< frame after frame
    std::vector<std::size_t> ends_;
    std::vector<std::span<const std::byte>> frames_;
    std::vector<Instrument> definitions_;
    std::vector<Patch32> sequences_;
    std::vector<Patch64> change_ids_;
    std::size_t messages_ = 0;
};

}  // namespace hw::bench
