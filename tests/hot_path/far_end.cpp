#include "tests/hot_path/far_end.h"

#include <chrono>
#include <cstdlib>

#include "core/types.h"
#include "net/packet.h"

namespace hw::test {

using fix::test::raw_value;
namespace wire = exchange::deribit;

namespace {

constexpr std::uint32_t kGroup = 0xef6f6f01;  // 239.111.111.1
constexpr std::uint16_t kEventPort = 6'100;
constexpr std::uint16_t kSnapshotPort = 6'101;
constexpr std::uint16_t kChannel = 1;
constexpr std::uint64_t kMs = 1'700'000'000'000;

constexpr double kMiddle = 50'000;
constexpr double kStep = 2.5;         // USD, every kTicksAMove ticks
constexpr std::int64_t kSteps = 200;  // up, and as many down again
constexpr std::uint64_t kTicksAMove = 10;
constexpr double kAmount = 5'000'000;  // USD at each price

constexpr std::uint64_t kInFlight = 128;  // ticks that the hedger has not taken yet
constexpr int kTicksAtOnce = 16;
constexpr std::uint64_t kTicksAFill = 2'000;    // of somebody else's
constexpr std::uint64_t kTicksACycle = 10'000;  // of definitions and snapshots
constexpr std::uint64_t kTicksAPause = 10'000;  // the hedger has its idle moments, too
constexpr Nanos kPause = Nanos::from_ms(1);
constexpr Nanos kCycle = Nanos::from_ms(30);
constexpr Nanos kPatience = Nanos::from_seconds(240);

wire::InstrumentMsg perpetual(std::uint32_t feed_id, const std::string& name, bool linear) {
    wire::InstrumentMsg m;
    m.instrument = feed_id;
    m.type = linear ? wire::WireType::linear : wire::WireType::inverse;
    m.base = "BTC";
    m.quote = m.counter = linear ? "USDC" : "USD";
    m.size = linear ? "BTC" : "USD";
    m.settle = linear ? "USDC" : "BTC";
    m.contract_size = m.min_trade_amount = linear ? 0.001 : 10;
    m.tick = 0.5;
    m.taker_fee = 0.0005;
    m.name = name;
    return m;
}

/// The price of the `move`th move: up and down in equal steps.
double price_at(std::uint64_t move) {
    const auto phase = static_cast<std::int64_t>(move % (2 * kSteps));
    return kMiddle + kStep * static_cast<double>(kSteps - std::abs(phase - kSteps));
}

}  // namespace

bool FarEnd::serve() {
    std::string error;
    listener_ = net::TcpListener::listen(*side_.stack, net::kTcpPort, error);
    EXPECT_NE(listener_, nullptr) << error;
    if (!listener_) return false;
    const Nanos give_up = net::steady_now() + kPatience;
    Nanos next_cycle;
    while (!shared_.finished) {
        const Nanos now = net::steady_now();
        if (now > give_up) return false;
        side_.round();
        if (!customer_) customer_ = listener_->accept();
        if (customer_) take_orders();
        if (connected()) {
            send_ticks();
        } else if (now >= next_cycle) {
            next_cycle = now + kCycle;
            send_definitions();
        }
    }
    return true;
}

/// An update first: a feed that has heard none yet does not believe a snapshot.
void FarEnd::send_definitions() {
    frame_.start(kChannel, event_sequence_++);
    frame_.add(wire::RfqMsg{});
    send_frame(false);
    frame_.start(kChannel + 100, snapshot_sequence_++);
    frame_.add(wire::SnapshotStartMsg{});
    frame_.add(perpetual(kPerpetualFeedId, kPerpetualName, false));
    frame_.add(perpetual(kLinearFeedId, kLinearName, true));
    frame_.add(perpetual_book());
    frame_.add(wire::SnapshotEndMsg{});
    send_frame(true);
}

wire::SnapshotMsg FarEnd::perpetual_book() const {
    wire::SnapshotMsg m;
    m.instrument = kPerpetualFeedId;
    m.timestamp_ms = kMs;
    m.change_id = change_id_;
    m.levels = {{wire::WireSide::bid, price_ - 0.5, kAmount}, {wire::WireSide::ask, price_ + 0.5, kAmount}};
    return m;
}

void FarEnd::send_ticks() {
    for (int n = 0; n < kTicksAtOnce && event_sequence_ <= shared_.ticks_seen + kInFlight; ++n) send_tick();
}

void FarEnd::send_tick() {
    if (++ticks_ % kTicksAFill == 0) fill_somebody_else();
    if (ticks_ % kTicksAPause == 0) side_.linger(kPause);
    if (ticks_ % kTicksACycle == 0) send_definitions();
    wire::BookMsg m;
    m.instrument = kPerpetualFeedId;
    m.timestamp_ms = kMs + ticks_;
    m.prev_change_id = change_id_;
    m.change_id = ++change_id_;
    const double next = price_at(ticks_ / kTicksAMove);
    if (next == price_) {
        const double amount = kAmount + 10 * static_cast<double>(ticks_ % 1'000);
        const bool bid = ticks_ % 2 == 0;
        m.changes = {{bid ? wire::WireSide::bid : wire::WireSide::ask, wire::WireChange::changed,
                      bid ? price_ - 0.5 : price_ + 0.5, amount}};
    } else {
        m.changes = {{wire::WireSide::bid, wire::WireChange::deleted, price_ - 0.5, 0},
                     {wire::WireSide::ask, wire::WireChange::deleted, price_ + 0.5, 0},
                     {wire::WireSide::bid, wire::WireChange::added, next - 0.5, kAmount},
                     {wire::WireSide::ask, wire::WireChange::added, next + 0.5, kAmount}};
        price_ = next;
    }
    frame_.start(kChannel, event_sequence_++);
    frame_.add(m);
    send_frame(false);
}

/// The ring may be full of what the hedger has not taken.
void FarEnd::send_frame(bool snapshot) {
    std::array<std::byte, net::kUdpFrameHeader + net::kMaxUdpPayload> bytes;
    net::UdpEndpoints ends;
    ends.src_mac = {0x02};
    ends.src_ip = net::kServerIp;
    ends.dst_ip = kGroup;
    ends.src_port = 6'000;
    ends.dst_port = snapshot ? kSnapshotPort : kEventPort;
    const std::size_t size = net::build_udp_frame(ends, frame_.bytes(), bytes);
    while (!side_.port->tx(std::span(bytes).first(size)) && !shared_.finished) side_.round();
}

void FarEnd::take_orders() {
    customer_->poll([this](const char* data, std::size_t size) {
        framer_.push(data, size);
        for (auto message = framer_.next(); !message.empty(); message = framer_.next())
            answer(std::string(message));
    });
}

void FarEnd::answer(const std::string& message) {
    const std::string type = raw_value(message, 35);
    if (type == "A") say("A", "98=0|108=" + raw_value(message, 108) + "|");
    if (type == "1") say("0", "112=" + raw_value(message, 112) + "|");
    if (type == "AF") say("8", "37=NONE|150=I|39=0|911=0|912=Y|584=" + raw_value(message, 584) + "|");
    if (type == "D") fill(message);
}

void FarEnd::fill(const std::string& order) {
    const std::string number = std::to_string(++trades_);
    const std::string qty = raw_value(order, 38);
    say("8", "37=V" + number + "|11=" + raw_value(order, 11) + "|17=E" + number +
                 "|150=F|39=2|55=" + raw_value(order, 55) + "|54=" + raw_value(order, 54) + "|38=" + qty +
                 "|32=" + qty + "|31=" + raw_value(order, 44) + "|14=" + qty + "|151=0|");
}

/// Ten coins at first, and then half a coin sold and bought again.
void FarEnd::fill_somebody_else() {
    const std::string number = std::to_string(++trades_);
    const std::string qty = others_ == 0 ? "10000" : "500";
    say("8", "37=V" + number + "|11=a quote|17=E" + number + "|150=F|39=2|55=" + kLinearName +
                 "|54=" + (others_ % 2 == 0 ? "1" : "2") + "|32=" + qty + "|31=" + std::to_string(price_) +
                 "|14=" + qty + "|151=0|");
    ++others_;
}

void FarEnd::say(const std::string& type, const std::string& fields) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string message = words_.next_message(
        type, Nanos::from_ns(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()), fields);
    customer_->send(message.data(), message.size());
}

}  // namespace hw::test
