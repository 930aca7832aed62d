#include "tests/scenario/capture_day.h"

#include <array>
#include <span>

#include "net/packet.h"
#include "tests/exchange/simulation.h"

namespace hw::scenario {

namespace {

constexpr Nanos kStart = Nanos::from_seconds(1'795'000'000);

template <class T>
void put(std::string& out, T value) {
    for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

exchange::SimulationConfig simulation_config(std::uint64_t seed) {
    exchange::SimulationConfig config;
    config.market.seed = config.venue.seed = config.option_flow.seed = seed;
    config.market.strikes = 5;
    config.market.short_expiry = Nanos{};
    config.market.jump_every_s = 0.05;
    config.option_flow.every = Nanos{};
    config.snapshot_period = Nanos::from_ms(200);
    return config;
}

std::string frame_of(const exchange::Packet& packet) {
    net::UdpEndpoints ends;
    ends.src_ip = 10u << 24 | 1;
    ends.dst_ip = packet.group_ip;
    ends.src_port = 6'000;
    ends.dst_port = packet.port;
    std::array<std::byte, net::kUdpFrameHeader + net::kMaxUdpPayload> frame;
    const std::size_t size = net::build_udp_frame(ends, packet.payload, frame);
    return {reinterpret_cast<const char*>(frame.data()), size};
}

std::string pcap(const std::vector<DayFrame>& frames, std::uint32_t magic, std::int64_t ns_per_unit,
                 std::uint32_t link_type) {
    std::string out;
    put(out, magic);
    put(out, std::uint16_t{2});
    put(out, std::uint16_t{4});
    put(out, std::uint64_t{0});
    put(out, std::uint32_t{65'535});
    put(out, link_type);
    for (const DayFrame& frame : frames) {
        put(out, static_cast<std::uint32_t>(frame.time.ns() / kNano));
        put(out, static_cast<std::uint32_t>(frame.time.ns() % kNano / ns_per_unit));
        put(out, static_cast<std::uint32_t>(frame.bytes.size()));
        put(out, static_cast<std::uint32_t>(frame.bytes.size()));
        out += frame.bytes;
    }
    return out;
}

void block(std::string& out, std::uint32_t type, std::string body) {
    body.resize((body.size() + 3) / 4 * 4);
    put(out, type);
    put(out, static_cast<std::uint32_t>(body.size() + 12));
    out += body;
    put(out, static_cast<std::uint32_t>(body.size() + 12));
}

std::string pcapng(const std::vector<DayFrame>& frames, std::int64_t ns_per_unit, bool nano) {
    std::string out, section, interface;
    put(section, std::uint32_t{0x1a2b3c4d});
    put(section, std::uint16_t{1});
    put(section, std::uint16_t{0});
    put(section, ~std::uint64_t{0});
    block(out, 0x0a0d0d0a, section);
    put(interface, std::uint32_t{1});  // Ethernet, and two bytes of padding
    put(interface, std::uint32_t{0});
    if (nano) {
        put(interface, std::uint16_t{9});  // if_tsresol, one byte: 10^-9
        put(interface, std::uint16_t{1});
        put(interface, std::uint32_t{9});
    }
    put(interface, std::uint32_t{0});
    block(out, 1, interface);
    for (const DayFrame& frame : frames) {
        const auto units = static_cast<std::uint64_t>(frame.time.ns() / ns_per_unit);
        std::string body;
        put(body, std::uint32_t{0});
        put(body, static_cast<std::uint32_t>(units >> 32));
        put(body, static_cast<std::uint32_t>(units));
        put(body, static_cast<std::uint32_t>(frame.bytes.size()));
        put(body, static_cast<std::uint32_t>(frame.bytes.size()));
        block(out, 6, body + frame.bytes);
    }
    return out;
}

}  // namespace

std::vector<DayFrame> CaptureDay::morning() const {
    return {frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(frames.size() / 2)};
}

std::vector<DayFrame> CaptureDay::afternoon() const {
    return {frames.begin() + static_cast<std::ptrdiff_t>(frames.size() / 2), frames.end()};
}

CaptureDay make_day(std::uint64_t seed, double seconds) {
    CaptureDay day;
    const exchange::SimulationConfig config = simulation_config(seed);
    Nanos now = kStart;
    std::int64_t within_step = 0;
    const auto take = [&](const exchange::Packet& packet) {
        within_step += 1'117;
        day.frames.push_back({now + Nanos::from_ns(within_step), frame_of(packet)});
    };
    exchange::Simulation simulation(config, kStart, take, [](const exchange::Report&) {});
    const auto end = kStart + Nanos::from_ns(static_cast<std::int64_t>(seconds * 1e9));
    while (simulation.now() < end) {
        now = simulation.now() + config.step;
        within_step = 0;
        simulation.step();
    }
    for (const exchange::Contract& contract : simulation.market().contracts()) {
        if (contract.terms.is_option()) day.options.emplace_back(contract.terms.symbol.view());
    }
    return day;
}

std::string pcap_micro(const std::vector<DayFrame>& frames, std::uint32_t link_type) {
    return pcap(frames, 0xa1b2c3d4, 1'000, link_type);
}
std::string pcap_nano(const std::vector<DayFrame>& frames) { return pcap(frames, 0xa1b23c4d, 1, 1); }
std::string pcapng_micro(const std::vector<DayFrame>& frames) { return pcapng(frames, 1'000, false); }
std::string pcapng_nano(const std::vector<DayFrame>& frames) { return pcapng(frames, 1, true); }

std::string positions_csv(const std::vector<std::string>& names, std::size_t count) {
    std::string text = "instrument,quantity,average_price\n";
    for (std::size_t i = 0; i < count && i < names.size(); ++i) {
        text += names[i] + (i % 3 == 0 ? ",-15,0.02\n" : ",20,0.01\n");
    }
    return text;
}

}  // namespace hw::scenario
