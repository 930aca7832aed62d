// Messages that know what a FIX message looks like and are wrong on purpose, in streams cut anywhere, beside
// right ones. Of each kind it is known what FIX 4.4 lets the session do; whatever it does, what it says is
// well-formed, and nothing becomes an Event that was not right. Cases: HW_FUZZ_ITERATIONS; seed:
// HW_FUZZ_SEED.
#include <gtest/gtest.h>

#include <array>

#include "tests/fix/hostile_venue.h"
#include "tests/net/fuzz.h"

namespace hw::fix::test {
namespace {

enum Outcome : unsigned {
    kIgnored = 1,    ///< no answer, the number stays
    kRejected = 2,   ///< 35=3 or 35=j, the number goes on
    kLoggedOut = 4,  ///< 35=5, or the connection closed
    kAskedFor = 8,   ///< 35=2, the number stays
    kApplied = 16,   ///< no answer, the number goes on
    kAnything = 31
};

const char* name_of(unsigned outcome) {
    switch (outcome) {
        case kIgnored:
            return "ignored";
        case kRejected:
            return "rejected";
        case kLoggedOut:
            return "logged out";
        case kAskedFor:
            return "asked for";
        case kApplied:
            return "applied";
        default:
            return "none of these";
    }
}

unsigned outcome_of(const Answer& answer, int lead) {
    if (answer.closed || answer.types.find('5') != std::string::npos) return kLoggedOut;
    if (answer.types.find('2') != std::string::npos) return kAskedFor;
    if (!answer.types.empty() && answer.types.find_first_not_of("3j") == std::string::npos) return kRejected;
    if (answer.types.empty()) return answer.moved == lead ? kIgnored : kApplied;
    return 0;
}

/// A message and what may become of it.
struct Case {
    std::string bytes;
    unsigned allowed;
    bool is_fill;  ///< applied, it is an Event
};

class Maker {
  public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }

    Case make(std::size_t kind, int sequence) {
        body_ = body_of("8", sequence, fill_fields(static_cast<int>(below(1'000'000))));
        switch (kind) {
            case 0:
                return {seal(body_), kApplied, true};
            case 1:
                return {wrong_sum(seal(body_)), kIgnored, false};
            case 2:
                return {seal(without("34")), kLoggedOut, false};
            case 3:
                return {sequenced(-static_cast<int>(below(3)) - 1), kLoggedOut, false};
            case 4:
                return {sequenced(1 + static_cast<int>(below(1'000'000))), kAskedFor, false};
            case 5:
                return {seal(with("34", huge())), kIgnored, false};
            case 6:
                return {seal(with(below(2) == 0 ? "49" : "56", "OTHER")), kLoggedOut, false};
            case 7:
                return {seal(with("35", any_of({"ZZ", "U9", "@", "8a"}))), kRejected, false};
            case 8:
                return {seal(with(any_of({"31", "32", "14", "151"}),
                                  any_of({"x", "1e5", "--1", "1.2.3", "0x1"}))),
                        kRejected, false};
            case 9:
                return {seal(without(any_of({"37", "39", "150"}))), kRejected, false};
            case 10:
                return {seal(with(any_of({"31", "37", "55", "150"}), "")), kRejected, false};
            case 11:
                return {seal(repeated(any_of({"32", "37", "150", "55"}))), kRejected, false};
            case 12:
                return {seal(with("54", any_of({"3", "x", "12", "0"}))), kRejected, false};
            case 13:
                return {seal(with("52", any_of({"yesterday", "2024", "20241301-00:00:00", ""}))), kRejected,
                        false};
            case 14:
                return {seal(with("52", "20200101-00:00:00")), kLoggedOut, false};
            case 15:  // what is behind an embedded field end is no field
                return {seal(with(any_of({"37", "17", "55"}),
                                  "a\x01"
                                  "b")),
                        kRejected | kIgnored, false};
            case 16:
                return {seal(body_of("8", 1, fill_fields(1), true)), kIgnored, false};
            case 17: {
                const std::string good = seal(body_);
                return {good.substr(0, 1 + below(good.size() - 1)), kIgnored, false};
            }
            case 18: {
                std::string noise(1 + below(200), '\0');
                for (char& c : noise) c = static_cast<char>(random_());
                return {noise, kIgnored, false};
            }
            case 19:
                return {seal(body_of("4", sequence, "36=" + huge() + "\x01")), kIgnored, false};
            case 20:
                return {seal(body_of("2", sequence,
                                     "7=" + any_of({"0", "1", "-1", "5", "999999"}) +
                                         "\x01"
                                         "16=" +
                                         any_of({"0", "-1", "2", "999999"}) + "\x01")),
                        kAnything, false};
            default:
                return {mutated(), kAnything, true};
        }
    }
    static constexpr std::size_t kKinds = 24;

  private:
    std::string any_of(std::initializer_list<const char*> words) {
        return *(words.begin() + static_cast<std::ptrdiff_t>(below(words.size())));
    }
    std::string huge() {
        std::string digits(10 + below(30), '9');
        digits[0] = static_cast<char>('1' + below(9));
        return digits;
    }
    std::pair<std::size_t, std::size_t> value_at(const std::string& tag) const {
        const std::string key = tag + "=";
        const auto at = body_.starts_with(key) ? 0 : body_.find("\x01" + key) + 1;
        return {at, body_.find('\x01', at)};
    }
    std::string with(const std::string& tag, const std::string& value) const {
        const auto [at, end] = value_at(tag);
        return body_.substr(0, at) + tag + "=" + value + body_.substr(end);
    }
    std::string without(const std::string& tag) const {
        const auto [at, end] = value_at(tag);
        return body_.substr(0, at) + body_.substr(end + 1);
    }
    std::string repeated(const std::string& tag) const {
        const auto [at, end] = value_at(tag);
        return body_ + body_.substr(at, end + 1 - at);
    }
    std::string sequenced(int by) const {
        const auto [at, end] = value_at("34");
        return seal(with("34", std::to_string(std::stoi(body_.substr(at + 3, end - at - 3)) + by)));
    }
    static std::string wrong_sum(std::string message) {
        char& digit = message[message.size() - 2];
        digit = digit == '9' ? '0' : static_cast<char>(digit + 1);
        return message;
    }
    std::string mutated() {
        std::string text = body_;
        for (auto n = 1 + below(4); n > 0; --n) {
            const std::size_t at = below(text.size());
            switch (below(5)) {
                case 0:
                    text[at] = static_cast<char>(random_());
                    break;
                case 1:
                    text.erase(at, 1 + below(8));
                    break;
                case 2:
                    text.insert(at, text.substr(below(text.size()), below(20)));
                    break;
                case 3:
                    text.insert(at, 1, '\x01');
                    break;
                default:
                    text.insert(at, std::to_string(random_()));
            }
            if (text.empty()) text = "x";
        }
        return below(4) == 0 ? text : seal(text);
    }

    std::mt19937_64 random_;
    std::string body_;
};

class FixFuzz : public ::testing::Test {
  protected:
    /// What is wrong with what became of it; empty when nothing is.
    std::string fault(const Case& c, const Answer& answer, int lead) const {
        const unsigned outcome = outcome_of(answer, lead);
        if (answer.events > static_cast<std::size_t>(lead) + (c.is_fill ? 1 : 0)) return "an Event too many";
        if (answer.events < static_cast<std::size_t>(lead)) return "a right fill was lost";
        if ((outcome & c.allowed) == 0 && c.allowed != kAnything) return name_of(outcome);
        return {};
    }
};

TEST_F(FixFuzz, WhatIsWrongIsAnsweredAsPrescribedAndNothingElseBecomesAnEvent) {
    const std::uint64_t iterations = net::fuzz_iterations(50'000);
    const std::uint64_t seed = net::fuzz_seed();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    Maker maker(seed);
    HostileVenue venue;
    std::array<std::array<std::uint64_t, 32>, Maker::kKinds> seen{};
    std::string stream;
    for (std::uint64_t i = 0; i < iterations; ++i) {
        venue.ready();
        const int lead = static_cast<int>(maker.below(4) == 0 ? maker.below(3) : 0);
        stream.clear();
        for (int n = 0; n < lead; ++n) stream += maker.make(0, venue.expected() + n).bytes;
        const std::size_t kind = maker.below(Maker::kKinds);
        const Case c = maker.make(kind, venue.expected() + lead);
        stream += c.bytes;
        const std::size_t chunk = maker.below(2) == 0 ? SIZE_MAX : 1 + maker.below(stream.size());
        const Answer answer = venue.tell(stream, chunk);
        ++seen[kind][outcome_of(answer, lead)];
        const std::string wrong = fault(c, answer, lead);
        for (char& ch : stream)
            if (ch == '\x01') ch = '|';
        ASSERT_EQ(wrong, "") << "HW_FUZZ_SEED=" << seed << " case " << i << " kind " << kind << ", " << lead
                             << " right ones before, in pieces of " << chunk << ":\n"
                             << stream << "\nanswered with " << answer.types << ", number moved by "
                             << answer.moved << ", " << answer.events << " events, " << answer.faults
                             << " faults; " << venue.venue().session->last_note();
        for (const std::string& said : venue.venue().spoken) {
            StreamFramer framer;
            framer.push(said.data(), said.size());
            ASSERT_EQ(framer.next(), said) << "HW_FUZZ_SEED=" << seed << " case " << i;
        }
        // A message cut off is waited for: the next connection begins with a clean stream.
        if (kind == 17 || kind >= 18) venue.venue().closed = true;
    }
    for (const unsigned outcome : {kIgnored, kRejected, kLoggedOut, kAskedFor, kApplied}) {
        std::uint64_t count = 0;
        for (const auto& kind : seen) count += kind[outcome];
        EXPECT_GT(count, 0u) << name_of(outcome);
        std::printf("%llu %s, ", static_cast<unsigned long long>(count), name_of(outcome));
    }
    std::printf("%llu cases, %llu new stores\n", static_cast<unsigned long long>(iterations),
                static_cast<unsigned long long>(venue.fresh_starts));
}

}  // namespace
}  // namespace hw::fix::test
