#include "tests/exchange/fix_codec.h"

#include <gtest/gtest.h>

#include "tests/exchange/decimal.h"
#include "tests/exchange/report_queue.h"
#include "tests/exchange/rng.h"

namespace hw::exchange {
namespace {

TEST(Decimal, KnownAnswers) {
    EXPECT_EQ(decimal_text(0), "0");
    EXPECT_EQ(decimal_text(-12'500'000'000), "-12.5");
    EXPECT_EQ(decimal_text(1), "0.000000001");
    EXPECT_EQ(parse_decimal("90000.5"), 90'000'500'000'000);
    EXPECT_EQ(parse_decimal("007.10"), 7'100'000'000);
    EXPECT_EQ(parse_decimal("5."), 5'000'000'000);
    EXPECT_EQ(parse_decimal(".5"), 500'000'000);
}

TEST(Decimal, RefusesWhatIsNoNumber) {
    for (const char* text : {"", "-", ".", "1e5", "12x9", "+1", " 1", "1 ", "0.0000000001", "1.2.3", "--1",
                             "9223372036854775808", "99999999999", "nan"}) {
        EXPECT_FALSE(parse_decimal(text).has_value()) << text;
    }
}

TEST(Decimal, RoundTrips) {
    Rng rng(11);
    for (int i = 0; i < 10'000; ++i) {
        const auto n = static_cast<std::int64_t>(rng.next()) >> rng.below(63);
        ASSERT_EQ(parse_decimal(decimal_text(n)), n) << "seed 11, draw " << i;
    }
}

TEST(FixCodec, OrdersThatCannotBeReadAreSaidToBe) {
    const FixMessage good{"D", {{11, "a"}, {55, "S"}, {54, "1"}, {38, "1"}, {40, "2"}, {44, "5"}, {59, "1"}}};
    OrderRequest order;
    EXPECT_EQ(parse_order(good, order), "");
    EXPECT_FALSE(order.ioc);
    const std::vector<std::pair<int, std::string>> damages = {{11, ""},  {55, ""}, {54, "3"}, {38, "1x"},
                                                              {40, "1"}, {44, ""}, {59, "4"}};
    for (const auto& [tag, value] : damages) {
        FixMessage bad = good;
        for (auto& field : bad.fields) {
            if (field.first == tag) field.second = value;
        }
        const std::string wrong = parse_order(bad, order);
        EXPECT_NE(wrong.find("(" + std::to_string(tag) + ")"), std::string::npos) << tag << ": " << wrong;
    }
}

TEST(FixCodec, Timestamp) {
    EXPECT_EQ(fix_timestamp(Nanos::from_ns(1'795'460'705'067'999'999)), "20261123-19:05:05.067");
}

TEST(ReportQueue, DelaysFillsAndKeepsTheOrder) {
    ReportQueue queue(Nanos::from_ms(5));
    Report r;
    r.time = Nanos::from_ms(100);
    r.kind = ReportKind::accepted;
    queue.push(r);
    r.kind = ReportKind::fill;
    queue.push(r);
    r.kind = ReportKind::canceled;
    queue.push(r);
    std::vector<ReportKind> out;
    const auto take = [&](std::int64_t ms) {
        out.clear();
        queue.release(Nanos::from_ms(ms), [&](const Report& sent) { out.push_back(sent.kind); });
        return out;
    };
    EXPECT_EQ(take(100), (std::vector{ReportKind::accepted}));
    EXPECT_TRUE(take(104).empty());
    EXPECT_EQ(take(105), (std::vector{ReportKind::fill, ReportKind::canceled}));
    EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace hw::exchange
