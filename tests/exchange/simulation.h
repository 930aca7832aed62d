// The whole venue but its wires: market, matching, account, option flow and publisher, moved forward in steps
// of simulated time by one thread.
//
// For one configuration and start, and the same orders at the same steps, every packet and report is the same
// to the byte.
#pragma once

#include <memory>

#include "tests/exchange/faults.h"
#include "tests/exchange/incidents.h"
#include "tests/exchange/option_flow.h"
#include "tests/exchange/publisher.h"
#include "tests/exchange/snapshot_cycle.h"
#include "tests/exchange/starbase_publisher.h"

namespace hw::exchange {

enum class FeedFormat : std::uint8_t { deribit, starbase };

struct SimulationConfig {
    MarketConfig market;
    VenueConfig venue;
    OptionFlowConfig option_flow;
    PacketFaultConfig packet_faults;
    std::vector<Incident> incidents;
    bool incidents_wait = false;  ///< their time begins with begin_incidents, not with the simulation
    Nanos step = Nanos::from_us(250);
    FeedFormat feed = FeedFormat::deribit;
    Nanos switch_lines_every;  ///< Starbase: the other line takes over that often; zero: never
    Nanos snapshot_period = Nanos::from_ms(500);
    double messages_per_second = 2'000.0;  ///< of market data events, snapshots not counted
    double others_per_second = 10.0;       ///< trades between strangers, in futures and perpetuals
};

class Simulation {
  public:
    Simulation(const SimulationConfig&, Nanos start, PacketSink, Venue::ReportSink);

    /// Moves time by one step and publishes what happened.
    void step();
    /// Publishes what orders have changed since the last step.
    void publish_changes();
    /// Time zero of the incidents, if they wait for it; only the first call counts.
    void begin_incidents();
    /// Zero: not yet.
    Nanos incidents_begun() const { return incidents_.begun(); }
    /// An incident: the order session is dead.
    bool fix_dead() const { return fix_dead_; }
    /// From here on no option fills and no jumps: a hedger can end flat.
    void quiesce();

    Nanos now() const { return market_.now(); }
    Venue& venue() { return venue_; }
    const Venue& venue() const { return venue_; }
    const Market& market() const { return market_; }
    const Account& account() const { return account_; }
    /// Before the first step: what the account holds already, bought at the fair price. False: no such
    /// symbol.
    bool open_position(std::string_view symbol, Qty);
    FeedPublisher& publisher() { return *publisher_; }
    const FeedPublisher& publisher() const { return *publisher_; }
    const PacketFaultCounts& packet_faults() const { return faults_.counts(); }
    std::uint64_t snapshot_rounds() const { return snapshots_.rounds(); }

  private:
    void settle(const std::vector<std::size_t>& contracts);
    void follow_jumps();
    void change(const Incident&, bool begins);
    void change_perpetuals(const Incident&, bool begins);
    void trade(std::size_t contract, double coins);
    void trade_block(Nanos apart);
    std::size_t call_at_the_money() const;
    std::size_t call_in_the_money() const;
    void quote_within_budget();
    void requote(std::size_t contract);
    std::size_t draw_contract();
    void trade_of_others();
    void publish_events();

    SimulationConfig config_;
    Market market_;
    Quoter quoter_;
    Account account_;
    Venue venue_;
    OptionFlow option_flow_;
    PacketFaults faults_;
    IncidentPlan incidents_;
    bool fix_dead_ = false;
    std::unique_ptr<FeedPublisher> publisher_;
    SnapshotCycle snapshots_;
    Rng flow_;
    std::vector<std::size_t> futures_;
    std::vector<std::size_t> options_;
    double budget_ = 0.0;
    Nanos next_indices_;
};

}  // namespace hw::exchange
