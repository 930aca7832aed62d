// What the journal's readers rely on: sizes, and names and numbers that stay what they are.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/action.h"
#include "core/codes.h"
#include "core/event.h"
#include "core/journal/record.h"
#include "core/surface.h"

namespace hw {
namespace {

TEST(Layout, EventPayloads) {
    EXPECT_EQ(sizeof(RunStarted), 16u);
    EXPECT_EQ(sizeof(Instrument), 152u);
    EXPECT_EQ(sizeof(BookLevel), 24u);
    EXPECT_EQ(sizeof(BookTrust), 8u);
    EXPECT_EQ(sizeof(Ticker), 96u);
    EXPECT_EQ(sizeof(Trade), 48u);
    EXPECT_EQ(sizeof(IndexPrice), 24u);
    EXPECT_EQ(sizeof(LineState), 16u);
    EXPECT_EQ(sizeof(Execution), 144u);
    EXPECT_EQ(sizeof(OrderUpdate), 96u);
    EXPECT_EQ(sizeof(CancelReject), 80u);
    EXPECT_EQ(sizeof(OrderUnsent), 16u);
    EXPECT_EQ(sizeof(SessionState), 72u);
    EXPECT_EQ(sizeof(SettleComplete), 8u);
    EXPECT_EQ(sizeof(Position), 24u);
    EXPECT_EQ(sizeof(Timer), 8u);
    EXPECT_EQ(sizeof(Command), 120u);
    EXPECT_EQ(sizeof(SurfaceEvent), 32u);
    EXPECT_EQ(sizeof(Equity), 40u);
    EXPECT_EQ(sizeof(AccountSnapshot), 24u);
    EXPECT_EQ(sizeof(VenueOrder), 40u);
}

TEST(Layout, ActionPayloads) {
    EXPECT_EQ(sizeof(WhyRecord), 120u);
    EXPECT_EQ(sizeof(NewOrder), 152u);
    EXPECT_EQ(sizeof(CancelOrder), 32u);
    EXPECT_EQ(sizeof(MassCancel), 16u);
    EXPECT_EQ(sizeof(SettleOrders), 8u);
    EXPECT_EQ(sizeof(Alert), 32u);
}

TEST(Layout, EveryEventTypeHasANameAndAPayloadTheJournalCanHold) {
    std::set<std::string_view> names;
    for (std::uint16_t n = 1; n < static_cast<std::uint16_t>(EventType::count_); ++n) {
        const EventType type{n};
        EXPECT_EQ(payload_size(type) % 8, 0u) << to_string(type);
        EXPECT_LE(payload_size(type), Event::kPayloadBytes) << to_string(type);
        EXPECT_NE(to_string(type), "invalid") << n;
        EXPECT_TRUE(names.insert(to_string(type)).second) << n;
    }
    for (const EventType bad : {EventType::none, EventType::count_, EventType{999}}) {
        EXPECT_EQ(payload_size(bad), Event::kPayloadBytes + 1);
    }
}

TEST(Layout, EveryActionTypeHasANameAndAPayloadTheJournalCanHold) {
    for (std::uint16_t n = 1; n <= static_cast<std::uint16_t>(ActionType::alert); ++n) {
        const ActionType type{n};
        EXPECT_EQ(payload_size(type) % 8, 0u) << to_string(type);
        EXPECT_LE(payload_size(type), Action::kPayloadBytes) << to_string(type);
        EXPECT_NE(to_string(type), "invalid");
    }
    EXPECT_EQ(payload_size(ActionType{99}), Action::kPayloadBytes + 1);
    EXPECT_LE(sizeof(RecordPrefix) + sizeof(ActionHeader) + Action::kPayloadBytes, kMaxRecord);
}

TEST(Codes, NumbersAndNamesAreUnique) {
    std::set<int> numbers;
    std::set<std::string> names;
#define HW_X(number, name, severity, text)                       \
    EXPECT_TRUE(numbers.insert(number).second) << number;        \
    EXPECT_TRUE(names.insert(#name).second) << #name;            \
    EXPECT_EQ(to_string(AlertCode::name), #name);                \
    EXPECT_EQ(severity_of(AlertCode::name), Severity::severity); \
    EXPECT_FALSE(description_of(AlertCode::name).empty()) << #name;
    HW_ALERT_CODES(HW_X)
#undef HW_X
    EXPECT_EQ(to_string(AlertCode{9'999}), "invalid");
}

}  // namespace
}  // namespace hw
