// Whatever comes in over the connection: counted, never a crash, never an Event that was not sent. Iterations
// of the random part: HW_FUZZ_ITERATIONS.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/fix/scripted_venue.h"

namespace hw::fix::test {
namespace {

TEST(Framing, CutsTheStreamAnywhere) {
    std::string stream;
    for (int i = 1; i <= 20; ++i) stream += seal(body_of("8", i, fill_fields(i)));
    for (std::size_t step = 1; step < 200; step += 7) {
        StreamFramer framer;
        std::string out;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            framer.push(stream.data() + at, std::min(step, stream.size() - at));
            for (auto message = framer.next(); !message.empty(); message = framer.next()) out += message;
        }
        EXPECT_EQ(out, stream);
        EXPECT_EQ(framer.counters().messages, 20u);
        EXPECT_EQ(framer.counters().garbage_bytes, 0u);
    }
}

TEST(Framing, GarbageIsCountedAndTheNextMessageFound) {
    const std::string good = seal(body_of("0", 1, ""));
    const auto framed = [&](const std::string& bad) {
        StreamFramer framer;
        const std::string stream = bad + good;
        framer.push(stream.data(), stream.size());
        const bool found = framer.next() == good && framer.next().empty();
        EXPECT_EQ(framer.counters().garbage_bytes, bad.size());
        return found ? framer.counters() : StreamFramer::Counters{};
    };
    EXPECT_EQ(framed("hello").bad_start, 1u);
    EXPECT_EQ(framed("8=FIX.4.4\x01").bad_length, 1u);
    EXPECT_EQ(framed("8=FIX.4.4\x01"
                     "9=abc\x01")
                  .bad_length,
              1u);
    EXPECT_EQ(framed("8=FIX.4.4\x01"
                     "9=99999999999\x01")
                  .bad_length,
              1u);
    EXPECT_EQ(framed("8=FIX.4.4\x01"
                     "9=300000\x01")
                  .bad_length,
              1u);
    std::string wrong_sum = good;
    wrong_sum[wrong_sum.size() - 2] = wrong_sum[wrong_sum.size() - 2] == '0' ? '1' : '0';
    EXPECT_EQ(framed(wrong_sum).bad_checksum, 1u);
    std::string too_long = good;
    too_long.replace(too_long.find("\x01"
                                   "9=") +
                         3,
                     2, "9000");
    EXPECT_EQ(framed(too_long).bad_length, 1u) << "found without waiting for 9000 bytes";
    EXPECT_GE(framed("8=8=8=FI8=FIX8=FIX.4.4").bad_start, 1u);
}

TEST(Garbled, TheScriptedVenueWorks) {
    ScriptedVenue venue;
    ASSERT_TRUE(venue.come_up()) << venue.session->last_note();
    venue.say("8", fill_fields(1));
    EXPECT_EQ(venue.events.count(EventType::execution), 1u);
}

TEST(Garbled, AJumpOfTheirNumbersIsAskedAboutAndTakesTheSessionDownMeanwhile) {
    ScriptedVenue venue;
    ASSERT_TRUE(venue.come_up());
    venue.next += 5;
    venue.say("8", fill_fields(1));
    EXPECT_TRUE(venue.session->up());
    EXPECT_EQ(venue.session->counters().gaps, 1u);
}

TEST(Garbled, ASequenceNumberThatWouldOverflowIsNotTakenForAnother) {
    ScriptedVenue venue;
    ASSERT_TRUE(venue.come_up());
    const auto unparsed = venue.session->counters().not_parsed;
    std::string body = body_of("8", venue.next, fill_fields(1));
    body.replace(body.find("\x01"
                           "34=") +
                     4,
                 1, std::to_string((1LL << 32) + venue.next));
    venue.say(seal(body));
    EXPECT_EQ(venue.events.count(EventType::execution), 0u);
    EXPECT_EQ(venue.session->counters().not_parsed, unparsed + 1);
    venue.say("8", fill_fields(1));
    EXPECT_EQ(venue.events.count(EventType::execution), 1u);
}

TEST(Garbled, OversizedTestRequestsAndTextsDoNoHarm) {
    ScriptedVenue venue;
    ASSERT_TRUE(venue.come_up());
    venue.say("1", "112=" + std::string(5000, 'x') + "\x01");
    venue.say("3",
              "45=1\x01"
              "58=" +
                  std::string(5000, 'y') + "\x01");
    venue.say("8", fill_fields(1));
    EXPECT_EQ(venue.events.count(EventType::execution), 1u);
    EXPECT_TRUE(venue.session->up());
}

class Mutator {
  public:
    explicit Mutator(std::uint32_t seed) : random_(seed) {}

    /// A damaged copy of a body (half the time only from `application` on) or, every fourth time, of the
    /// sealed message, whose length and checksum are then wrong.
    std::string operator()(std::string body, std::size_t application) {
        const std::size_t from = random_() % 2 == 0 ? application : 0;
        const bool sealed_first = random_() % 4 == 0;
        if (sealed_first) body = seal(body);
        for (auto i = random_() % 3 + 1; i > 0 && !body.empty(); --i) damage(body, sealed_first ? 0 : from);
        return sealed_first ? body : seal(body);
    }

  private:
    void damage(std::string& text, std::size_t from) {
        if (from >= text.size()) from = 0;
        const std::size_t at = from + random_() % (text.size() - from);
        switch (random_() % 6) {
            case 0:
                text[at] = static_cast<char>(random_());
                break;
            case 1:
                text.erase(at, 1 + random_() % 8);
                break;
            case 2:
                text.insert(at, text.substr(random_() % text.size(), random_() % 20));
                break;
            case 3:
                replace_value(text, at, kValues[random_() % std::size(kValues)]);
                break;
            case 4:
                text.insert(at, 1, '\x01');
                break;
            default:
                replace_value(text, at, std::to_string(random_()));
                break;
        }
    }
    static void replace_value(std::string& text, std::size_t near, const std::string& value) {
        const auto begin = text.find('=', near);
        if (begin == std::string::npos) return;
        const auto end = text.find('\x01', begin);
        text.replace(begin + 1, end == std::string::npos ? end : end - begin - 1, value);
    }
    static inline const std::string kValues[] = {
        "",  "-1",         "0",           "1e5",      "99999999999999999999", "Y", "A",
        "F", "2147483647", "-2147483648", "\xff\xfe", "0.0000000001",         "="};
    std::mt19937 random_;
};

TEST(Garbled, RandomMutationsAreCountedAndDoNoHarm) {
    const char* const wanted = std::getenv("HW_FUZZ_ITERATIONS");
    const int iterations = wanted != nullptr ? std::atoi(wanted) : 3'000;
    std::random_device device;
    const std::uint32_t seed = device();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Mutator mutate(seed);
    auto venue = std::make_unique<ScriptedVenue>();
    const std::pair<const char*, const char*> others[] = {{"0", ""},
                                                          {"1", "112=hi\x01"},
                                                          {"2",
                                                           "7=1\x01"
                                                           "16=0\x01"},
                                                          {"3",
                                                           "45=2\x01"
                                                           "372=D\x01"
                                                           "373=5\x01"},
                                                          {"4", "36=9\x01"},
                                                          {"5", "58=bye\x01"},
                                                          {"A",
                                                           "98=0\x01"
                                                           "108=1\x01"},
                                                          {"9",
                                                           "11=a\x01"
                                                           "39=0\x01"},
                                                          {"j",
                                                           "45=2\x01"
                                                           "372=D\x01"
                                                           "380=1\x01"},
                                                          {"r",
                                                           "530=7\x01"
                                                           "531=7\x01"}};
    int fresh = 0;
    std::uint64_t executions = 0;
    std::uint64_t rejects = 0;
    std::uint64_t garbled = 0;
    const auto retire = [&] {
        executions += venue->session->counters().executions;
        rejects += venue->session->counters().rejects_sent;
        garbled += venue->session->framing_counters().garbage_bytes;
        venue = std::make_unique<ScriptedVenue>();
    };
    for (int i = 0; i < iterations; ++i) {
        if (!venue->session->up() && !venue->come_up()) {
            // A mutation moved the session's numbers beyond ours (a SequenceReset may): begin with a new
            // store.
            retire();
            ++fresh;
            ASSERT_TRUE(venue->come_up());
        }
        const bool is_fill = random() % 2 == 0;
        const auto& other = others[random() % std::size(others)];
        const std::string fields = is_fill ? fill_fields(i) : std::string(other.second);
        const std::string body = body_of(is_fill ? "8" : other.first, venue->next++, fields);
        venue->say(mutate(body, body.size() - fields.size()));
        if (venue->session->attached()) venue->say("0", "");  // shows the gap, if there is one now
        const auto& framing = venue->session->framing_counters();
        ASSERT_LE(framing.message_bytes + framing.garbage_bytes, framing.bytes);
        ASSERT_EQ(venue->events.flushed, venue->events.events.size());
        const auto& counters = venue->session->counters();
        const auto all = venue->events.all(EventType::execution);
        const auto read = std::count_if(all.begin(), all.end(),
                                        [](const Event* e) { return e->payload.execution.last_qty > Qty{}; });
        ASSERT_EQ(static_cast<std::uint64_t>(read), counters.executions);
        if (venue->events.events.size() > 2'000) retire();
    }
    for (const Event* event : venue->events.all(EventType::execution)) {
        if (event->header.instrument != kNoInstrument) {
            EXPECT_GT(event->payload.execution.last_qty, Qty{});
        }
    }
    retire();
    EXPECT_GT(executions, 0u);
    EXPECT_GT(rejects, 0u);
    EXPECT_GT(garbled, 0u);
    EXPECT_LT(fresh, iterations / 2 + 10) << "most mutations do no lasting harm";
    ASSERT_TRUE(venue->come_up());
    std::printf("%d messages: %llu executions, %llu rejects, %llu bytes of garbage, %d fresh starts\n",
                iterations, static_cast<unsigned long long>(executions),
                static_cast<unsigned long long>(rejects), static_cast<unsigned long long>(garbled), fresh);
}

// Numbers that the venue throws away may have been those of fills.
TEST(Reset, ByTheVenueStopsTheEngine) {
    ScriptedVenue venue;
    ASSERT_TRUE(venue.come_up());
    venue.say("4", "36=" + std::to_string(venue.next + 1) + "\x01");
    EXPECT_EQ(venue.events.count(EventType::execution), 0u);  // nothing was skipped

    venue.next += 5;
    venue.say("4", "36=" + std::to_string(venue.next + 1) + "\x01");
    ASSERT_EQ(venue.events.count(EventType::execution), 1u);
    EXPECT_EQ(venue.events.last(EventType::execution).header.instrument, kNoInstrument);
}

TEST(Reset, OfTheNumbersAtALogonStopsTheEngineUnlessThereWereNone) {
    ScriptedVenue venue;
    const auto log_on = [&] {
        venue.session->on_connected(ByteSinkRef{venue}, wall_clock());
        const std::string logon = seal(body_of("A", 1,
                                               "98=0\x01"
                                               "108=1\x01"
                                               "141=Y\x01"));
        venue.session->on_bytes(logon.data(), logon.size(), wall_clock());
    };
    log_on();
    const auto counted = [&] {
        std::string text{venue.session->last_note()};
        visit_counters(venue.session->counters(),
                       [&](std::string_view name, std::uint64_t value, std::string_view) {
                           if (value != 0) text += " " + std::string{name} + " " + std::to_string(value);
                       });
        return text;
    };
    EXPECT_TRUE(venue.session->logged_on()) << counted();
    EXPECT_EQ(venue.events.count(EventType::execution), 0u);

    venue.session->on_disconnected(wall_clock(), "again");
    log_on();
    ASSERT_EQ(venue.events.count(EventType::execution), 1u);
    EXPECT_EQ(venue.events.last(EventType::execution).header.instrument, kNoInstrument);
    EXPECT_FALSE(venue.events.last(EventType::execution).payload.execution.key.is_none());
}

}  // namespace
}  // namespace hw::fix::test
