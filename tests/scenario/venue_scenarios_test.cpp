// What the venue and the wires to it do to a hedger, two processes: refusals, halts, dead feeds and sessions,
// rate credits, contracts of another size. Positions equal to the exchange's and an identical replay at the
// end of each, unless the exchange lies about them.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

#include "deploy/permit/hedgewire_permit.h"
#include "tests/scenario/hedging_scenario.h"

namespace hw::scenario {
namespace {

class VenueScenario : public HedgingScenario {};

TEST_F(VenueScenario, WithoutCreditsNoOrderButTheCancel) {
    configure("[gate]\n",
              "[credits]\ncapacity = 5.0\nrefill_per_s = 0.001\nper_request = 0.0\nquoting_share = 0.0\n"
              "cancel_reserve = 2.0\n\n[gate]\n");
    for (const char* fill : {"fill@1.5=2", "fill@1.8=2", "fill@2.1=2", "fill@2.4=2", "fill@2.7=2"})
        incident(fill);
    bool killed = false;
    std::string answer;
    run(
        4, [this] { return said("killed"); },
        [&] {
            if (killed || !said("credits_low")) return;
            killed = true;
            EXPECT_EQ(world.ctl({"kill", "--why", "test"}, answer), 0) << answer;
        });
    EXPECT_EQ(orders().size(), 3u) << "two credits are for cancels";
    EXPECT_GT(alerts("credits_low"), 0u);
    EXPECT_GT(hedger.at("session").value("mass_cancels_sent", 0), 0);
    EXPECT_FALSE(btc().at("in_band").get<bool>());
    expect_consistent(world, true);
}

TEST_F(VenueScenario, AnotherContractSizeOnTheOrderSideRefusesToHedge) {
    exchange({"--initial-position", "BTC-PERPETUAL=-20000", "--wrong-multiplier", "BTC-PERPETUAL=1"});
    run(4);
    EXPECT_TRUE(orders().empty());
    EXPECT_EQ(alerts("contract_mismatch"), 1u);
    EXPECT_EQ(btc().at("why_not").at(0).at("code"), "contract_mismatch");
    EXPECT_EQ(venue.at("account_session").at("list_requests"), 1);
    expect_consistent(world);
}

TEST_F(VenueScenario, RejectedForMarginItDoesNotKeepAsking) {
    incident("margin-reject@0");
    incident("fill@1.5=2");
    run(5);
    EXPECT_GE(orders().size(), 2u) << "a margin may come back";
    EXPECT_LE(orders().size(), 6u) << "pauses double";
    EXPECT_GT(alerts("order_rejected"), 0u);
    EXPECT_EQ(venue.at("executions"), 1);
    expect_consistent(world);
}

TEST_F(VenueScenario, WhenEverythingIsRejectedItWaitsAndThenHedges) {
    incident("reject-all@0+3");
    incident("fill@1.5=2");
    run(4, order_after(3));
    EXPECT_LE(orders(0, 3).size(), 5u);
    EXPECT_FALSE(orders(3).empty());
    expect_in_band();
    expect_consistent(world);
}

TEST_F(VenueScenario, FillsMissedWhileTheSessionWasDeadAreHedgedAfterwards) {
    incident("fix-dead@1.5+2");
    incident("fill@2=2");
    incident("fill@2.5=1");
    run(4, order_after(3.5));
    EXPECT_TRUE(orders(1.5, 3.5).empty());
    EXPECT_FALSE(orders(3.5).empty());
    EXPECT_GT(hedger.at("session").value("logons", 0), 1);
    expect_in_band();
    expect_consistent(world);
}

TEST_F(VenueScenario, FillsOneLotAtATimeAreOneHedge) {
    exchange({"--lot-fills"});
    configure("band = 0.5", "band = 0.002");
    incident("fill@1.5=0.01");
    run(3, order_after(1.5));
    EXPECT_EQ(orders().size(), 1u);
    EXPECT_GT(venue.at("executions").get<int>(), 70) << "of ten dollars each";
    expect_in_band();
    expect_consistent(world);
}

TEST_F(VenueScenario, AHaltedInstrumentIsLeftAlone) {
    incident("halt@1.5+2");
    incident("fill@2=2");
    run(4.5, order_after(3.5));
    EXPECT_TRUE(orders(0, 3.5).empty());
    EXPECT_FALSE(orders(3.5).empty());
    EXPECT_EQ(venue.at("orders").at("rejected"), 0);
    EXPECT_GT(alerts("instrument_not_open"), 0u);
    expect_in_band();
    expect_consistent(world);
}

/// When the quote permit was last seen to be given, and that it was.
struct PermitWatch {
    explicit PermitWatch(std::string block) : path(std::move(block)) {}
    ~PermitWatch() {
        hw_permit_close(&permit);
        std::filesystem::remove(path);
    }
    void look(double now_s) {
        if (permit.block == nullptr && hw_permit_open(&permit, path.c_str()) != HW_PERMIT_OK) return;
        if (hw_permit_may_quote(&permit, hw_permit_find(&permit, "BTC"))) last_given_s = now_s;
    }
    std::string path;
    hw_permit permit{};
    double last_given_s = -1;
};

TEST_F(VenueScenario, ADeadFeedBesideALivingSessionStopsTheHedgingAndThePermit) {
    constexpr double kDead = 1.5, kStale = 0.25, kLease = 0.1;
    // Two processes on a machine that others use, too.
    constexpr double kSlack = 0.25;
    configure("stale_after_ms = 2000", "stale_after_ms = 250");
    configure("silent_after_ms = 2000", "silent_after_ms = 500");
    // A lease lives on a tmpfs.
    PermitWatch watch("/dev/shm/hw-scenario-permit-" + std::to_string(getpid()));
    configure("[control]\n", "[permit]\npath = \"" + watch.path + "\"\n\n[control]\n");
    incident("feed-dead@1.5+2");
    incident("fill@2.5=2");
    double gone_s = 0;
    run(4.5, order_after(3.5), [&] {
        const double now_s = time_s();
        watch.look(now_s);
        if (now_s < kDead + 1.9) gone_s = watch.last_given_s;
    });
    EXPECT_GT(gone_s, kDead - 0.5) << "given while all was well";
    EXPECT_LT(gone_s, kDead + kStale + kLease + kSlack);
    EXPECT_GT(watch.last_given_s, kDead + 2) << "given again";
    EXPECT_TRUE(orders(0, 3.5).empty());
    EXPECT_FALSE(orders(3.5).empty());
    EXPECT_GT(alerts("underlying_stale") + alerts("underlying_untrusted"), 0u);
    EXPECT_EQ(hedger.at("session").value("logons", 0), 1) << "FIX was alive";
    expect_in_band();
    expect_consistent(world);
}

TEST_F(VenueScenario, HedgesThatMakeItWorseAreStoppedWithinThreeOrders) {
    incident("invert-fills@0");
    incident("fill@1.5=2");
    run(3, [this] { return said("killed"); });
    EXPECT_GE(orders().size(), 1u);
    EXPECT_LE(orders().size(), 3u);
    EXPECT_TRUE(hedger.at("killed").get<bool>()) << hedger.at("alerts").dump();
    EXPECT_TRUE(world.replay().value("identical", false));
}

}  // namespace
}  // namespace hw::scenario
