#include "fix/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "fix/timestamp.h"

namespace hw::fix {
namespace {

TEST(Decimal, KnownAnswers) {
    EXPECT_EQ(parse_decimal("0"), 0);
    EXPECT_EQ(parse_decimal("-0"), 0);
    EXPECT_EQ(parse_decimal("1"), kNano);
    EXPECT_EQ(parse_decimal("0.0005"), 500'000);
    EXPECT_EQ(parse_decimal("-64250.25"), -64'250'250'000'000);
    EXPECT_EQ(parse_decimal("00012.500000000000"), 12'500'000'000);
    EXPECT_EQ(parse_decimal(".5"), kNano / 2);
    EXPECT_EQ(parse_decimal("5."), 5 * kNano);
    EXPECT_EQ(parse_decimal("0.000000001"), 1);
    EXPECT_EQ(parse_decimal("9223372036.854775807"), INT64_MAX);
    EXPECT_EQ(parse_decimal("-9223372036.854775808"), INT64_MIN);
}

TEST(Decimal, RefusesWhatIsNoPlainNumberOrDoesNotFit) {
    for (const char* text : {"",
                             "-",
                             ".",
                             "-.",
                             "+1",
                             " 1",
                             "1 ",
                             "1e5",
                             "12x9",
                             "1.2.3",
                             "--1",
                             "1-",
                             "0x10",
                             "nan",
                             "inf",
                             "1,5",
                             "0.0000000001",
                             "1.1234567891",
                             "9223372036.854775808",
                             "-9223372036.854775809",
                             "9223372037",
                             "99999999999999999999999"}) {
        EXPECT_EQ(parse_decimal(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_decimal(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Decimal, PrintsTheShortestTextThatParsesToTheSame) {
    EXPECT_EQ(DecimalText{Qty::from_units(10)}.view(), "10");
    EXPECT_EQ(DecimalText{Price::from_nanos(500'000)}.view(), "0.0005");
    EXPECT_EQ(DecimalText{std::int64_t{INT64_MIN}}.view(), "-9223372036.854775808");
    EXPECT_EQ(DecimalText{std::int64_t{0}}.view(), "0");
    std::random_device device;
    const auto seed = device();
    std::mt19937_64 random(seed);
    for (int i = 0; i < 100'000; ++i) {
        const auto nanos = static_cast<std::int64_t>(random() << (random() % 64));
        const DecimalText text{nanos};
        ASSERT_EQ(parse_decimal(text.view()), nanos) << text.view() << " seed " << seed;
        const bool fraction = text.view().find('.') != std::string_view::npos;
        ASSERT_FALSE(fraction && text.view().ends_with('0')) << text.view() << " seed " << seed;
    }
}

TEST(Decimal, RandomTextIsEitherAPlainNumberOrRefused) {
    std::random_device device;
    const auto seed = device();
    std::mt19937 random(seed);
    constexpr std::string_view kAlphabet = "0123456789..--+e x";
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text(random() % 12, ' ');
        for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
        const auto nanos = parse_decimal(text);
        const std::string digits = text.starts_with('-') ? text.substr(1) : text;
        const bool plain = digits.find_first_not_of("0123456789.") == std::string::npos &&
                           digits.find_first_of("0123456789") != std::string::npos &&
                           digits.find('.') == digits.rfind('.');
        if (nanos) {
            ++accepted;
            ASSERT_TRUE(plain) << text << " seed " << seed;
            ASSERT_LT(std::abs(static_cast<long double>(*nanos) - std::stold(text) * 1e9L), 0.9L)
                << text << " seed " << seed;
        } else if (plain) {
            const auto point = digits.find('.');
            const bool fine = point != std::string::npos && digits.size() - point - 1 > 9;
            ASSERT_TRUE(fine || std::stold(digits) > 9.2e9L) << text << " seed " << seed;
        }
    }
    EXPECT_GT(accepted, 100);
}

TEST(Decimal, Counts) {
    EXPECT_EQ(parse_count("0"), 0u);
    EXPECT_EQ(parse_count("4294967295"), 4294967295u);
    for (const char* text : {"", "-1", "4294967296", "1.0", "12x", "99999999999"}) {
        EXPECT_EQ(parse_count(text), std::nullopt) << text;
    }
}

TEST(Decimal, MoneyWithMoreDecimalsIsRounded) {
    EXPECT_EQ(parse_decimal_rounded("0.00004161234567"), 41'612);
    EXPECT_EQ(parse_decimal_rounded("0.0000000005"), 1);
    EXPECT_EQ(parse_decimal_rounded("-0.0000000005"), -1);
    EXPECT_EQ(parse_decimal_rounded("-0.00000000049999"), 0);
    EXPECT_EQ(parse_decimal_rounded("1.9999999999"), 2'000'000'000);
    EXPECT_EQ(parse_decimal_rounded("12"), 12'000'000'000);
    EXPECT_EQ(parse_decimal_rounded("0.123456789"), 123'456'789);
    for (const char* text :
         {"", ".", "1e5", "0.1234567891x", "0.123456789.1", "x.1234567891", "99999999999.1234567891"}) {
        EXPECT_EQ(parse_decimal_rounded(text), std::nullopt) << text;
    }
}

TEST(Timestamp, KnownAnswers) {
    EXPECT_EQ(parse_timestamp("19700101-00:00:00"), Nanos{});
    EXPECT_EQ(parse_timestamp("20240229-12:34:56.789"), Nanos::from_ns(1'709'210'096'789'000'000));
    EXPECT_EQ(parse_timestamp("20240229-12:34:56.789012345"), Nanos::from_ns(1'709'210'096'789'012'345));
    for (const char* text :
         {"", "20240229", "20230229-00:00:00", "20240229-24:00:00", "20240229-12:60:00", "20240229 12:34:56",
          "20240229-12:34:56.", "20240229-12:34:56.0123456789", "20240229-12:34:5x", "99990101-00:00:00",
          "20241301-00:00:00", "20240229-12:34:56Z"}) {
        EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
    }
}

TEST(Timestamp, ThereAndBack) {
    std::random_device device;
    const auto seed = device();
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20'000; ++i) {
        const auto time = Nanos::from_ms(static_cast<std::int64_t>(random() % 9'000'000'000'000ULL));
        const auto text = format_timestamp_ms(time);
        ASSERT_EQ(parse_timestamp({text.data(), text.size()}), time) << "seed " << seed;
    }
}

}  // namespace
}  // namespace hw::fix
