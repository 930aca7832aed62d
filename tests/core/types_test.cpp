// The vocabulary: fixed point, rounding, names, identities, checksums.
#include "core/types.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "core/event.h"
#include "core/hash.h"
#include "core/names.h"

namespace hw {
namespace {

TEST(Fixed, FromDoubleRoundsToTheNearestNano) {
    EXPECT_EQ(Price::from_double(0.1)->nanos(), 100'000'000);
    EXPECT_EQ(Price::from_double(-2.5e-9)->nanos(), -2);  // halves to even
    EXPECT_EQ(Price::from_double(9.1e9)->nanos(), 9'100'000'000'000'000'000);
    EXPECT_EQ(Price::from_double(0.0)->nanos(), 0);
}

TEST(Fixed, FromDoubleGivesNothingForWhatDoesNotFit) {
    for (const double bad : {9.3e9, -9.3e9, 1e300, std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(), std::nan("")}) {
        EXPECT_FALSE(Price::from_double(bad)) << bad;
    }
}

TEST(MulDiv, HalvesGoAwayFromZero) {
    EXPECT_EQ(mul_div(1, 1, 2), 1);
    EXPECT_EQ(mul_div(-1, 1, 2), -1);
    EXPECT_EQ(mul_div(1, 1, -2), -1);
    EXPECT_EQ(mul_div(-1, 1, -2), 1);
    EXPECT_EQ(mul_div(1, 1, 3), 0);
    EXPECT_EQ(mul_div(2, 1, 3), 1);
    EXPECT_EQ(mul_div(0, 5, 7), 0);
}

TEST(MulDiv, SaturatesRatherThanWraps) {
    EXPECT_EQ(mul_div(INT64_MAX, 2, 1), INT64_MAX);
    EXPECT_EQ(mul_div(INT64_MAX, -2, 1), -INT64_MAX);
    EXPECT_EQ(mul_div(INT64_MIN, INT64_MIN, 1), INT64_MAX);
    EXPECT_EQ(mul_div(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
}

TEST(MulDiv, IsWithinHalfAUnitOfTheTruth) {
    const std::uint64_t seed = 21;
    std::mt19937_64 random(seed);
    for (int i = 0; i < 100'000; ++i) {
        const int shift = static_cast<int>(random() % 60);
        const auto a = static_cast<std::int64_t>(random()) >> shift;
        const auto b = static_cast<std::int64_t>(random()) >> (60 - shift);
        auto c = static_cast<std::int64_t>(random()) >> (random() % 63);
        if (c == 0) c = 1;
        const Int128 product = static_cast<Int128>(a) * b;
        const Int128 got = mul_div(a, b, c);
        if (got == INT64_MAX || got == -INT64_MAX) continue;
        const Int128 twice_rest = 2 * (product - got * c);
        const Int128 limit = c < 0 ? -static_cast<Int128>(c) : static_cast<Int128>(c);
        ASSERT_TRUE(twice_rest <= limit && twice_rest >= -limit) << "seed " << seed << " step " << i;
    }
}

TEST(Nanos, ConversionsNameTheirUnits) {
    EXPECT_EQ(Nanos::from_ms(3).ns(), 3'000'000);
    EXPECT_EQ(Nanos::from_us(3).ns(), 3'000);
    EXPECT_DOUBLE_EQ(Nanos::from_seconds(365 * 86'400).to_years(), 1.0);
    EXPECT_LT(Nanos::from_ms(1), Nanos::from_seconds(1));
}

TEST(Side, SignsQuantities) {
    EXPECT_EQ(signed_qty(Side::buy, Qty::from_units(2)), Qty::from_units(2));
    EXPECT_EQ(signed_qty(Side::sell, Qty::from_units(2)), Qty::from_units(-2));
    EXPECT_EQ(opposite(Side::buy), Side::sell);
}

TEST(Name, RefusesWhatWouldBeCut) {
    EXPECT_EQ(Currency::from("BTC")->view(), "BTC");
    EXPECT_EQ(Currency::from("1234567")->view(), "1234567");
    EXPECT_FALSE(Currency::from("12345678"));
    EXPECT_FALSE(Currency::from(std::string_view("A\0B", 3)));
    EXPECT_TRUE(Currency::from("")->empty());
    EXPECT_EQ(Currency::cut("123456789").view(), "1234567");
    EXPECT_EQ(Currency::cut(std::string_view("A\0B", 3)).view(), "A");
    EXPECT_EQ(*Currency::from("A"), *Currency::from("A"));
}

TEST(OrderId, TextRoundTrips) {
    const OrderId id = OrderId::make(0xabc, 0x1'2345'6789, 7);
    EXPECT_EQ(id.epoch(), 0xabc);
    const auto text = id.to_text();
    const std::string_view view(text.data(), text.size());
    EXPECT_EQ(view, "0abc012345678907");
    EXPECT_EQ(OrderId::parse(view), id);
    std::mt19937_64 random(22);
    for (int i = 0; i < 1'000; ++i) {
        const OrderId any{random() | 1};
        const auto t = any.to_text();
        ASSERT_EQ(OrderId::parse({t.data(), t.size()}), any);
    }
}

TEST(OrderId, ParsesNothingElse) {
    for (const char* bad : {"", "0", "0abc01234567890", "0abc0123456789077", "0ABC012345678907",
                            "0abc01234567890g", " abc012345678907", "0000000000000000", "-abc012345678907"}) {
        EXPECT_FALSE(OrderId::parse(bad)) << bad;
    }
}

TEST(OrderId, IsUniqueOverEpochsSequencesAndIndices) {
    EXPECT_NE(OrderId::make(1, 2, 3), OrderId::make(2, 2, 3));
    EXPECT_NE(OrderId::make(1, 2, 3), OrderId::make(1, 3, 3));
    EXPECT_NE(OrderId::make(1, 2, 3), OrderId::make(1, 2, 4));
}

TEST(ExecKey, TellsTextsApart) {
    EXPECT_EQ(ExecKey::of("17:abc"), ExecKey::of("17:abc"));
    EXPECT_FALSE(ExecKey::of("17:abc") == ExecKey::of("17:abd"));
    EXPECT_FALSE(ExecKey::of("").is_none());
    EXPECT_TRUE(ExecKey{}.is_none());
}

TEST(Hash, Crc32cKnownAnswers) {
    EXPECT_EQ(crc32c("123456789", 9), 0xE3069283u);
    EXPECT_EQ(crc32c("", 0), 0u);
    const std::string zeros(32, '\0');
    EXPECT_EQ(crc32c(zeros.data(), zeros.size()), 0x8A9136AAu);  // RFC 3720, B.4
    const std::string ones(32, '\xff');
    EXPECT_EQ(crc32c(ones.data(), ones.size()), 0x62A8AB43u);
}

TEST(Hash, Crc32cContinuesFromASeed) {
    const std::string text = "the quick brown fox jumps over the lazy dog";
    const std::uint32_t whole = crc32c(text.data(), text.size());
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        const std::uint32_t first = crc32c(text.data(), cut);
        EXPECT_EQ(crc32c(text.data() + cut, text.size() - cut, first), whole) << cut;
    }
}

TEST(Hash, Hash64DependsOnEveryByteAndTheLength) {
    std::string text(41, 'x');
    const std::uint64_t base = hash64(text);
    for (char& c : text) {
        c = 'y';
        EXPECT_NE(hash64(text), base);
        c = 'x';
    }
    EXPECT_NE(hash64(std::string_view("\0\0", 2)), hash64(std::string_view("\0", 1)));
    EXPECT_NE(hash64("a", 1), hash64("a", 2));
    EXPECT_EQ(hash64(std::string_view{}), hash64(""));
}

}  // namespace
}  // namespace hw
