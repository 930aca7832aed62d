// One run of the hedger, put together: journal, engine, follower, control socket, positions; the port, the
// feed and the transport come from whoever drives it (live_run, capture_run).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/hash.h"
#include "deploy/runtime/account_link.h"
#include "deploy/runtime/control_socket.h"
#include "deploy/runtime/follower.h"
#include "deploy/runtime/hot_loop.h"
#include "deploy/runtime/housekeeper.h"
#include "deploy/runtime/instruments_file.h"
#include "deploy/runtime/permit_block.h"
#include "deploy/runtime/positions_file.h"
#include "deploy/runtime/report.h"
#include "deploy/runtime/run_options.h"
#include "deploy/runtime/startup.h"
#include "deploy/runtime/wallets.h"

namespace hw::deploy {

/// Exit codes of the programs.
inline constexpr int kExitDone = 0;
inline constexpr int kExitFoundWrong = 1;
inline constexpr int kExitBadInput = 2;

class Hedger {
  public:
    Hedger(RunConfig config, RunOptions options);
    ~Hedger();

    /// Reads the input files and takes up the journal. False: said on stderr what is wrong; nothing was
    /// started.
    bool prepare();
    /// Something that the follower's thread is to do after each of its rounds; set before it starts.
    void on_round(std::function<void()> round) { round_ = std::move(round); }
    /// Starts the follower and the control socket; call it before the first Event.
    bool start_follower(bool plan);

    /// Makes the file of quote permits, if one is configured. False: said on stderr why it cannot be.
    bool open_permits();
    /// Null when none are given.
    PermitBlock* permits() { return permits_.get(); }

    /// Starts the account's second session, if one is configured; before the first Event. False: said on
    /// stderr why it cannot be.
    bool start_account();
    /// Logs it out; true once that is done, or there is none.
    bool account_stopped();
    /// The hot thread takes nothing more of it.
    void end_account();

    /// The run's first Events: run_started, and the definitions that are known from files.
    template <class Writer>
    void begin(Writer& writer, Nanos now, bool simulated, const std::vector<Instrument>& definitions) {
        writer.begin_burst(now, monotonic_ns());
        RunStarted& started =
            writer.stage(EventType::run_started, kNoInstrument, Nanos{}).payload.run_started;
        started.config_hash = hash64(config_.text);
        started.epoch = opened_.epoch;
        started.simulated = simulated ? 1 : 0;
        started.simd = static_cast<std::uint8_t>(simd_level(config_.simd));
        writer.flush();
        for (const Instrument& definition : instruments_.instruments) define(writer, definition);
        for (const Instrument& definition : definitions) define(writer, definition);
        if (simulated) writer.stage(EventType::definitions_complete, kNoInstrument, Nanos{});
        for (const WalletConfig& wallet : config_.wallets) {
            writer.stage(EventType::equity, kNoInstrument, Nanos{}).payload.equity =
                configured_equity(wallet);
        }
        load_positions(writer);
        writer.end_burst();
    }

    /// Stages the starting positions once the definitions are complete; before that, and afterwards, does
    /// nothing. To be called before the engine decides.
    template <class Writer>
    void load_positions(Writer& writer) {
        if (!positions_waiting_) return;
        writer.flush();
        if (!engine_.state().definitions_complete) return;
        positions_waiting_ = false;
        if (!positions_usable()) return;
        for (const StartingPosition& p : positions_.positions) {
            const InstrumentId id = engine_.state().instruments.find_symbol(p.instrument);
            if (id == kNoInstrument) continue;
            Position& position = writer.stage(EventType::position, id, Nanos{}).payload.position;
            position.qty = p.quantity;
            position.average_price = p.average_price;
        }
        writer.flush();
    }

    /// Notes why each underlying is not hedged, before the stop itself becomes a reason.
    void note_reasons();
    /// Ends follower and journal, writes the report; the exit code.
    int finish();

    const RunConfig& config() const { return config_; }
    const RunOptions& options() const { return options_; }
    hedge::Engine& engine() { return engine_; }
    JournalWriter& journal() { return *opened_.writer; }
    std::uint16_t epoch() const { return opened_.epoch; }
    HandedBlob& blobs() { return blobs_; }
    Inbox& inbox() { return inbox_; }
    GapDetector& gaps() { return gaps_; }
    /// Where the port's packets are to be held, as configured; null: nowhere. Lives as long as the hedger.
    net::CaptureRing* hold_packets();
    RunReport& report() { return report_; }
    PaperWallets& wallets() { return wallets_; }
    /// The run cannot go on: its input was refused.
    bool refused() const { return refused_; }

  private:
    template <class Writer>
    void define(Writer& writer, const Instrument& definition) {
        const InstrumentTable& table = engine_.state().instruments;
        const InstrumentId known = table.find_symbol(definition.symbol.view());
        const InstrumentId id = known != kNoInstrument ? known : InstrumentId{table.size()};
        writer.stage(EventType::instrument_definition, id, Nanos{}).payload.instrument = definition;
        writer.flush();
    }
    bool positions_usable();
    void follow(const Follower&);
    void watch(const Follower&);
    bool write_report();
    void fill_host(RunReport&) const;

    RunConfig config_;
    RunOptions options_;
    std::function<void()> round_;
    cpu_set_t cores_;  ///< of the process, before DPDK pins the hot thread
    OpenedJournal opened_;
    HandedBlob blobs_;
    hedge::Engine engine_;
    Inbox inbox_;
    GapDetector gaps_;
    std::unique_ptr<net::CaptureRing> capture_;
    std::unique_ptr<Housekeeper> housekeeper_;
    std::unique_ptr<Follower> follower_;
    std::unique_ptr<ControlSocket> control_;
    std::unique_ptr<AccountLink> account_;
    std::unique_ptr<PermitBlock> permits_;
    LiveTable table_;
    PositionsFile positions_;
    InstrumentsFile instruments_;
    RunReport report_;
    PaperWallets wallets_;  ///< of the follower's thread, or of the capture's
    bool positions_waiting_ = false;
    bool refused_ = false;
    bool failed_ = false;  ///< the follower's thread saw what must stop trading
    std::int64_t begun_ns_ = monotonic_ns();
};

}  // namespace hw::deploy
