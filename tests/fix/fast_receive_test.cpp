// Reports read past QuickFIX end as those that went through it: two sessions hear the same, one of them with
// the fast path, and have to agree on Events, counters, answers and sequence numbers. Iterations:
// HW_FUZZ_ITERATIONS.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>

#include "fix/framing.h"
#include "fix/message_store.h"
#include "tests/fix/direct_link.h"
#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

/// One of the two.
struct Listener {
    Listener(const SessionConfig& config, const InstrumentTable& table, Nanos now) {
        std::string error;
        session = OrderSession::create(config, {"me", "hidden"}, table, EventSinkRef{events}, now, error);
        if (session == nullptr) throw std::runtime_error(error);
    }
    void hear(std::string_view bytes, Nanos now) { session->on_bytes(bytes.data(), bytes.size(), now); }

    Collector events;
    DirectLink link;
    std::unique_ptr<OrderSession> session;
};

bool same_event(const Event& a, const Event& b) { return std::memcmp(&a, &b, sizeof(Event)) == 0; }

/// What a session said, without when.
std::string spoken(const std::string& message) {
    std::string text = message;
    for (const int tag : {9, 10, 52, 96, 554, 122}) {
        const std::string key = "\x01" + std::to_string(tag) + "=";
        const auto at = text.find(key);
        if (at != std::string::npos) text.erase(at, text.find('\x01', at + 1) - at);
    }
    return text;
}

class Pair {
  public:
    explicit Pair(DialectKind dialect) {
        config_ = make_config(dir_ / "fast");
        config_.dialect = dialect;
        config_.heartbeat_s = 3'600;
        const Nanos now = wall_clock();
        fast_ = std::make_unique<Listener>(config_, *instruments_, now);
        SessionConfig slow = config_;
        slow.store_dir = dir_ / "slow";
        slow.fast_path = false;
        slow_ = std::make_unique<Listener>(slow, *instruments_, now);
        come_up();
    }

    void come_up() {
        const Nanos now = wall_clock();
        EXPECT_EQ(fast_->link.come_up(*fast_->session, now), slow_->link.come_up(*slow_->session, now));
        forget_answers();
    }
    /// Both hear `bytes`, cut at the same places; resend requests are answered.
    void hear(std::string_view bytes, std::size_t piece) {
        const Nanos now = wall_clock();
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            for (Listener* const l : {fast_.get(), slow_.get()}) l->hear(bytes.substr(at, piece), now);
        }
        for (Listener* const l : {fast_.get(), slow_.get()}) l->link.answer(*l->session, now);
        compare();
        if (!fast_->session->up()) come_up();
    }
    void compare() {
        ASSERT_EQ(fast_->session->up(), slow_->session->up());
        ASSERT_EQ(fast_->session->attached(), slow_->session->attached());
        ASSERT_EQ(fast_->events.events.size(), slow_->events.events.size());
        for (; compared_ < fast_->events.events.size(); ++compared_)
            ASSERT_TRUE(same_event(fast_->events.events[compared_], slow_->events.events[compared_]));
        ASSERT_EQ(fast_->events.flushed, slow_->events.flushed);
        ASSERT_EQ(fast_->link.next, slow_->link.next);
        ASSERT_EQ(fast_->link.heard.size(), slow_->link.heard.size());
        for (std::size_t i = 0; i < fast_->link.heard.size(); ++i)
            ASSERT_EQ(spoken(fast_->link.heard[i]), spoken(slow_->link.heard[i]));
        forget_answers();
        compare_counters();
    }
    std::string next_report(const std::string& fields) {
        slow_->link.next++;
        return fast_->link.next_message("8", wall_clock(), fields);
    }
    std::uint32_t next() const { return fast_->link.next; }
    const Counters& counters() const { return fast_->session->counters(); }
    std::size_t events() const { return fast_->events.events.size(); }
    DirectLink& link() { return fast_->link; }
    /// A number that both leave out.
    void skip() { ++fast_->link.next, ++slow_->link.next; }

    /// Ends both; the sequence numbers that they leave behind.
    void compare_stores() {
        fast_.reset();
        slow_.reset();
        std::string error;
        const auto open = [&](const std::string& name) {
            return MessageStore::open(dir_ / name, "HEDGER->VENUE", config_.store_slots, Nanos{}, error);
        };
        const auto fast = open("fast"), slow = open("slow");
        ASSERT_TRUE(fast != nullptr && slow != nullptr) << error;
        EXPECT_EQ(fast->next_target(), slow->next_target());
        EXPECT_EQ(fast->next_sender(), slow->next_sender());
    }

  private:
    void forget_answers() {
        for (DirectLink* const link : {&fast_->link, &slow_->link}) link->heard.clear(), link->answered = 0;
    }
    void compare_counters() {
        std::vector<std::uint64_t> expected;
        visit_counters(slow_->session->counters(),
                       [&](auto, std::uint64_t value, auto) { expected.push_back(value); });
        std::size_t i = 0;
        visit_counters(fast_->session->counters(), [&](std::string_view name, std::uint64_t value, auto) {
            const bool by_way = name == "received_fast" || name == "sent_fast";
            EXPECT_TRUE(by_way || value == expected[i]) << name << ": " << value << ", " << expected[i];
            ++i;
        });
        const auto& a = fast_->session->framing_counters();
        const auto& b = slow_->session->framing_counters();
        EXPECT_EQ(std::memcmp(&a, &b, sizeof a), 0) << "framing";
    }

    ScratchDir dir_;
    std::unique_ptr<InstrumentTable> instruments_ = make_instruments();
    SessionConfig config_;
    std::unique_ptr<Listener> fast_, slow_;
    std::size_t compared_ = 0;
};

using Body = std::vector<std::pair<int, std::string>>;

std::string text_of(const Body& body) {
    std::string text;
    for (const auto& [tag, value] : body) text += std::to_string(tag) + "=" + value + "|";
    return text;
}

class Reports {
  public:
    explicit Reports(std::uint64_t seed) : random_(seed) {}
    std::uint64_t below(std::uint64_t n) { return random_() % n; }

    Body body() {
        const auto of = [&](std::initializer_list<const char*> all) {
            return std::string(all.begin()[below(all.size())]);
        };
        Body b = {{37, "V" + std::to_string(below(1'000))},
                  {11, of({"0001000000000700", "0001000000000801", "x", "somebody-else"})},
                  {17, "E" + std::to_string(below(100'000))},
                  {150, of({"F", "F", "F", "0", "4", "8", "1", "2", "I", "A", "C", "G"})},
                  {39, of({"0", "1", "2", "4", "8", "C", "A"})},
                  {55, of({"BTC-PERPETUAL", "BTC-OPT", "UNKNOWN"})},
                  {54, of({"1", "2", "5"})},
                  {38, number()},
                  {32, number()},
                  {31, number()},
                  {14, number()},
                  {151, number()},
                  {6, number()}};
        if (below(2) == 0) b.push_back({41, of({"0001000000000700", "0001000000000900"})});
        if (below(4) != 0)
            b.push_back({60, "20260102-03:04:05" + of({"", ".1", ".123", ".123456", ".123456789"})});
        if (below(3) == 0) b.push_back({12, number()}), b.push_back({13, of({"3", "1"})});
        if (below(4) == 0)
            b.push_back({442, of({"1", "2", "3"})}), b.push_back({527, "G1"}), b.push_back({5527, "2"});
        if (below(6) == 0) b.push_back({103, std::to_string(below(100))});
        if (below(6) == 0) b.push_back({58, "some words=with signs, in them"});
        if (below(5) == 0) b.push_back({100010, "hedgewire"});
        if (below(5) == 0)
            b.push_back({854, "1"}), b.push_back({231, "10"});  // the first is not in the dictionary
        if (below(8) == 0) b.push_back({912, of({"Y", "N"})}), b.push_back({911, std::to_string(below(3))});
        if (below(8) == 0) b.push_back({584, "0001000000000900"});
        if (below(3) == 0) std::shuffle(b.begin(), b.end(), random_);
        return b;
    }

    /// One thing about it is not as it should be, or unusual.
    void mutate(Body& b) {
        static const std::vector<std::pair<int, std::string>> kOdd = {{43, "Y"},
                                                                      {43, "N"},
                                                                      {97, "Y"},
                                                                      {122, "20260102-03:04:05"},
                                                                      {1362, "1"},
                                                                      {1363, "F1"},
                                                                      {382, "2"},
                                                                      {375, "BROKER"},
                                                                      {453, "1"},
                                                                      {448, "P"},
                                                                      {555, "1"},
                                                                      {95, "3"},
                                                                      {96, "a|b"},
                                                                      {93, "2"},
                                                                      {89, "zz"},
                                                                      {10, "000"},
                                                                      {8, "FIX.4.4"},
                                                                      {35, "8"},
                                                                      {34, "7"},
                                                                      {49, "VENUE"},
                                                                      {52, "20260102-03:04:05"},
                                                                      {115, "OTHER"},
                                                                      {128, "OTHER"},
                                                                      {57, "DESK"},
                                                                      {50, "GATE"},
                                                                      {369, "12"},
                                                                      {369, "x"},
                                                                      {9001, "Y"},
                                                                      {9001, "maybe"},
                                                                      {5001, "own"},
                                                                      {20'000, "own"},
                                                                      {20'000, "own"},
                                                                      {75, "20260102"},
                                                                      {75, "?"},
                                                                      {797, "Y"},
                                                                      {797, "?"},
                                                                      {18, "6 A"},
                                                                      {442, "33"},
                                                                      {59, "1"},
                                                                      {59, "12"},
                                                                      {99, "1e5"},
                                                                      {31, ".5"},
                                                                      {32, "1."},
                                                                      {14, "-1"},
                                                                      {38, "+1"},
                                                                      {103, "-"},
                                                                      {103, "99999999999"},
                                                                      {60, "20261302-03:04:05"},
                                                                      {60, "20260231-03:04:05"},
                                                                      {60, "20260102-03:04:60"},
                                                                      {60, "20260102-03:04"}};
        const std::size_t at = below(b.size());
        switch (below(8)) {
            case 0:
                b.erase(b.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 1:
                b.push_back(b[at]);
                break;
            case 2:
                b[at].second.clear();
                break;
            case 3:
                b[at].second = garbage();
                break;
            case 4:
                b[at].first = static_cast<int>(below(1'500));
                break;
            case 5:
                b[at].second += static_cast<char>(' ' + below(90));
                break;
            default:
                b.insert(b.begin() + static_cast<std::ptrdiff_t>(at), kOdd[below(kOdd.size())]);
        }
    }
    std::string number() {
        std::string s = std::to_string(below(3) == 0 ? 0 : below(1'000'000));
        if (below(2) == 0) s += "." + std::to_string(below(10'000));
        if (below(30) == 0) s += ".0000000001";
        return s;
    }
    std::string garbage() {
        std::string s;
        for (std::uint64_t n = below(6); n > 0; --n) s += "0123456789.-+eYNA x="[below(20)];
        return s;
    }

  private:
    std::mt19937_64 random_;
};

std::uint64_t iterations() {
    const char* const text = std::getenv("HW_FUZZ_ITERATIONS");
    return text == nullptr ? 6'000 : std::strtoull(text, nullptr, 10);
}

class FastReceive : public ::testing::TestWithParam<DialectKind> {};

TEST_P(FastReceive, EndsAsIfItHadGoneThroughQuickFix) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Reports reports(seed);
    Pair pair(GetParam());
    for (std::uint64_t n = 0; n < iterations() && !HasFailure(); ++n) {
        std::string bytes;
        for (std::uint64_t together = 1 + reports.below(3); together > 0; --together) {
            Body body = reports.body();
            if (reports.below(2) == 0) reports.mutate(body);
            if (reports.below(60) == 0) pair.skip();
            std::string message = pair.next_report(text_of(body));
            if (reports.below(25) == 0)
                message[reports.below(message.size())] ^= static_cast<char>(1 << reports.below(7));
            if (reports.below(60) == 0) message.resize(reports.below(message.size()));
            bytes += message;
        }
        SCOPED_TRACE(bytes);
        pair.hear(bytes, reports.below(4) == 0 ? 1 + reports.below(200) : bytes.size());
    }
    EXPECT_GT(pair.counters().received_fast, iterations() / 2) << "the fast way was hardly taken";
    EXPECT_GT(pair.counters().rejects_sent, iterations() / 50);
    EXPECT_GT(pair.events(), iterations() / 2);
    pair.compare_stores();
}

INSTANTIATE_TEST_SUITE_P(Dialects, FastReceive, ::testing::Values(DialectKind::plain, DialectKind::deribit),
                         [](const auto& dialect) {
                             return std::string(dialect.param == DialectKind::plain ? "plain" : "deribit");
                         });

class FastReceiveOne : public ::testing::Test {
  protected:
    /// Whether one more report with these fields was read past QuickFIX.
    bool is_taken(const std::string& more) {
        const std::uint64_t before = pair.counters().received_fast;
        const std::string bytes = pair.next_report(kFill + more);
        pair.hear(bytes, bytes.size());
        return pair.counters().received_fast == before + 1;
    }
    static constexpr const char* kFill =
        "37=V|11=x|17=E1|150=F|39=1|55=BTC-OPT|54=1|32=1|31=0.05|14=1|151=9|";
    Pair pair{DialectKind::plain};
};

TEST_F(FastReceiveOne, TakesAnOrdinaryFillAndTagsThatItDoesNotKnow) {
    EXPECT_TRUE(is_taken(""));
    EXPECT_TRUE(is_taken("854=1|207=DERIBIT|100010=label|100012=7|"));
    EXPECT_EQ(pair.counters().executions, 2u);
}

TEST_F(FastReceiveOne, LeavesToQuickFixWhatIsOutOfTheOrdinary) {
    EXPECT_FALSE(is_taken("43=Y|122=20260102-03:04:05|")) << "possibly a duplicate";
    EXPECT_FALSE(is_taken("97=Y|"));
    EXPECT_FALSE(is_taken("1362=1|1363=F1|1364=5|1365=1|")) << "a group";
    EXPECT_FALSE(is_taken("453=1|448=P|447=D|452=1|"));
    EXPECT_FALSE(is_taken("58=a|58=b|")) << "a tag twice";
    EXPECT_FALSE(is_taken("115=somebody|"));
    EXPECT_EQ(pair.counters().executions, 5u) << "the tag twice was rejected";
}

TEST_F(FastReceiveOne, AReportAheadOfItsTurnOpensAGapAndTheFastWayComesBackAfterwards) {
    EXPECT_TRUE(is_taken(""));
    pair.skip();
    EXPECT_FALSE(is_taken(""));
    EXPECT_EQ(pair.counters().gaps, 1u);
    is_taken("");  // QuickFIX learns from one message that nothing is missing any more
    EXPECT_TRUE(is_taken(""));
}

}  // namespace
}  // namespace hw::fix::test
