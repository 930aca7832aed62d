// What is told of a port's link and losses, and how often.
#include "net/port_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace hw::net {
namespace {

class PortWatchTest : public ::testing::Test {
  protected:
    void look(bool up, std::uint64_t missed = 0, std::uint64_t no_buffers = 0) {
        PortSight sight;
        sight.link_up = up;
        sight.counters.imissed = missed;
        sight.counters.rx_nombuf = no_buffers;
        watch_.note(sight, [&](const PortState& state) {
            if (taken_) told_.push_back(state);
            return taken_;
        });
    }
    void expect_told(std::size_t n, PortCondition condition, std::uint64_t count = 0) {
        ASSERT_EQ(told_.size(), n);
        EXPECT_EQ(told_.back().condition, condition);
        EXPECT_EQ(told_.back().count, count);
        EXPECT_EQ(told_.back().port, 1);
    }

    PortWatch watch_{1};
    std::vector<PortState> told_;
    bool taken_ = true;
};

TEST_F(PortWatchTest, EveryChangeOfTheLinkIsToldOnce) {
    for (int n = 0; n < 10; ++n) look(true);
    EXPECT_TRUE(told_.empty());
    look(false);
    look(false);
    expect_told(1, PortCondition::link_down);
    look(true);
    look(true);
    expect_told(2, PortCondition::link_up);
}

TEST_F(PortWatchTest, APortThatWasNeverUpHasSomePatience) {
    for (int n = 0; n < PortWatch::kPatience; ++n) look(false);
    EXPECT_TRUE(told_.empty());
    look(false);
    expect_told(1, PortCondition::link_down);
    look(true);
    expect_told(2, PortCondition::link_up);
}

TEST_F(PortWatchTest, LossesAreToldAsTheyGrow) {
    look(true, 5, 0);
    expect_told(1, PortCondition::missed, 5);
    look(true, 5, 0);
    EXPECT_EQ(told_.size(), 1u);
    look(true, 12, 3);
    ASSERT_EQ(told_.size(), 3u);
    EXPECT_EQ(told_[1].count, 7u);
    expect_told(3, PortCondition::no_buffers, 3);
    look(true, 2, 3);  // the device began to count again
    expect_told(4, PortCondition::missed, 2);
}

TEST_F(PortWatchTest, WhatWasNotTakenIsToldAgain) {
    look(true);
    taken_ = false;
    look(false, 9);
    EXPECT_TRUE(told_.empty());
    taken_ = true;
    look(false, 11);
    ASSERT_EQ(told_.size(), 2u);
    EXPECT_EQ(told_[0].condition, PortCondition::link_down);
    EXPECT_EQ(told_[1].count, 11u);
}

}  // namespace
}  // namespace hw::net
