// What FIX 4.4 prescribes for messages that are wrong, one by one.
#include <gtest/gtest.h>

#include "tests/fix/hostile_venue.h"

namespace hw::fix::test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(with_soh(from));
    if (at == std::string::npos) throw std::runtime_error("no " + from);
    return text.replace(at, from.size(), with_soh(to));
}

class Hostile : public ::testing::Test {
  protected:
    void SetUp() override { venue.ready(); }
    std::string fill() const { return body_of("8", venue.expected(), fill_fields(1)); }
    /// It took no notice but counted it, and the next message is processed.
    void expect_ignored(const Answer& answer) {
        EXPECT_EQ(answer.types, "");
        EXPECT_FALSE(answer.closed);
        EXPECT_EQ(answer.moved, 0);
        EXPECT_EQ(answer.events, 0u);
        const Answer next = venue.tell(seal(fill()));
        EXPECT_EQ(next.events, 1u);
        EXPECT_EQ(next.moved, 1);
    }
    void expect_reject(const Answer& answer, const char* reason) {
        EXPECT_EQ(answer.types, "3") << answer.said;
        EXPECT_EQ(answer.field(373), reason) << answer.said;
        EXPECT_FALSE(answer.closed);
        EXPECT_EQ(answer.moved, 1);
    }
    /// It logs out, and closes once that is answered or its patience is over.
    void expect_logout(const Answer& answer, const std::string& types) {
        EXPECT_EQ(answer.types, types) << answer.said;
        EXPECT_EQ(answer.events, 0u);
        const Answer reply = venue.tell("5", venue.expected(), "");
        EXPECT_TRUE(answer.closed || reply.closed);
        EXPECT_FALSE(venue.venue().session->attached());
    }

    HostileVenue venue;
};

TEST_F(Hostile, ABadChecksumIsIgnored) {
    std::string message = seal(fill());
    message[message.size() - 2] = message[message.size() - 2] == '0' ? '1' : '0';
    const Answer answer = venue.tell(message);
    EXPECT_EQ(answer.faults, 1u);
    expect_ignored(answer);
}

TEST_F(Hostile, ABadLengthIsIgnored) {
    for (const char* length : {"1", "20", "999", "-5", "", "300000", "99999999999999999999"}) {
        const std::string good = seal(fill());
        const auto begin = good.find(
                               "\x01"
                               "9=") +
                           3;
        const auto end = good.find('\x01', begin);
        const Answer answer =
            venue.tell(good.substr(0, begin) + length + good.substr(end) + seal("35=0\x01"));
        EXPECT_GE(answer.faults, 1u) << length;
        EXPECT_EQ(answer.moved, 0) << length;
        EXPECT_EQ(answer.events, 0u) << length;
        venue.ready();
    }
}

TEST_F(Hostile, AGarbledMessageShowsAsAGapAndIsAskedFor) {
    std::string message = seal(fill());
    message[message.size() - 2] = message[message.size() - 2] == '0' ? '1' : '0';
    venue.tell(message);
    const Answer answer = venue.tell(seal(body_of("8", venue.expected() + 1, fill_fields(2))));
    EXPECT_EQ(answer.types, "2");
    EXPECT_EQ(answer.field(7), std::to_string(venue.expected()));
    EXPECT_EQ(answer.moved, 0);
    EXPECT_EQ(answer.events, 0u);
}

TEST_F(Hostile, AMissingSequenceNumberEndsTheSession) {
    std::string body = fill();
    const auto at = body.find("34=");
    body.erase(at, body.find('\x01', at) - at + 1);
    expect_logout(venue.tell(seal(body)), "5");
}

TEST_F(Hostile, ALowSequenceNumberEndsTheSessionUnlessItIsADuplicate) {
    const Answer duplicate = venue.tell(seal(body_of("8", 1, fill_fields(1), true)));
    expect_ignored(duplicate);
    expect_logout(venue.tell(seal(body_of("8", 1, fill_fields(1)))), "5");
    const auto state = venue.venue().events.last(EventType::session_state).payload.session_state;
    EXPECT_NE(state.text.view().find("too low"), std::string_view::npos) << state.text.view();
}

TEST_F(Hostile, AHighSequenceNumberIsAskedAbout) {
    const Answer answer = venue.tell(seal(body_of("8", venue.expected() + 7, fill_fields(1))));
    EXPECT_EQ(answer.types, "2");
    EXPECT_EQ(answer.events, 0u);
    EXPECT_EQ(answer.moved, 0);
}

TEST_F(Hostile, AnImpossibleSequenceNumberIsIgnored) {
    for (const char* number : {"4294967297", "99999999999999999999", "00000000009999999999"}) {
        const Answer answer = venue.tell(seal(replaced(
            fill(), "|34=" + std::to_string(venue.expected()) + "|", "|34=" + std::string(number) + "|")));
        EXPECT_EQ(answer.faults, 1u);
        expect_ignored(answer);
    }
}

TEST_F(Hostile, AnotherCompIdIsRejectedAndEndsTheSession) {
    const Answer sender = venue.tell(seal(replaced(fill(), "|49=VENUE|", "|49=OTHER|")));
    EXPECT_EQ(raw_value(venue.venue().spoken.front(), 373), "9");
    expect_logout(sender, "35");
    venue.ready();
    expect_logout(venue.tell(seal(replaced(fill(), "|56=HEDGER|", "|56=OTHER|"))), "35");
}

TEST_F(Hostile, AnotherBeginStringEndsTheSession) {
    std::string message = seal(fill());
    message.replace(0, 9, "8=FIX.4.2");
    message.replace(message.size() - 7, 7, "");
    char trailer[16];
    std::snprintf(trailer, sizeof trailer, "10=%03u\x01", fix_checksum(message));
    expect_logout(venue.tell(message + trailer), "5");
}

TEST_F(Hostile, AnUnknownTypeIsRejected) {
    expect_reject(venue.tell("ZZ", venue.expected(), ""), "11");
    // One that FIX has, and the dictionary too, but that nobody sends us.
    const Answer business =
        venue.tell("D", venue.expected(), with_soh("11=x|55=BTC-OPT|54=1|60=20240102-03:04:05|40=2|38=1|"));
    EXPECT_TRUE(business.types == "j" || business.types == "3") << business.said;
    EXPECT_EQ(business.moved, 1);
}

TEST_F(Hostile, AMissingFieldAnEmptyOneAndABadValueAreRejected) {
    expect_reject(venue.tell(seal(replaced(fill(), "|150=F|", "|"))), "1");
    expect_reject(venue.tell(seal(replaced(fill(), "|31=0.05|", "|31=|"))), "4");
    expect_reject(venue.tell(seal(replaced(fill(), "|31=0.05|", "|31=12x9|"))), "6");
    expect_reject(venue.tell(seal(replaced(fill(), "|32=1|", "|32=1e5|"))), "6");
    const Answer reset = venue.tell("4", venue.expected(), "36=x\x01");
    EXPECT_EQ(reset.types, "3");
    EXPECT_EQ(reset.field(373), "6");
}

TEST_F(Hostile, ARepeatedFieldIsRejected) {
    expect_reject(venue.tell(seal(replaced(fill(), "|32=1|", "|32=1|32=1|"))), "13");
}

TEST_F(Hostile, ATimeThatIsFarOffOrNoneIsRejected) {
    const std::string now = raw_value("\x01" + fill(), 52);
    const Answer old = venue.tell(seal(replaced(fill(), "|52=" + now + "|", "|52=20200101-00:00:00|")));
    EXPECT_EQ(raw_value(venue.venue().spoken.front(), 373), "10");
    expect_logout(old, "35");
    venue.ready();
    const std::string later = raw_value("\x01" + fill(), 52);
    expect_reject(venue.tell(seal(replaced(fill(), "|52=" + later + "|", "|52=yesterday|"))), "6");
}

TEST_F(Hostile, ADuplicateWithoutItsFirstTimeIsRejected) {
    const Answer answer = venue.tell(seal(replaced(fill(), "|49=VENUE|", "|43=Y|49=VENUE|")));
    EXPECT_TRUE(answer.types == "3" || answer.events == 1) << answer.said;
    EXPECT_EQ(answer.moved, 1);
}

TEST_F(Hostile, ResetsOfTheNumbersGoForwardOnly) {
    const int expected = venue.expected();
    // Hard: to a higher number, whatever its own.
    Answer answer = venue.tell("4", 1, "36=" + std::to_string(expected + 5) + "\x01");
    EXPECT_EQ(answer.moved, 5);
    EXPECT_EQ(answer.types, "");
    answer = venue.tell("4", venue.expected(), "36=2\x01");
    EXPECT_EQ(answer.types, "3");
    EXPECT_EQ(answer.field(373), "5");
    venue.ready();
    // As a gap fill: in sequence only.
    const int next = venue.expected();
    answer = venue.tell("4", next, with_soh("123=Y|36=" + std::to_string(next + 3) + "|"));
    EXPECT_EQ(answer.moved, 3);
    answer = venue.tell("4", venue.expected() + 4, with_soh("123=Y|36=" + std::to_string(next + 30) + "|"));
    EXPECT_EQ(answer.moved, 0);
    EXPECT_EQ(answer.types, "2");
}

TEST_F(Hostile, RangesThatMakeNoSenseAreAnsweredWithoutHarm) {
    for (const char* range :
         {"7=0|16=0|", "7=5|16=2|", "7=999999|16=0|", "7=1|16=999999999|", "7=-1|16=-1|"}) {
        const Answer answer = venue.tell("2", venue.expected(), with_soh(range));
        EXPECT_FALSE(answer.closed) << range;
        venue.ready();
        EXPECT_EQ(venue.tell(seal(fill())).events, 1u) << range;
    }
}

TEST_F(Hostile, AnythingBeforeTheLogonIsAnsweredByClosing) {
    auto& v = venue.venue();
    for (const char* type : {"8", "0", "1", "2", "5"}) {
        v.session->on_disconnected(wall_clock(), "again");
        v.closed = false;
        v.session->on_connected(ByteSinkRef{v}, wall_clock());
        const Answer answer = venue.tell(type, venue.expected(), fill_fields(1));
        EXPECT_EQ(answer.events, 0u) << type;
        EXPECT_FALSE(v.session->logged_on()) << type;
        EXPECT_FALSE(v.session->up()) << type;
    }
}

}  // namespace
}  // namespace hw::fix::test
