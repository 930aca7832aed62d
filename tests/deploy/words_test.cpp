// The small tools of the configuration: addresses and spelling.
#include <gtest/gtest.h>

#include "deploy/runtime/ipv4.h"
#include "deploy/runtime/spelling.h"

namespace hw::deploy {
namespace {

TEST(Ipv4, ReadsFourDecimalNumbers) {
    EXPECT_EQ(parse_ipv4("0.0.0.0"), 0u);
    EXPECT_EQ(parse_ipv4("239.111.111.1"), 0xef6f6f01u);
    EXPECT_EQ(parse_ipv4("255.255.255.255"), 0xffffffffu);
}

TEST(Ipv4, RefusesEverythingElse) {
    for (const char* text : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1..2.3",
                             "1.2.3.4 ", " 1.2.3.4", "a.b.c.d", "1.2.3.4294967297", "0x1.2.3.4"})
        EXPECT_EQ(parse_ipv4(text), std::nullopt) << text;
}

TEST(Ipv4, TextComesBack) {
    for (const std::uint32_t address : {0u, 0xef6f6f01u, 0xffffffffu, 0x01020304u})
        EXPECT_EQ(parse_ipv4(ipv4_text(address)), address);
}

TEST(Ipv4, KnowsMulticast) {
    EXPECT_TRUE(is_multicast(*parse_ipv4("224.0.0.0")));
    EXPECT_TRUE(is_multicast(*parse_ipv4("239.255.255.255")));
    EXPECT_FALSE(is_multicast(*parse_ipv4("223.255.255.255")));
    EXPECT_FALSE(is_multicast(*parse_ipv4("240.0.0.0")));
}

TEST(Spelling, CountsEdits) {
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("band", "band"), 0u);
    EXPECT_EQ(edit_distance("", "band"), 4u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("idle", "idel"), 1u) << "a swap of neighbours is one edit";
}

TEST(Spelling, FindsTheNearestWordOrNone) {
    const std::vector<std::string> known = {"device", "idle", "idle_sleep_us", "eal"};
    EXPECT_EQ(nearest_word("idel", known), "idle");
    EXPECT_EQ(nearest_word("idle_slep_us", known), "idle_sleep_us");
    EXPECT_EQ(nearest_word("colour", known), "");
    EXPECT_EQ(nearest_word(std::string(10'000, 'x'), known), "");
}

TEST(Spelling, KnowsTheNamesOfSecrets) {
    EXPECT_TRUE(names_a_secret("password"));
    EXPECT_TRUE(names_a_secret("fix_Secret"));
    EXPECT_TRUE(names_a_secret("API_KEY"));
    EXPECT_FALSE(names_a_secret("sender_comp_id"));
    EXPECT_FALSE(names_a_secret("credentials_file"));
}

}  // namespace
}  // namespace hw::deploy
