#include "tests/exchange/simulation.h"

#include <algorithm>

namespace hw::exchange {

namespace {

constexpr Nanos kIndexEvery = Nanos::from_ms(100);
constexpr double kFuturesShare = 0.45;  // of the quotes
constexpr double kTickerShare = 0.5;    // of the quotes are followed by a ticker

std::unique_ptr<FeedPublisher> make_publisher(const SimulationConfig& config, const Market& market,
                                              const Venue& venue, PacketSink sink) {
    if (config.feed == FeedFormat::starbase)
        return std::make_unique<StarbasePublisher>(market, venue, std::move(sink), config.switch_lines_every);
    return std::make_unique<Publisher>(market, venue, std::move(sink));
}

}  // namespace

Simulation::Simulation(const SimulationConfig& config, Nanos start, PacketSink packets,
                       Venue::ReportSink reports)
    : config_(config),
      market_(config.market, start),
      quoter_(market_, config.market.seed),
      account_(market_),
      venue_(config.venue, market_, account_, start, std::move(reports)),
      option_flow_(config.option_flow, market_, account_, venue_, start),
      faults_(config.packet_faults, std::move(packets)),
      incidents_(config.incidents),
      publisher_(make_publisher(config, market_, venue_, [this](const Packet& p) { faults_.send(p); })),
      snapshots_(market_, *publisher_, start, config.snapshot_period),
      flow_(config.market.seed, Stream::flow),
      next_indices_(start) {
    for (std::size_t i = 0; i < market_.contracts().size(); ++i) {
        (market_.contracts()[i].terms.is_option() ? options_ : futures_).push_back(i);
        requote(i);
    }
    if (!config_.incidents_wait) incidents_.start(start);
    publish_changes();
    for (std::size_t i = 0; i < market_.contracts().size(); ++i) publisher_->ticker(i);
    publisher_->flush();
}

bool Simulation::open_position(std::string_view symbol, Qty qty) {
    const std::size_t contract = market_.find(symbol);
    if (contract == market_.contracts().size()) return false;
    const Contract& c = market_.contracts()[contract];
    account_.open(contract, qty,
                  round_down_to_tick(*Price::from_double(market_.fair(c)), c.terms.tick_at(Price{})));
    return true;
}

void Simulation::step() {
    std::vector<std::size_t> settled;
    market_.step(market_.now() + config_.step, settled);
    settle(settled);
    venue_.release_delayed(market_.now());
    incidents_.advance(market_.now(), [this](const Incident& i, bool begins) { change(i, begins); });
    follow_jumps();
    option_flow_.advance(market_.now());
    if (flow_.chance(config_.others_per_second * config_.step.to_seconds())) trade_of_others();
    publish_events();
    quote_within_budget();
    if (market_.now() >= next_indices_) {
        next_indices_ = market_.now() + kIndexEvery;
        publisher_->indices();
    }
    // The events first: a snapshot never tells of a change that was not yet sent.
    publisher_->flush();
    snapshots_.advance(market_.now());
    publisher_->flush();
}

void Simulation::publish_changes() {
    publish_events();
    publisher_->flush();
}

void Simulation::publish_events() {
    const std::vector<Print> prints = venue_.take_prints();
    publisher_->trades(prints);
    for (const std::size_t contract : venue_.take_changed_books()) publisher_->book(contract);
}

void Simulation::quiesce() {
    market_.calm();
    option_flow_.stop();
}

void Simulation::settle(const std::vector<std::size_t>& contracts) {
    for (const std::size_t i : contracts) {
        venue_.settle(i, market_.now());
        publish_events();
        publisher_->ticker(i);
    }
}

void Simulation::follow_jumps() {
    for (const std::size_t i : futures_) {
        const Contract& c = market_.contracts()[i];
        if (c.open() && market_.jumped(market_.family_of(c).underlying)) requote(i);
    }
}

void Simulation::requote(std::size_t contract) {
    venue_.requote(contract, quoter_.quote(contract), market_.now());
}

std::size_t Simulation::draw_contract() {
    const auto& from = options_.empty() || flow_.chance(kFuturesShare) ? futures_ : options_;
    return from[flow_.below(static_cast<std::uint32_t>(from.size()))];
}

void Simulation::quote_within_budget() {
    budget_ += config_.messages_per_second * config_.step.to_seconds();
    while (budget_ >= 1.0) {
        const std::uint64_t before = publisher_->messages();
        const std::size_t contract = draw_contract();
        if (market_.contracts()[contract].open()) {
            requote(contract);
            publish_events();
        }
        // Of a settled instrument the ticker goes on: whoever comes late has to learn its delivery price.
        if (flow_.chance(kTickerShare) || publisher_->messages() == before) publisher_->ticker(contract);
        budget_ -= static_cast<double>(publisher_->messages() - before);
    }
}

void Simulation::trade_of_others() {
    const std::size_t contract = futures_[flow_.below(static_cast<std::uint32_t>(futures_.size()))];
    const Contract& c = market_.contracts()[contract];
    const Side side = flow_.chance(0.5) ? Side::buy : Side::sell;
    const double coins = flow_.uniform(0.01, 0.5);
    const double per_coin = c.terms.is_inverse() ? market_.spot_of(c) : 1.0;
    const Qty qty = truncate_to_lot(
        Qty::from_double(coins * per_coin / c.terms.contract_size.to_double()).value_or(Qty{}), c.terms.lot);
    if (c.open() && !qty.is_zero()) venue_.others_take(contract, side, qty, market_.now());
}

}  // namespace hw::exchange
