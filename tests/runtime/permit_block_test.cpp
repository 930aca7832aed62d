// Quote permits through shared memory: a real writer here, a quoting engine in a process of its own.
#include "deploy/runtime/permit_block.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/codes.h"
#include "deploy/runtime/stopwatch.h"
#include "hedge/state_memory.h"

namespace hw::deploy {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::int64_t now_ns() { return hw_permit_now_ns(); }

/// `quoter_example` on a file, its words in another.
class Quoter {
  public:
    Quoter(const std::string& path, const std::string& out, double seconds) : out_(out) {
        pid_ = fork();
        if (pid_ != 0) return;
        const int fd = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(fd, 1);
        const std::string program = std::string(HW_BIN_DIR) + "/quoter_example";
        const std::string time = std::to_string(seconds);
        execl(program.c_str(), program.c_str(), path.c_str(), "BTC", time.c_str(), nullptr);
        _exit(99);
    }
    int wait() {
        int status = 0;
        waitpid(pid_, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    struct Line {
        std::int64_t at_ns = 0;
        std::string what;
    };
    std::vector<Line> lines() const {
        std::vector<Line> all;
        std::ifstream in(out_);
        for (std::string text; std::getline(in, text);) {
            const auto space = text.find(' ');
            all.push_back({std::stoll(text.substr(0, space)), text.substr(space + 1)});
        }
        return all;
    }
    /// The last word said, once it is this one or after a second.
    std::string says(const std::string& wanted) const {
        for (int i = 0; i < 1'000; ++i) {
            const auto all = lines();
            if (!all.empty() && all.back().what == wanted) return wanted;
            std::this_thread::sleep_for(1ms);
        }
        const auto all = lines();
        return all.empty() ? "nothing" : all.back().what;
    }

  private:
    std::string out_;
    pid_t pid_ = -1;
};

class PermitBlockTest : public testing::Test {
  protected:
    PermitBlockTest() {
        std::string pattern = "/dev/shm/hedgewire-permit-test-XXXXXX";
        dir_ = mkdtemp(pattern.data());
        path_ = dir_ + "/permit";
        add("BTC");
        add("ETH");
        hedge::EngineState& s = state();
        s.underlying_count = 3;
        for (std::uint16_t n = 0; n < 3; ++n) s.underlyings[n].configured = n != 1;
        s.underlyings[0].config_index = 1;  // ETH was heard of first
        s.underlyings[2].config_index = 0;
    }
    ~PermitBlockTest() override { fs::remove_all(dir_); }

    void add(const std::string& name) {
        hedge::UnderlyingConfig u;
        u.name = name;
        config_.underlyings.push_back(u);
    }
    hedge::EngineState& state() { return memory_.state(); }
    hedge::PermitState& btc() { return state().underlyings[2].risk.permit; }
    void decide(hedge::PermitState& permit, AlertCode why) {
        permit.why = why;
        permit.given = why == AlertCode::none;
        ++permit.changes;
    }
    std::unique_ptr<PermitBlock> open() {
        std::string error;
        auto block = PermitBlock::open(path_, config_, error);
        EXPECT_TRUE(block) << error;
        return block;
    }
    std::string refusal() {
        std::string error;
        EXPECT_FALSE(PermitBlock::open(path_, config_, error));
        return error;
    }
    /// What a reader in this process sees.
    bool may_quote(const char* underlying) {
        hw_permit reader;
        if (hw_permit_open(&reader, path_.c_str()) != HW_PERMIT_OK) return false;
        const bool may = hw_permit_may_quote(&reader, hw_permit_find(&reader, underlying)) != 0;
        hw_permit_close(&reader);
        return may;
    }

    std::string dir_, path_;
    hedge::EngineConfig config_;
    hedge::StateMemory memory_;
};

TEST_F(PermitBlockTest, AnUnderlyingsOwnPermitIsInItsSlot) {
    const auto block = open();
    EXPECT_FALSE(may_quote("BTC"));
    decide(btc(), AlertCode::none);
    block->publish(state(), now_ns(), false);
    EXPECT_TRUE(may_quote("BTC"));
    EXPECT_FALSE(may_quote("ETH"));
    EXPECT_FALSE(may_quote("SOL"));
    decide(btc(), AlertCode::underlying_stale);
    block->publish(state(), now_ns(), false);
    EXPECT_FALSE(may_quote("BTC"));
    hw_permit reader;
    hw_permit_state said;
    ASSERT_EQ(hw_permit_open(&reader, path_.c_str()), HW_PERMIT_OK);
    ASSERT_TRUE(hw_permit_read(&reader, hw_permit_find(&reader, "BTC"), &said));
    EXPECT_STREQ(said.reason_text, "underlying_stale");
    EXPECT_EQ(said.reason, static_cast<std::uint64_t>(AlertCode::underlying_stale));
    EXPECT_FALSE(hw_permit_read(&reader, -1, &said));
    EXPECT_FALSE(hw_permit_read(&reader, 2, &said)) << "only two are there";
    EXPECT_FALSE(hw_permit_read(&reader, 64, &said));
    hw_permit_close(&reader);
    EXPECT_FALSE(hw_permit_may_quote(&reader, 0)) << "closed";
}

TEST_F(PermitBlockTest, ALeaseRunsOutUnlessItIsRenewedAndIsNeverTooLong) {
    config_.permit_lease = Nanos::from_ms(20);
    const auto block = open();
    decide(btc(), AlertCode::none);
    block->publish(state(), now_ns(), true);
    const std::int64_t end = now_ns() + 60'000'000;
    while (now_ns() < end) {
        block->publish(state(), now_ns(), true);
        EXPECT_TRUE(may_quote("BTC"));
        std::this_thread::sleep_for(2ms);
    }
    block->publish(state(), now_ns(), false);
    std::this_thread::sleep_for(25ms);
    block->publish(state(), now_ns(), false);
    EXPECT_FALSE(may_quote("BTC")) << "nobody renewed it";
    block->publish(state(), now_ns() + 200'000'000, true);
    EXPECT_FALSE(may_quote("BTC")) << "further ahead than a lease can be";
    block->publish(state(), now_ns(), true);
    EXPECT_TRUE(may_quote("BTC"));
}

TEST_F(PermitBlockTest, AQuotingEngineInAnotherProcessFollows) {
    config_.permit_lease = Nanos::from_ms(50);
    Quoter quoter(path_, dir_ + "/quoter", 2.5);
    EXPECT_EQ(quoter.says("pulled no_hedger"), "pulled no_hedger");
    auto block = open();
    EXPECT_EQ(quoter.says("pulled warming_up"), "pulled warming_up");
    decide(btc(), AlertCode::none);
    block->publish(state(), now_ns(), true);
    EXPECT_EQ(quoter.says("quoting"), "quoting");
    decide(btc(), AlertCode::killed);
    const std::int64_t withdrawn_ns = now_ns();
    block->publish(state(), withdrawn_ns, false);
    EXPECT_EQ(quoter.says("pulled killed"), "pulled killed");
    EXPECT_LT(quoter.lines().back().at_ns - withdrawn_ns, 50'000'000) << "long before its lease ends";
    // A restart in between, which the quoting engine need not notice.
    block.reset();
    block = open();
    btc().changes = 0;
    decide(btc(), AlertCode::none);
    block->publish(state(), now_ns(), true);
    EXPECT_EQ(quoter.says("quoting"), "quoting");
    // Another set of underlyings: another file.
    block.reset();
    config_.underlyings.pop_back();
    state().underlyings[0].configured = 0;
    block = open();
    btc().changes = 0;
    decide(btc(), AlertCode::none);
    block->publish(state(), now_ns(), true);
    EXPECT_EQ(quoter.says("quoting"), "quoting");
    EXPECT_EQ(quoter.wait(), 0);
}

TEST_F(PermitBlockTest, AKilledHedgersPermitIsGoneWithin100Ms) {
    config_.permit_lease = Nanos::from_ms(100);
    Quoter quoter(path_, dir_ + "/quoter", 2);
    const pid_t hedger = fork();
    if (hedger == 0) {
        std::string error;
        const auto block = PermitBlock::open(path_, config_, error);
        decide(btc(), AlertCode::none);
        for (;;) {
            block->publish(state(), now_ns(), true);
            usleep(2'000);
        }
    }
    EXPECT_EQ(quoter.says("quoting"), "quoting");
    std::this_thread::sleep_for(150ms);
    EXPECT_EQ(quoter.lines().back().what, "quoting") << "renewed all the time";
    kill(hedger, SIGKILL);
    const std::int64_t killed_ns = now_ns();
    waitpid(hedger, nullptr, 0);
    EXPECT_EQ(quoter.says("pulled lease_ran_out"), "pulled lease_ran_out");
    // It looks once a millisecond, when it gets a core.
    EXPECT_LT(quoter.lines().back().at_ns - killed_ns, 100'000'000 + 20'000'000);
    // A lock dies with its process: the next hedger takes over.
    EXPECT_TRUE(open());
    EXPECT_EQ(quoter.wait(), 0);
}

TEST_F(PermitBlockTest, AReaderRefusesAnotherLayoutAndSaysWhich) {
    { const auto block = open(); }
    {
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(offsetof(hw_permit_block, version));
        const std::uint32_t other = 7;
        file.write(reinterpret_cast<const char*>(&other), sizeof other);
    }
    hw_permit reader;
    EXPECT_EQ(hw_permit_open(&reader, path_.c_str()), HW_PERMIT_OTHER_VERSION);
    EXPECT_EQ(reader.version, 7u);
    EXPECT_EQ(reader.block, nullptr);
    Quoter quoter(path_, dir_ + "/quoter", 0.3);
    EXPECT_EQ(quoter.says("pulled other_version_7"), "pulled other_version_7");
    EXPECT_EQ(quoter.wait(), 0);
    const auto block = open();
    EXPECT_EQ(hw_permit_open(&reader, path_.c_str()), HW_PERMIT_OK) << "a writer puts its own in place";
    hw_permit_close(&reader);
}

TEST_F(PermitBlockTest, WhatIsNotReadyGivesNone) {
    hw_permit reader;
    EXPECT_EQ(hw_permit_open(&reader, path_.c_str()), HW_PERMIT_ABSENT);
    std::ofstream(path_).put('\0');
    EXPECT_EQ(hw_permit_open(&reader, path_.c_str()), HW_PERMIT_NOT_READY);
    fs::resize_file(path_, sizeof(hw_permit_block));
    EXPECT_EQ(hw_permit_open(&reader, path_.c_str()), HW_PERMIT_NOT_READY) << "no magic yet";
}

TEST_F(PermitBlockTest, AWriterThatDiedInTheMiddleHoldsNobody) {
    {
        const auto block = open();
        decide(btc(), AlertCode::none);
        block->publish(state(), now_ns(), true);
        std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(offsetof(hw_permit_block, slots) + offsetof(hw_permit_slot, sequence));
        const std::uint64_t odd = 9;
        file.write(reinterpret_cast<const char*>(&odd), sizeof odd);
        file.flush();
        EXPECT_FALSE(may_quote("BTC"));
    }
    const auto block = open();
    block->publish(state(), now_ns(), true);
    EXPECT_TRUE(may_quote("BTC"));
}

TEST_F(PermitBlockTest, RefusesWhatIsNotItsOwn) {
    std::ofstream(path_) << "somebody's notes, longer than eight bytes";
    EXPECT_NE(refusal().find("something else"), std::string::npos);
    EXPECT_EQ(fs::file_size(path_), 41u) << "untouched";
    fs::remove(path_);
    {
        const auto block = open();
        EXPECT_NE(refusal().find("another hedger"), std::string::npos);
    }
    path_ = dir_ + "/none/permit";
    EXPECT_NE(refusal().find("No such file"), std::string::npos);
}

}  // namespace
}  // namespace hw::deploy
