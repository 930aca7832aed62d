#include "fix/dialect/dialect.h"

#include <gtest/gtest.h>

#include "fix/dialect/deribit.h"

namespace hw::fix {
namespace {

std::string value(const std::vector<TextField>& fields, int tag) {
    for (const TextField& field : fields) {
        if (field.tag == tag) return field.value;
    }
    return {};
}

SessionConfig deribit_config() {
    SessionConfig config;
    config.dialect = DialectKind::deribit;
    config.label = "hedge";
    return config;
}

// The expected text was made with `openssl dgst -sha256 -binary | base64`.
TEST(DeribitLogon, SignatureKnownAnswer) {
    const std::string_view nonce = "hedgewire-known-answer-nonce-32b";
    const std::string raw = deribit_raw_data(
        1'700'000'000'123, {reinterpret_cast<const unsigned char*>(nonce.data()), nonce.size()});
    EXPECT_EQ(raw, "1700000000123.aGVkZ2V3aXJlLWtub3duLWFuc3dlci1ub25jZS0zMmI=");
    EXPECT_EQ(deribit_password(raw, "s3cr3t-Key"), "Vgrw57Jo/9EnnoMVsg7N3V9hgk0FKetP0jxsQebDRXI=");
}

TEST(DeribitLogon, FieldsAndAFreshNonceEachTime) {
    std::string error;
    const auto dialect = make_dialect(deribit_config(), {"me", "hidden"}, error);
    ASSERT_NE(dialect, nullptr) << error;
    std::vector<TextField> first;
    std::vector<TextField> second;
    dialect->logon_fields(1000, first);
    dialect->logon_fields(1000, second);
    EXPECT_EQ(value(first, 553), "me");
    EXPECT_EQ(value(first, 554), deribit_password(value(first, 96), "hidden"));
    EXPECT_NE(value(first, 96), value(second, 96));
    EXPECT_TRUE(value(first, 96).starts_with("1000."));
    EXPECT_EQ(value(first, 96).size(), 5u + 44u);
    EXPECT_EQ(value(first, 9001), "Y");
    EXPECT_EQ(value(first, 9015), "Y");
    for (const TextField& field : first) EXPECT_EQ(field.value.find("hidden"), std::string::npos);
}

TEST(DeribitDialect, CancelsByLabelAndLeavesTheQuotesAlone) {
    std::string error;
    const auto dialect = make_dialect(deribit_config(), {"me", "hidden"}, error);
    std::vector<TextField> fields;
    dialect->mass_cancel_fields(fields);
    EXPECT_EQ(value(fields, 530), "10");
    EXPECT_EQ(value(fields, 100010), "hedge");
    fields.clear();
    dialect->logout_fields(fields);
    EXPECT_EQ(value(fields, 9003), "Y");
    EXPECT_EQ(dialect->our_id("theirs", "ours"), "ours");
    EXPECT_EQ(dialect->our_id("theirs", ""), "");
    EXPECT_FALSE(dialect->commission_is_meant());
}

TEST(DeribitDialect, NeedsCredentialsAndALabel) {
    std::string error;
    EXPECT_EQ(make_dialect(deribit_config(), {"me", ""}, error), nullptr);
    EXPECT_NE(error.find("secret"), std::string::npos);
    auto config = deribit_config();
    config.label.clear();
    EXPECT_EQ(make_dialect(config, {"me", "hidden"}, error), nullptr);
    EXPECT_NE(error.find("label"), std::string::npos);
}

TEST(PlainDialect, SaysNothingThatItWasNotTold) {
    std::string error;
    const auto dialect = make_dialect({}, {}, error);
    ASSERT_NE(dialect, nullptr);
    std::vector<TextField> fields;
    dialect->logon_fields(1, fields);
    dialect->logout_fields(fields);
    dialect->order_fields(fields);
    EXPECT_TRUE(fields.empty());
    dialect->mass_cancel_fields(fields);
    EXPECT_EQ(value(fields, 530), "7");
    EXPECT_EQ(dialect->our_id("a", ""), "a");
    EXPECT_EQ(dialect->our_id("cancel", "order"), "order");
}

}  // namespace
}  // namespace hw::fix
