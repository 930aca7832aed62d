#include <unistd.h>

#include <filesystem>
#include <memory>

#include "bench/fix_contestants.h"
#include "bench/machine.h"
#include "core/clock.h"
#include "fix/fast_receiver.h"
#include "fix/fast_sender.h"
#include "fix/session.h"
#include "tests/fix/direct_link.h"

namespace hw::bench {

namespace {

using namespace hw::fix;
using pricing::SimdLevel;

constexpr std::size_t kPasses = 64;
constexpr InstrumentId kHedge{0};

/// In memory where the machine has a file system for that.
class ScratchStores {
  public:
    ScratchStores() {
        std::error_code ignored;
        std::filesystem::create_directories(dir_, ignored);
    }
    ~ScratchStores() {
        std::error_code ignored;
        std::filesystem::remove_all(dir_, ignored);
    }
    ScratchStores(const ScratchStores&) = delete;
    ScratchStores& operator=(const ScratchStores&) = delete;
    std::string operator/(const std::string& name) const { return (dir_ / name).string(); }

  private:
    const std::filesystem::path dir_ =
        memory_folder() / ("hedgewire-fix-bench-" + std::to_string(::getpid()));
};

/// Notes when the session hands it a message.
class TimingSink {
  public:
    explicit TimingSink(test::DirectLink& link) : link_(link) {}
    bool send(const char* data, std::size_t size) {
        at_ns = fix_clock_ns();
        return link_.send(data, size);
    }
    void close() {}
    bool rehearse(const char*, std::size_t size) { return size != 0; }

    std::int64_t at_ns = 0;

  private:
    test::DirectLink& link_;
};

struct CountingEvents {
    Event& stage(EventType type, InstrumentId instrument, Nanos venue_time) {
        event = Event{};
        event.header.type = type;
        event.header.instrument = instrument;
        event.header.venue_time = venue_time;
        return event;
    }
    void flush() { count += event.header.type == EventType::execution; }
    Event event;
    std::uint64_t count = 0;
};

SessionConfig config_in(const std::string& store_dir) {
    SessionConfig config;
    config.sender_comp_id = "HEDGER";
    config.target_comp_id = "VENUE";
    config.account = SampleOrder().account;
    config.heartbeat_s = 3'600;
    config.store_dir = store_dir;
    return config;
}

std::unique_ptr<InstrumentTable> table() {
    auto made = std::make_unique<InstrumentTable>();
    Instrument perpetual;
    perpetual.symbol = *Symbol::from(SampleOrder().symbol);
    perpetual.kind = Kind::perpetual;
    perpetual.feed_id = 1;
    InstrumentId id;
    made->add(perpetual, &id);
    return made;
}

Action order(std::uint64_t n) {
    const SampleOrder sample;
    Action action;
    action.header.type = ActionType::new_order;
    action.header.instrument = kHedge;
    NewOrder& o = action.payload.new_order;
    o.order = OrderId::make(1, n, 0);
    o.qty = *Qty::from_double(sample.quantity + static_cast<double>(n % 64));
    o.limit = *Price::from_double(sample.price + 0.5 * static_cast<double>(n % 64));
    return action;
}

/// A session that is up, with its far end at hand.
struct Desk {
    explicit Desk(const std::string& store_dir, std::string& error) {
        session = OrderSession::create(config_in(store_dir), {}, *instruments, EventSinkRef{events},
                                       process_clock.wall(), error);
        if (!session) return;
        if (!link.come_up(*session, process_clock.wall(), ByteSinkRef{sink}))
            error = "our session does not come up";
        link.keeps = false;
        session->prepare(kHedge);
    }
    std::unique_ptr<InstrumentTable> instruments = table();
    CountingEvents events;
    test::DirectLink link;
    TimingSink sink{link};
    std::unique_ptr<OrderSession> session;
    std::uint64_t orders = 0;
};

/// What all of them live on.
struct Ground {
    ScratchStores stores;
    std::unique_ptr<Desk> desk;
};

void add_encoding(std::vector<FixContestant>& all) {
    std::string error;
    const auto instruments = std::make_shared<std::unique_ptr<InstrumentTable>>(table());
    const std::shared_ptr<Dialect> dialect = make_dialect(config_in("none"), {}, error);
    const auto writer = std::make_shared<OrderWriter>(config_in("none"), *dialect, **instruments);
    std::vector<TextField> body;
    const char* const type = writer->write(order(1), Nanos{}, body);
    const auto laid = std::make_shared<OrderTemplate>();
    laid->lay("HEDGER", "VENUE", type, body);
    const auto sequence = std::make_shared<std::uint32_t>(1'000);
    const auto out = std::make_shared<std::array<char, MessageStore::kMaxMessage>>();
    all.push_back({"encode", kPasses, nullptr,
                   [=] {
                       TimestampText now;
                       std::uint64_t bytes = 0;
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           OrderBlanks blanks;
                           blanks.sequence = ++*sequence;
                           blanks.order = OrderId::make(1, *sequence, 0);
                           blanks.qty = Qty::from_units(1'250 + *sequence % 64);
                           blanks.price = Price::from_nanos(64'250 * kNano + *sequence % 64 * (kNano / 2));
                           blanks.side = '1';
                           blanks.time_in_force = '3';
                           now.set(process_clock.wall());
                           bytes += laid->write(out->data(), blanks, now);
                       }
                       return bytes;
                   },
                   nullptr});
}

void add_sending(std::vector<FixContestant>& all, const std::shared_ptr<Ground>& ground) {
    Desk& desk = *ground->desk;
    const auto actions = std::make_shared<std::vector<Action>>();
    const auto make_actions = [ground, actions, &desk] {
        actions->clear();
        for (std::size_t n = 0; n < kPasses; ++n) actions->push_back(order(++desk.orders));
    };
    const auto timed = [ground, actions, &desk](bool walks) {
        return [ground, actions, &desk, walks](std::vector<double>& ns) {
            for (const Action& action : *actions) {
                if (walks) {
                    desk.session->rehearse(process_clock.wall());
                    rest_a_microsecond();
                }
                const std::int64_t begin = fix_clock_ns();
                desk.session->send(action, process_clock.wall());
                ns.push_back(static_cast<double>(desk.sink.at_ns - begin));
            }
        };
    };
    all.push_back({"send", kPasses, make_actions, nullptr, timed(true)});
    all.push_back({"send_back_to_back", kPasses, make_actions, nullptr, timed(false)});
    all.push_back({"send_and_complete", kPasses, make_actions,
                   [ground, actions, &desk] {
                       for (const Action& action : *actions) desk.session->send(action, process_clock.wall());
                       return desk.link.bytes;
                   },
                   nullptr});
    all.push_back({"poll", kPasses, nullptr,
                   [ground, &desk] {
                       for (std::size_t n = 0; n < kPasses; ++n) desk.session->poll(process_clock.wall());
                       return desk.link.bytes;
                   },
                   nullptr});
    all.push_back({"rehearse", kPasses, nullptr,
                   [ground, &desk] {
                       for (std::size_t n = 0; n < kPasses; ++n) desk.session->rehearse(process_clock.wall());
                       return desk.link.bytes;
                   },
                   nullptr});
    const auto reports = std::make_shared<std::vector<std::string>>();
    const auto make_reports = [ground, reports, &desk] {
        desk.session->tidy();
        reports->clear();
        for (std::size_t n = 0; n < kPasses; ++n)
            reports->push_back(desk.link.next_message("8", process_clock.wall(), sample_report()));
    };
    const auto hear_reports = [ground, reports, &desk] {
        for (const std::string& report : *reports)
            desk.session->on_bytes(report.data(), report.size(), process_clock.wall());
        return desk.events.count;
    };
    all.push_back({"receive", kPasses, make_reports, hear_reports, nullptr});
}

void add_parsing(std::vector<FixContestant>& all, SimdLevel level) {
    const std::string suffix = level == best_scan_level() ? "" : "_" + std::string(to_string(level));
    const std::string text = test::DirectLink().message("8", 1'000, process_clock.wall(), sample_report());
    all.push_back({"parse" + suffix, kPasses, nullptr,
                   [text, level] {
                       std::array<FieldView, 64> fields;
                       std::uint64_t sum = 0;
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           Scan scan;
                           scan_function(level)(text.data(), text.size() - kScanSlack, fields.data(),
                                                fields.size(), scan);
                           sum += scan.sum + static_cast<std::uint64_t>(fields[n % 16].tag);
                       }
                       return sum;
                   },
                   nullptr});
    const auto receiver = std::make_shared<FastReceiver>(config_in("none"), level);
    all.push_back({"parse_and_check" + suffix, kPasses, nullptr,
                   [text, receiver] {
                       std::uint64_t fields = 0;
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           InboundMessage message;
                           fields += receiver->read(text, 1'000, process_clock.wall(), message);
                       }
                       return fields;
                   },
                   nullptr});
}

}  // namespace

std::vector<FixContestant> our_fix_contestants(std::string& error) {
    const auto ground = std::make_shared<Ground>();
    ground->desk = std::make_unique<Desk>(ground->stores / "session", error);
    if (!error.empty()) return {};
    std::vector<FixContestant> all;
    add_encoding(all);
    add_sending(all, ground);
    for (const SimdLevel level : {SimdLevel::avx512, SimdLevel::avx2, SimdLevel::scalar}) {
        if (level <= best_scan_level()) add_parsing(all, level);
    }
    return all;
}

}  // namespace hw::bench
