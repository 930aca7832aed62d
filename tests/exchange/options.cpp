#include "tests/exchange/options.h"

#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <sstream>

#include "tests/exchange/decimal.h"

namespace hw::exchange {

namespace {

constexpr const char* kAbout =
    "hedgewire-exchange: a simulated options exchange for hedgewire to live on.\n"
    "\n"
    "It publishes a seeded market (spot with jumps, a perpetual, dated futures, an option chain) as Deribit\n"
    "schema-1 (or Starbase) multicast through a DPDK port, takes orders by FIX 4.4 on 127.0.0.1, matches "
    "them against its "
    "own\n"
    "books, and fills options in the same account at random times as if a quoting engine traded. Its account "
    "at\n"
    "the end, written with --json, is the truth to compare a hedger with.\n";

constexpr const char* kExamples =
    "\nExamples:\n"
    "  thirty seconds over memif, unprivileged, the hedger being the memif client:\n"
    "    hedgewire-exchange --seconds 30 --quiesce-seconds 3 --fix-port 9878 --fix-dir /tmp/x/fix --json "
    "x.json \\\n"
    "      --eal '--no-huge -m 128 --no-pci --no-shconf --no-telemetry --lcores 0@(0-1) \\\n"
    "             --vdev=net_memif0,role=server,id=0,socket=/tmp/x/memif.sock,socket-abstract=no'\n"
    "  a bad day: lost and reordered packets, a flaky order line, fills in pieces, slow options:\n"
    "    ... --drop 0.01 --reorder 0.01 --fix-drop-every-ms 4000 --split-fills 3 --delay-us option=5000\n"
    "\n"
    "Exit: 0 done, 1 the FIX queues could not be emptied at the end, 2 bad usage or a port that cannot be "
    "opened.\n";

std::vector<std::string> split_words(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// What is collected as text or in units of its own before it becomes configuration.
struct Raw {
    std::string eal;
    std::string families = "BTC";
    std::string delays;
    std::string fix_wire = "kernel";
    std::string address = "10.0.0.1/24";
    double short_expiry_s = 900.0;
    std::uint32_t option_fill_every_ms = 400;
    std::uint32_t snapshot_ms = 500;
    std::uint32_t step_us = 250;
    std::uint32_t delay_fills_us = 0;
    std::uint32_t switch_lines_ms = 0;
    std::string feed = "deribit";
    std::string account;
    std::vector<std::string> wrong_positions;
    std::vector<std::string> wrong_multipliers;
    std::vector<std::string> incidents;
    std::string incidents_from = "start";
    std::vector<std::string> initial_positions;
    std::uint32_t copy_delay_us = 0;
    std::uint64_t seed = 1;
};

void add_run(CLI::App& app, Options& o, Raw& raw) {
    auto* const group = app.add_option_group("Run");
    group->add_option("--seed", raw.seed, "the same seed gives the same market")->capture_default_str();
    group->add_option("--seconds", o.seconds, "length of the run; 0: until SIGINT or SIGTERM")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    group
        ->add_option("--quiesce-seconds", o.quiesce_seconds,
                     "no option fills and no jumps at the end of the run")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    group->add_option("--json", o.json, "summary, rewritten four times a second and at the end");
    group->add_option("--step-us", raw.step_us, "simulated time of one step")
        ->check(CLI::Range(50, 100'000))
        ->capture_default_str();
}

void add_market(CLI::App& app, Options& o, Raw& raw) {
    auto* const group = app.add_option_group("Market");
    group
        ->add_option("--families", raw.families,
                     "of BTC, ETH (inverse), BTC_USDC, ETH_USDC (linear); commas between")
        ->capture_default_str();
    group->add_option("--strikes", o.simulation.market.strikes, "per expiry")
        ->check(CLI::Range(1, 101))
        ->capture_default_str();
    group
        ->add_option("--short-expiry-seconds", raw.short_expiry_s,
                     "first expiry, from the start; 0: none so near")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    group->add_option("--jump-every-s", o.simulation.market.jump_every_s, "mean time between jumps; 0: none")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    group->add_option("--vol-scale", o.simulation.market.vol_scale, "multiplies the spot's volatility")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    group->add_option("--ticks-per-second", o.simulation.messages_per_second, "market data messages a second")
        ->check(CLI::Range(1.0, 1e6))
        ->capture_default_str();
    group->add_option("--snapshot-ms", raw.snapshot_ms, "length of one round of definitions and snapshots")
        ->check(CLI::Range(1, 600'000))
        ->capture_default_str();
    group
        ->add_option("--option-fill-every-ms", raw.option_fill_every_ms,
                     "mean time between option fills; 0: none")
        ->capture_default_str();
    group->add_option("--option-fill-coins", o.simulation.option_flow.max_coins, "largest option fill")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    group->add_option("--combo-share", o.simulation.option_flow.combo_share, "of the option fills, 0 to 1")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
}

void add_wires(CLI::App& app, Options& o, Raw& raw) {
    auto* const group = app.add_option_group("Wires");
    group->add_option("--eal", raw.eal, "DPDK EAL arguments in one string; without it no market data leaves");
    group->add_option("--feed", raw.feed, "format of the market data: deribit or starbase")
        ->check(CLI::IsMember({"deribit", "starbase"}))
        ->capture_default_str();
    group->add_option("--device", o.device, "ethdev to send on, e.g. net_memif0; default: the first port");
    group->add_option("--fix-port", o.fix.port, "TCP port on 127.0.0.1; 0: a free one, printed at the start")
        ->capture_default_str();
    group
        ->add_option("--fix", raw.fix_wire,
                     "kernel: sockets on 127.0.0.1; bypass: TCP on the port that market data leaves by, too")
        ->check(CLI::IsMember({"kernel", "bypass"}))
        ->capture_default_str();
    group->add_option("--address", raw.address, "of the port with --fix bypass, and its subnet")
        ->capture_default_str();
    group->add_option("--bypass-port", o.bypass_port, "TCP port there")
        ->check(CLI::Range(1, 65'535))
        ->capture_default_str();
    group->add_option("--fix-dir", o.fix.dir,
                      "message store: what is sent while the customer is away waits here");
    group->add_option("--fix-sender", o.fix.sender_comp_id, "the venue's CompID")->capture_default_str();
    group->add_option("--fix-target", o.fix.target_comp_id, "the customer's CompID")->capture_default_str();
    group->add_option("--fix-user", o.fix.username,
                      "Username (553) that a logon must bring; default: not checked");
    group->add_option("--fix-password", o.fix.password, "Password (554) that goes with it");
}

void add_account(CLI::App& app, Options& o, Raw& raw) {
    auto* const group = app.add_option_group("Second session of the account");
    group
        ->add_option(
            "--account", raw.account,
            "opens it by FIX.4.4 or FIXT.1.1 (FIX 5.0 SP2): a copy of all executions of the account; "
            "answers positions (AN), open orders (AF), equity and margin (BE)")
        ->check(CLI::IsMember({"FIX.4.4", "FIXT.1.1"}))
        ->take_last();
    group->add_option("--account-port", o.account.port, "TCP port on 127.0.0.1; 0: a free one, printed")
        ->capture_default_str();
    group->add_option("--account-dir", o.account.dir,
                      "its message store; default: that of --fix-dir, -account");
    group->add_option("--account-target", o.account.target_comp_id, "the customer's CompID on it")
        ->default_str("HEDGER-ACCOUNT");
    group->add_option("--account-user", o.account.username,
                      "Username (553) that its logon must bring; default: not checked");
    group->add_option("--account-password", o.account.password, "Password (554) that goes with it");
    group->add_option("--deposit", o.desk.deposit, "in each wallet, beside what trading brings")
        ->capture_default_str();
    group->add_option("--initial-position", raw.initial_positions,
                      "SYMBOL=CONTRACTS, what the account holds at the start");
    AccountDeskConfig& d = o.desk;
    group->add_option("--copy-lose-every", d.lose_copy_every, "fault: every so-many-th fill is not copied");
    group->add_option("--report-lose-every", d.lose_report_every,
                      "fault: every so-many-th fill is not told on the order session, if it was copied");
    group->add_option("--copy-twice-every", d.copy_twice_every,
                      "fault: every so-many-th fill is copied twice");
    group->add_option("--copy-delay-us", raw.copy_delay_us, "fault: fills are copied that much later");
    group->add_option("--bust-every", d.bust_every,
                      "every so-many-th fill is taken back after 300 ms (150=H)");
    group->add_option("--correct-every", d.correct_every,
                      "every so-many-th fill is corrected by one tick after 300 ms (150=G)");
    group->add_option("--wrong-multiplier", raw.wrong_multipliers,
                      "fault: SYMBOL=SIZE, told as its contract multiplier (231)");
    group->add_option("--wrong-position", raw.wrong_positions,
                      "fault: SYMBOL=CONTRACTS, added to the position that is reported");
}

void add_matching(CLI::App& app, Options& o, Raw& raw) {
    auto* const group = app.add_option_group("Matching");
    group->add_option("--delay-us", raw.delays,
                      "speed bump for aggressive orders by kind, e.g. perpetual=0,future=0,option=1000");
    group
        ->add_option("--price-band", o.simulation.venue.price_band,
                     "of futures and perpetuals around the mark")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
}

void add_faults(CLI::App& app, Options& o, Raw& raw) {
    auto* const group = app.add_option_group("Faults");
    PacketFaultConfig& packets = o.simulation.packet_faults;
    const auto probability = CLI::Range(0.0, 1.0);
    group->add_option("--drop", packets.drop, "probability that a packet is lost")->check(probability);
    group->add_option("--duplicate", packets.duplicate, "probability that a packet comes twice")
        ->check(probability);
    group->add_option("--reorder", packets.reorder, "probability that a packet comes after its successor")
        ->check(probability);
    group->add_option("--switch-lines-ms", raw.switch_lines_ms,
                      "Starbase: the other line takes over that often; 0: never");
    group->add_option("--fix-drop-every-ms", o.fix_drop_every_ms, "cut the FIX connection that often");
    group
        ->add_option("--reject", o.simulation.venue.reject_probability,
                     "probability that an order is refused")
        ->check(probability);
    group->add_option("--delay-fills-us", raw.delay_fills_us, "fills are reported that much later");
    group->add_flag("--lot-fills", o.simulation.venue.lot_fills, "a fill comes one lot at a time");
    group->add_option("--split-fills", o.simulation.venue.split_fills, "a fill comes in up to so many parts")
        ->check(CLI::Range(1, 100));
}

void add_incidents(CLI::App& app, Raw& raw) {
    auto* const group = app.add_option_group("Incidents");
    group->add_option(
        "--incident", raw.incidents,
        "KIND@AT_S[+FOR_S][=VALUE], any number of them. gap=0.08: prices jump by that much at once; crossed: "
        "the perpetual's book is; feed-dead: no packet leaves; halt: the perpetual is not open; "
        "outside-band=-0.01: its price band is that far from the market; thin: one lot a level; reject-all; "
        "margin-reject; block=20: a delta-neutral block of the quoting engine, its legs told 20 ms apart; "
        "invert-fills: reports tell the opposite side; fill=2, options=2, itm-call=2: the quoting engine "
        "buys "
        "that many coins of the perpetual, of calls at the money, of the first expiry's deepest call; empty: "
        "the perpetual's book is; fix-dead: the order session is cut off");
    group
        ->add_option("--incidents-from", raw.incidents_from,
                     "their times count from: start, or logon (of the customer, the first)")
        ->check(CLI::IsMember({"start", "logon"}))
        ->capture_default_str();
}

/// "10.0.0.1/24".
bool parse_address(const std::string& text, Options& o) {
    const auto slash = text.find('/');
    in_addr address{};
    unsigned bits = 0;
    const char* const end = text.data() + text.size();
    if (slash == std::string::npos || inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1)
        return false;
    const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
    if (error != std::errc{} || stop != end || bits > 32) return false;
    o.address = ntohl(address.s_addr);
    o.prefix_length = static_cast<std::uint8_t>(bits);
    return true;
}

bool parse_position(const std::string& text, std::map<std::string, Qty>& positions) {
    const auto equals = text.find('=');
    const auto qty = equals == std::string::npos ? std::nullopt : parse_decimal(text.substr(equals + 1));
    if (qty) positions[text.substr(0, equals)] = Qty::from_nanos(*qty);
    return qty.has_value();
}

std::string apply_account(const Raw& raw, Options& o) {
    o.has_account = !raw.account.empty();
    o.account.sender_comp_id = o.fix.sender_comp_id;
    o.account.served = {"AN", "AF", "BE", "x"};
    if (o.account.dir.empty()) o.account.dir = o.fix.dir + "-account";
    if (o.has_account) o.account.begin_string = raw.account;
    o.desk.copy_delay = Nanos::from_us(raw.copy_delay_us);
    for (const std::string& text : raw.wrong_positions) {
        if (!parse_position(text, o.desk.wrong_position))
            return "--wrong-position: '" + text + "' is not SYMBOL=CONTRACTS";
    }
    for (const std::string& text : raw.wrong_multipliers) {
        if (!parse_position(text, o.desk.wrong_multiplier))
            return "--wrong-multiplier: '" + text + "' is not SYMBOL=SIZE";
    }
    for (const std::string& text : raw.initial_positions) {
        if (!parse_position(text, o.initial_positions))
            return "--initial-position: '" + text + "' is not SYMBOL=CONTRACTS";
    }
    return o.has_account && o.account.target_comp_id == o.fix.target_comp_id
               ? "--account-target: each session needs a CompID of its own"
               : "";
}

std::string apply_incidents(const Raw& raw, SimulationConfig& s) {
    s.incidents_wait = raw.incidents_from == "logon";
    for (const std::string& text : raw.incidents) {
        const auto incident = parse_incident(text);
        if (!incident) return "--incident: '" + text + "' is not KIND@AT_S[+FOR_S][=VALUE]; see --help";
        const bool of_deribit =
            incident->kind == IncidentKind::crossed || incident->kind == IncidentKind::halt;
        if (of_deribit && s.feed != FeedFormat::deribit)
            return "--incident: " + std::string(to_string(incident->kind)) + " is for --feed deribit";
        s.incidents.push_back(*incident);
    }
    return {};
}

std::string apply(const Raw& raw, Options& o) {
    SimulationConfig& s = o.simulation;
    o.eal = split_words(raw.eal);
    s.market.seed = s.venue.seed = s.option_flow.seed = s.packet_faults.seed = raw.seed;
    s.market.short_expiry = Nanos::from_ns(static_cast<std::int64_t>(raw.short_expiry_s * 1e9));
    s.option_flow.every = Nanos::from_ms(raw.option_fill_every_ms);
    s.snapshot_period = Nanos::from_ms(raw.snapshot_ms);
    s.step = Nanos::from_us(raw.step_us);
    s.feed = raw.feed == "starbase" ? FeedFormat::starbase : FeedFormat::deribit;
    s.switch_lines_every = Nanos::from_ms(raw.switch_lines_ms);
    o.fill_delay = Nanos::from_us(raw.delay_fills_us);
    s.market.families.clear();
    std::istringstream names(raw.families);
    for (std::string name; std::getline(names, name, ',');) {
        if (!Market::known_family(name))
            return "--families: '" + name + "' is none of BTC, ETH, BTC_USDC, ETH_USDC";
        s.market.families.push_back(name);
    }
    if (s.market.families.empty()) return "--families: at least one";
    if (!parse_address(raw.address, o)) return "--address: '" + raw.address + "' is not like 10.0.0.1/24";
    if (raw.fix_wire == "bypass") o.fix_wire = FixWire::bypass;
    if (o.fix_wire == FixWire::bypass && o.eal.empty()) return "--fix bypass needs a port: --eal";
    if (o.fix.dir.empty()) return "--fix-dir is needed: a directory for the FIX message store";
    const std::string account = apply_account(raw, o);
    if (!account.empty()) return account;
    const std::string incidents = apply_incidents(raw, s);
    if (!incidents.empty()) return incidents;
    return raw.delays.empty() ? std::string{} : parse_delays(raw.delays, s.venue);
}

}  // namespace

std::string parse_delays(const std::string& text, VenueConfig& venue) {
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto equals = part.find('=');
        const std::string kind = part.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : part.substr(equals + 1);
        std::int64_t us = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), us);
        if (value.empty() || error != std::errc{} || end != value.data() + value.size() || us < 0 ||
            us > 60'000'000) {
            return "--delay-us: '" + part + "' is not KIND=MICROSECONDS (0 to 60000000)";
        }
        if (kind == "perpetual") {
            venue.delay_perpetual = Nanos::from_us(us);
        } else if (kind == "future") {
            venue.delay_future = Nanos::from_us(us);
        } else if (kind == "option") {
            venue.delay_option = Nanos::from_us(us);
        } else {
            return "--delay-us: kind '" + kind + "' is none of perpetual, future, option";
        }
    }
    return {};
}

int parse_options(int argc, const char* const* argv, Options& options) {
    CLI::App app(kAbout, "hedgewire-exchange");
    app.footer(kExamples);
    Raw raw;
    options.account.target_comp_id = "HEDGER-ACCOUNT";
    add_run(app, options, raw);
    add_market(app, options, raw);
    add_wires(app, options, raw);
    add_account(app, options, raw);
    add_matching(app, options, raw);
    add_faults(app, options, raw);
    add_incidents(app, raw);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    const std::string wrong = apply(raw, options);
    if (wrong.empty()) return -1;
    std::cerr << "hedgewire-exchange: " << wrong << "\n";
    return 2;
}

}  // namespace hw::exchange
