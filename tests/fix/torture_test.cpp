// Many orders through a session to which everything happens: losses both ways, damage, connections that break
// in the middle of a message, silences, restarts on the same store. The other side is QuickFIX's own
// acceptor, which fills every order it gets. Orders: HW_TORTURE_ORDERS; seed: HW_FUZZ_SEED.
#include <gtest/gtest.h>

#include <set>
#include <unordered_map>

#include "fix/message_store_reader.h"
#include "tests/fix/harness.h"
#include "tests/net/fuzz.h"

namespace hw::fix::test {
namespace {

class Torture : public ::testing::Test {
  protected:
    static std::string text(OrderId order) {
        const auto digits = order.to_text();
        return {digits.data(), digits.size()};
    }
    bool happens(unsigned one_in) { return random() % one_in == 0; }

    void restart() {
        take_events();
        count_session();
        hedger.reset();
        hedger = std::make_unique<Hedger>(config, port);
        ++restarts;
    }
    /// Moves what the session said into the totals, so that nothing grows without end.
    void take_events() {
        for (const Event& event : hedger->events.events) {
            const auto& payload = event.payload;
            if (event.header.type == EventType::execution)
                ++booked[std::string(payload.execution.exec_id.view())];
            if (event.header.type == EventType::order_unsent) unsent.insert(text(payload.order_unsent.order));
            if (event.header.type == EventType::order_update)
                unknown.insert(text(payload.order_update.order));
        }
        hedger->events.events.clear();
    }
    void count_session() {
        const Counters& counters = hedger->session->counters();
        logons += counters.logons;
        gaps += counters.gaps;
        replayed += counters.orders_replayed;
        gap_filled += counters.orders_gap_filled;
    }
    void keep_connected() {
        if (hedger->session->attached() || hedger->socket.state() != net::KernelSocket::State::closed) return;
        if (!venue->logged_on()) hedger->connect();
    }
    void misfortune() {
        if (happens(150)) hedger->lose_outgoing = 1;
        if (happens(150)) hedger->corrupt_incoming = 1;
        if (happens(500)) hedger->cut_outgoing = true;
        if (happens(500)) hedger->cut_incoming = true;
        if (happens(700)) hedger->break_connection();
        if (happens(700)) restart();
        if (happens(5'000)) hedger->run_for(Nanos::from_ms(1'100));  // heartbeats, and orders get stale
    }
    void send_something() {
        const OrderId order = OrderId::make(1, ++last, 0);
        const auto side = happens(2) ? Side::buy : Side::sell;
        auto& session = *hedger->session;
        if (happens(50)) {
            session.send(cancel_order(order, OrderId::make(1, last - 1, 0), side, Qty::from_units(1)),
                         wall_clock());
        } else if (happens(500)) {
            session.send(happens(2) ? mass_cancel(order) : settle_orders(order), wall_clock());
        } else if (session.send(new_order(order, side, Qty::from_units(1), Price::from_units(5)),
                                wall_clock())) {
            sent.insert(text(order));
        }
    }
    /// No more misfortune: everything has to come to an agreement.
    bool settle() {
        hedger->lose_outgoing = hedger->corrupt_incoming = 0;
        hedger->cut_outgoing = hedger->cut_incoming = false;
        return hedger->run_until([&] {
            keep_connected();
            take_events();
            return hedger->session->up() && booked.size() == venue->exec_ids().size() &&
                   venue->next_target() == static_cast<int>(numbers().next_sender()) &&
                   venue->next_sender() == static_cast<int>(numbers().next_target());
        });
    }
    MessageStoreReader numbers() const {
        std::string error;
        auto reader = MessageStoreReader::open(config.store_dir, error);
        if (!reader) throw std::runtime_error(error);
        return std::move(*reader);
    }

    const std::uint64_t seed = net::fuzz_seed();
    std::mt19937_64 random{seed};
    ScratchDir dir;
    std::uint16_t port = free_port();
    std::unique_ptr<StockAcceptor> venue = StockAcceptor::start(port, dir.path());
    SessionConfig config = [this] {
        SessionConfig c = make_config(dir / "store");
        c.store_slots = 65'536;
        c.order_time_to_live = Nanos::from_ms(20);  // so that a reconnection makes some stale
        return c;
    }();
    std::unique_ptr<Hedger> hedger = std::make_unique<Hedger>(config, port);
    std::unordered_map<std::string, int> booked;  ///< how often each ExecID was
    std::set<std::string> sent, unsent, unknown;
    std::uint64_t last = 0, restarts = 0, logons = 0, gaps = 0, replayed = 0, gap_filled = 0;
};

TEST_F(Torture, EveryOrderAtMostOnceEveryFillExactlyOnceAndTheNumbersAgree) {
    const std::uint64_t orders = net::environment_number("HW_TORTURE_ORDERS", 5'000);
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    SCOPED_TRACE("HW_FUZZ_SEED=" + std::to_string(seed));
    venue->execute_orders();
    ASSERT_TRUE(hedger->come_up());
    while (sent.size() < orders) {
        keep_connected();
        for (auto burst = hedger->session->up() ? random() % 8 : 0; burst > 0; --burst) {
            misfortune();
            send_something();
        }
        hedger->step();
        if (last % 1'024 == 0) take_events();
    }
    ASSERT_TRUE(settle()) << hedger->session->last_note() << "; booked " << booked.size() << " of "
                          << venue->exec_ids().size() << ", ours " << numbers().next_sender() << " "
                          << numbers().next_target() << ", theirs " << venue->next_target() << " "
                          << venue->next_sender();
    count_session();

    const auto executed = venue->executed();
    for (const auto& [order, times] : executed) {
        EXPECT_EQ(times, 1) << order;
        EXPECT_TRUE(sent.contains(order)) << order << " was never sent";
        EXPECT_FALSE(unsent.contains(order)) << order << " was said to be unsent";
    }
    for (const std::string& order : sent)
        EXPECT_TRUE(executed.contains(order) || unsent.contains(order) || unknown.contains(order))
            << order << " was lost without a word";
    for (const std::string& fill : venue->exec_ids()) {
        const auto found = booked.find(fill);
        EXPECT_EQ(found == booked.end() ? 0 : found->second, 1) << fill;
    }
    std::printf(
        "%zu orders, %zu executed, %zu unsent, %zu unknown; %llu logons, %llu restarts, %llu gaps, %llu "
        "replayed, %llu gap-filled\n",
        sent.size(), executed.size(), unsent.size(), unknown.size(), static_cast<unsigned long long>(logons),
        static_cast<unsigned long long>(restarts), static_cast<unsigned long long>(gaps),
        static_cast<unsigned long long>(replayed), static_cast<unsigned long long>(gap_filled));
    EXPECT_GT(executed.size(), orders / 2);
}

}  // namespace
}  // namespace hw::fix::test
