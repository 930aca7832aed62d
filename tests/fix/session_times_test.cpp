// When a session is, and what becomes of numbers and messages when the next one begins.
#include "fix/session_times.h"

#include <gtest/gtest.h>

#include "fix/timestamp.h"
#include "tests/fix/scripted_venue.h"

namespace hw::fix::test {
namespace {

Nanos at(const char* text) { return *parse_timestamp(text); }

SessionTimes times(const SessionTimesText& text) {
    std::string error;
    const auto parsed = SessionTimes::parse(text, error);
    EXPECT_TRUE(parsed.has_value()) << error;
    return parsed.value_or(SessionTimes{});
}

TEST(SessionTimes, WithoutThereIsNoEnd) {
    const SessionTimes none = times({});
    EXPECT_FALSE(none.has_end());
    EXPECT_TRUE(none.contains(at("20240102-03:04:05")));
    EXPECT_EQ(none.begun(at("20240102-03:04:05")), Nanos{});
}

TEST(SessionTimes, ADay) {
    const SessionTimes day = times({"07:30:00", "17:00:00", "", ""});
    EXPECT_FALSE(day.contains(at("20240102-07:29:59.999")));
    EXPECT_TRUE(day.contains(at("20240102-07:30:00")));
    EXPECT_TRUE(day.contains(at("20240102-16:59:59.999999999")));
    EXPECT_FALSE(day.contains(at("20240102-17:00:00")));
    EXPECT_EQ(day.begun(at("20240102-12:00:00")), at("20240102-07:30:00"));
    EXPECT_EQ(day.begun(at("20240102-23:00:00")), at("20240102-07:30:00"));
    EXPECT_EQ(day.begun(at("20240102-07:29:59")), at("20240101-07:30:00"));
    EXPECT_EQ(day.end_of(at("20240102-07:30:00")), at("20240102-17:00:00"));
}

TEST(SessionTimes, OverMidnightAndAllDay) {
    const SessionTimes night = times({"22:00:00", "06:00:00", "", ""});
    EXPECT_TRUE(night.contains(at("20240102-23:30:00")));
    EXPECT_TRUE(night.contains(at("20240102-05:59:59")));
    EXPECT_FALSE(night.contains(at("20240102-06:00:00")));
    EXPECT_EQ(night.begun(at("20240102-05:00:00")), at("20240101-22:00:00"));
    const SessionTimes always = times({"08:00:00", "08:00:00", "", ""});
    EXPECT_TRUE(always.contains(at("20240102-07:59:59")));
    EXPECT_TRUE(always.contains(at("20240102-08:00:00")));
    EXPECT_EQ(always.begun(at("20240102-07:59:59")), at("20240101-08:00:00"));
    EXPECT_EQ(always.begun(at("20240102-08:00:00")), at("20240102-08:00:00"));
}

TEST(SessionTimes, AWeek) {
    // 2024-01-07 was a Sunday.
    const SessionTimes week = times({"17:00:00", "16:00:00", "sunday", "friday"});
    EXPECT_FALSE(week.contains(at("20240107-16:59:59")));
    EXPECT_TRUE(week.contains(at("20240107-17:00:00")));
    EXPECT_TRUE(week.contains(at("20240110-03:00:00")));
    EXPECT_TRUE(week.contains(at("20240112-15:59:59")));
    EXPECT_FALSE(week.contains(at("20240112-16:00:00")));
    EXPECT_FALSE(week.contains(at("20240113-12:00:00")));
    EXPECT_EQ(week.begun(at("20240113-12:00:00")), at("20240107-17:00:00"));
    // Over the turn of the week.
    const SessionTimes over = times({"10:00:00", "09:00:00", "saturday", "tuesday"});
    EXPECT_TRUE(over.contains(at("20240108-12:00:00")));
    EXPECT_FALSE(over.contains(at("20240109-09:00:00")));
    EXPECT_EQ(over.begun(at("20240108-12:00:00")), at("20240106-10:00:00"));
}

TEST(SessionTimes, SayWhatIsWrong) {
    std::string error;
    for (const SessionTimesText& text :
         {SessionTimesText{"07:30:00", "", "", ""}, SessionTimesText{"", "", "sunday", "friday"},
          SessionTimesText{"7:30:00", "17:00:00", "", ""}, SessionTimesText{"24:00:00", "17:00:00", "", ""},
          SessionTimesText{"07:60:00", "17:00:00", "", ""}, SessionTimesText{"07:30", "17:00", "", ""}}) {
        EXPECT_FALSE(SessionTimes::parse(text, error)) << text.start << " " << text.end;
        EXPECT_NE(error.find("session_start and session_end"), std::string::npos) << error;
    }
    EXPECT_FALSE(SessionTimes::parse({"07:30:00", "17:00:00", "sunday", ""}, error));
    EXPECT_NE(error.find("go together"), std::string::npos) << error;
    EXPECT_FALSE(SessionTimes::parse({"07:30:00", "17:00:00", "Sunday", "friday"}, error));
    EXPECT_NE(error.find("saturday"), std::string::npos) << error;
}

/// "HH:MM:SS" that many seconds from now.
std::string time_of_day(int seconds) {
    const auto stamp = format_timestamp_ms(wall_clock() + Nanos::from_seconds(seconds));
    return {stamp.data() + 9, 8};
}

std::size_t stops(const Collector& events) {
    std::size_t found = 0;
    for (const Event* event : events.all(EventType::execution))
        found += event->header.instrument == kNoInstrument ? 1 : 0;
    return found;
}

class Roll : public ::testing::Test {
  protected:
    static SessionConfig config_of(const ScratchDir& dir, const std::string& start, const std::string& end) {
        SessionConfig config = make_config(dir / "store");
        config.times.start = start;
        config.times.end = end;
        return config;
    }
    void start_venue(const std::string& start, const std::string& end) {
        venue = StockAcceptor::start(port, dir.path(), "StartTime=" + start + "\nEndTime=" + end + "\n");
    }
    bool send_order(Hedger& hedger, std::uint64_t n) {
        const auto order =
            new_order(OrderId::make(1, n, 0), Side::buy, Qty::from_units(1), Price::from_units(5));
        return hedger.session->send(order, wall_clock());
    }
    /// As the transport does: a connection whenever one is wanted.
    static void reconnect(Hedger& hedger) {
        if (!hedger.session->attached() && hedger.socket.state() == net::KernelSocket::State::closed &&
            hedger.session->wanted(wall_clock()))
            hedger.connect();
    }

    ScratchDir dir;
    std::uint16_t port = free_port();
    std::unique_ptr<StockAcceptor> venue;
};

// Both sides have the same times; the session is up when one ends, a second before the next begins.
TEST_F(Roll, NumbersBeginAgainWithTheNextSessionAndNothingIsLost) {
    const std::string end = time_of_day(2);
    const std::string start = time_of_day(3);
    start_venue(start, end);
    Hedger hedger(config_of(dir, start, end), port);
    ASSERT_TRUE(hedger.come_up()) << hedger.session->last_note();
    for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(send_order(hedger, n));
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("D").size() == 5; }));
    ASSERT_TRUE(hedger.run_until([&] { return hedger.session->counters().session_rolls == 1; }));
    ASSERT_TRUE(hedger.run_until([&] {
        reconnect(hedger);
        return hedger.session->up();
    })) << hedger.session->last_note();
    EXPECT_EQ(stops(hedger.events), 0u);
    ASSERT_TRUE(send_order(hedger, 6));
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("D").size() == 6; }));
    EXPECT_EQ(field_of(venue->received("D")[5], 34), "3") << "Logon, test request, order";
    EXPECT_TRUE(hedger.session->has_slot(OrderId::make(1, 5, 0))) << "what was sent stays sent";
    EXPECT_FALSE(hedger.session->has_slot(OrderId::make(1, 7, 0)));
    EXPECT_EQ(hedger.session->counters().sequence_resets, 0u);
}

// A connection lost before the end: the venue may have had more to tell.
TEST_F(Roll, AnEndWithoutALogoutStopsTheEngine) {
    const std::string roll = time_of_day(2);
    Hedger hedger(config_of(dir, roll, roll), port);
    start_venue(roll, roll);
    ASSERT_TRUE(hedger.come_up()) << hedger.session->last_note();
    hedger.break_connection();
    ASSERT_TRUE(hedger.run_until([&] { return hedger.session->counters().session_rolls == 1; }));
    EXPECT_EQ(stops(hedger.events), 1u);
}

TEST_F(Roll, OutsideItsTimesTheSessionWantsNoConnection) {
    const std::string end = time_of_day(2);
    start_venue("00:00:00", "00:00:00");
    Hedger hedger(config_of(dir, time_of_day(-3600), end), port);
    ASSERT_TRUE(hedger.come_up());
    ASSERT_TRUE(hedger.run_until([&] { return !hedger.session->attached(); }));
    EXPECT_EQ(venue->received("5").size(), 1u) << "it took its leave";
    EXPECT_EQ(hedger.events.last(EventType::session_state).payload.session_state.text.view(),
              "the session's time is over");
    EXPECT_FALSE(hedger.session->wanted(wall_clock()));
    EXPECT_TRUE(hedger.session->wanted(wall_clock() + Nanos::from_seconds(86'400 - 3'000)));
    hedger.connect();
    hedger.run_for(Nanos::from_ms(200));
    EXPECT_FALSE(hedger.session->attached());
    EXPECT_EQ(hedger.socket.state(), net::KernelSocket::State::closed);
    EXPECT_EQ(hedger.session->counters().session_rolls, 0u) << "the numbers begin with the next session";
}

TEST_F(Roll, WithResetOnLogonBothSidesBeginAgainAndTheEngineIsStoppedWhenNumbersWereInUse) {
    SessionConfig config = make_config(dir / "store");
    config.reset_on_logon = true;
    start_venue("00:00:00", "00:00:00");
    Hedger hedger(config, port);
    ASSERT_TRUE(hedger.come_up()) << hedger.session->last_note();
    EXPECT_EQ(field_of(venue->received("A")[0], 141), "Y");
    EXPECT_EQ(stops(hedger.events), 0u) << "there was nothing before";
    for (std::uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(send_order(hedger, n));
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("D").size() == 3; }));
    hedger.break_connection();
    ASSERT_TRUE(hedger.run_until([&] { return !venue->logged_on(); }));
    ASSERT_TRUE(hedger.come_up()) << hedger.session->last_note();
    EXPECT_EQ(stops(hedger.events), 1u);
    ASSERT_TRUE(send_order(hedger, 4));
    ASSERT_TRUE(hedger.run_until([&] { return venue->received("D").size() == 4; }));
    EXPECT_EQ(field_of(venue->received("D")[3], 34), "3");
    EXPECT_EQ(field_of(venue->received("A")[1], 34), "1");
    EXPECT_TRUE(venue->received("2").empty());
}

// QuickFIX would count the Logout as the first of the missing messages.
TEST(Logout, BeyondAGapLosesNoMessage) {
    ScriptedVenue venue;
    ASSERT_TRUE(venue.come_up());
    const int missing = venue.next;
    venue.next += 3;
    venue.say("5", "58=bye\x01");
    EXPECT_FALSE(venue.session->attached());
    venue.session->on_connected(ByteSinkRef{venue}, wall_clock());
    const std::string logon = seal(body_of("A", venue.next++,
                                           "98=0\x01"
                                           "108=1\x01"));
    venue.session->on_bytes(logon.data(), logon.size(), wall_clock());
    ASSERT_FALSE(venue.spoken.empty());
    EXPECT_EQ(raw_value(venue.spoken.back(), 35), "2");
    EXPECT_EQ(raw_value(venue.spoken.back(), 7), std::to_string(missing));
}

}  // namespace
}  // namespace hw::fix::test
