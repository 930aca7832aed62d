#include "fix/message_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

constexpr std::uint32_t kSlots = 64;
constexpr off_t kFirstSlot = 4096;

class Store : public ::testing::Test {
  protected:
    std::unique_ptr<MessageStore> open(std::string_view owner = "A->B", std::uint32_t slots = kSlots) {
        return MessageStore::open(dir.path(), owner, slots, Nanos::from_seconds(77), error);
    }
    static OrderId id(std::uint64_t n) { return OrderId::make(3, n, 0); }
    static std::string message(std::uint32_t n) {
        return "message " + std::to_string(n) + std::string(n % 200, 'x');
    }
    /// Stores as the session does: slot first, then the number.
    static void add(MessageStore& store, OrderId order = {}) {
        const std::uint32_t n = store.next_sender();
        ASSERT_TRUE(store.put(n, message(n), order));
        store.set_next_sender(n + 1);
    }
    void overwrite(off_t at, std::string_view bytes) {
        const int fd = ::open((dir / "messages").c_str(), O_WRONLY);
        ASSERT_GE(fd, 0);
        ASSERT_EQ(::pwrite(fd, bytes.data(), bytes.size(), at), static_cast<ssize_t>(bytes.size()));
        ::close(fd);
    }
    off_t slot_at(std::uint32_t sequence) const {
        return kFirstSlot + static_cast<off_t>(sequence % kSlots * MessageStore::kSlotBytes);
    }

    ScratchDir dir;
    std::string error;
};

TEST_F(Store, KeepsMessagesAndNumbersOverARestart) {
    {
        auto store = open();
        ASSERT_NE(store, nullptr) << error;
        EXPECT_EQ(store->next_sender(), 1u);
        EXPECT_EQ(store->next_target(), 1u);
        for (std::uint32_t i = 1; i <= 20; ++i) add(*store, i % 2 ? id(i) : OrderId{});
        store->set_next_target(9);
        store->set_flag(3, kReplayed);
    }
    auto store = open();
    ASSERT_NE(store, nullptr) << error;
    EXPECT_EQ(store->next_sender(), 21u);
    EXPECT_EQ(store->next_target(), 9u);
    EXPECT_EQ(store->created(), Nanos::from_seconds(77));
    for (std::uint32_t i = 1; i <= 20; ++i) {
        EXPECT_EQ(store->get(i), message(i));
        EXPECT_EQ(store->has_slot(id(i)), i % 2 == 1);
        EXPECT_EQ(store->find_order(id(i)), i % 2 ? i : 0);
    }
    EXPECT_EQ(store->flags_at(3), kReplayed);
    EXPECT_EQ(store->order_at(5), id(5));
    EXPECT_TRUE(store->get(21).empty());
    EXPECT_TRUE(store->get(0).empty());
    EXPECT_EQ(store->damaged_slots(), 0u);
}

TEST_F(Store, GoesRoundAndStaysCarefulAboutWhatItLetGo) {
    auto store = open();
    ASSERT_NE(store, nullptr) << error;
    for (std::uint32_t i = 1; i <= 10 * kSlots; ++i) add(*store, id(i));
    for (std::uint32_t i = 9 * kSlots + 1; i <= 10 * kSlots; ++i) {
        EXPECT_EQ(store->get(i), message(i));
        EXPECT_EQ(store->find_order(id(i)), i);
    }
    EXPECT_TRUE(store->get(9 * kSlots).empty());
    EXPECT_EQ(store->find_order(id(9 * kSlots)), 0u);
    EXPECT_TRUE(store->has_slot(id(9 * kSlots))) << "it had one once";
    EXPECT_FALSE(store->has_slot(id(10 * kSlots + 1)));
    store.reset();
    store = open();
    EXPECT_EQ(store->damaged_slots(), 0u);
    EXPECT_TRUE(store->has_slot(id(1)));
    EXPECT_FALSE(store->has_slot(id(10 * kSlots + 1)));
}

TEST_F(Store, ASlotBeyondTheLastNumberUsesUpItsNumber) {
    {
        auto store = open();
        add(*store, id(1));
        ASSERT_TRUE(store->put(2, "was being sent", id(2)));
    }
    auto store = open();
    EXPECT_EQ(store->next_sender(), 3u);
    EXPECT_EQ(store->unfinished_slots(), 1u);
    EXPECT_TRUE(store->has_slot(id(2)));
}

TEST_F(Store, ATornSlotBeyondTheLastNumberNeverWas) {
    {
        auto store = open();
        add(*store, id(1));
        ASSERT_TRUE(store->put(2, "was being stored", id(2)));
    }
    overwrite(slot_at(2) + 40, "torn");
    auto store = open();
    EXPECT_EQ(store->next_sender(), 2u);
    EXPECT_FALSE(store->has_slot(id(2)));
    EXPECT_EQ(store->damaged_slots(), 0u);
}

TEST_F(Store, ADamagedSlotIsNotReadAndMakesItCareful) {
    {
        auto store = open();
        for (std::uint32_t i = 1; i <= 9; ++i) add(*store, id(i));
    }
    overwrite(slot_at(5) + 33, "?");
    auto store = open();
    ASSERT_NE(store, nullptr) << error;
    EXPECT_EQ(store->damaged_slots(), 1u);
    EXPECT_TRUE(store->get(5).empty());
    EXPECT_EQ(store->get(6), message(6));
    EXPECT_EQ(store->next_sender(), 10u);
    EXPECT_TRUE(store->has_slot(id(5)));
    EXPECT_TRUE(store->has_slot(id(12'345))) << "nobody knows whose slot it was";
}

TEST_F(Store, ResetBeginsAgainAndStaysCareful) {
    auto store = open();
    for (std::uint32_t i = 1; i <= 9; ++i) add(*store, id(i));
    store->reset(Nanos::from_seconds(99));
    EXPECT_EQ(store->next_sender(), 1u);
    EXPECT_EQ(store->next_target(), 1u);
    EXPECT_EQ(store->created(), Nanos::from_seconds(99));
    EXPECT_TRUE(store->get(3).empty());
    EXPECT_TRUE(store->has_slot(id(9)));
    EXPECT_FALSE(store->has_slot(id(10)));
}

TEST_F(Store, TooLongIsRefused) {
    auto store = open();
    EXPECT_TRUE(store->put(1, std::string(MessageStore::kMaxMessage, 'a'), id(1)));
    EXPECT_FALSE(store->put(2, std::string(MessageStore::kMaxMessage + 1, 'a'), id(2)));
    EXPECT_FALSE(store->has_slot(id(2)));
}

TEST_F(Store, StampsRiseOverRestarts) {
    auto store = open();
    const auto first = store->rising_stamp(1000);
    EXPECT_EQ(first, 1000u);
    EXPECT_EQ(store->rising_stamp(1000), 1001u);
    store.reset();
    store = open();
    EXPECT_EQ(store->rising_stamp(5), 1002u);
}

TEST_F(Store, RefusesASecondOwnerAnotherSessionAnotherShapeAndAnotherVersion) {
    auto store = open();
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("in use"), std::string::npos) << error;
    store.reset();
    EXPECT_EQ(open("A->C"), nullptr);
    EXPECT_NE(error.find("belongs to session A->B"), std::string::npos) << error;
    EXPECT_EQ(open("A->B", 2 * kSlots), nullptr);
    EXPECT_NE(error.find("64 slots"), std::string::npos) << error;
    EXPECT_EQ(open("A->B", 100), nullptr);
    EXPECT_NE(error.find("power of two"), std::string::npos) << error;
    overwrite(24, "?");
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("damaged header"), std::string::npos) << error;
    overwrite(8, std::string_view("\x09\0\0\0", 4));
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("version 9"), std::string::npos) << error;
    EXPECT_NE(error.find("version 1"), std::string::npos) << error;
    overwrite(0, "something else");
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("not a message store"), std::string::npos) << error;
    ASSERT_EQ(::truncate((dir / "messages").c_str(), 10), 0);
    EXPECT_EQ(open(), nullptr);
    EXPECT_NE(error.find("too short"), std::string::npos) << error;
}

// A child stores as fast as it can and is killed at a random moment; what is left has to agree with itself.
TEST_F(Store, SurvivesBeingKilledInTheMiddleOfWriting) {
    std::random_device device;
    const auto seed = device();
    std::mt19937 random(seed);
    for (int round = 0; round < 20; ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            auto store = open();
            if (store == nullptr) ::_exit(1);
            for (;;) add(*store, id(store->next_sender()));
        }
        ::usleep(2'000 + static_cast<useconds_t>(random() % 5'000));
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child could not open the store";
        auto store = open();
        ASSERT_NE(store, nullptr) << error << " seed " << seed;
        EXPECT_EQ(store->damaged_slots(), 0u) << "seed " << seed;
        const std::uint32_t next = store->next_sender();
        for (std::uint32_t i = next > kSlots ? next - kSlots + 1 : 1; i < next; ++i) {
            ASSERT_EQ(store->get(i), message(i)) << "seed " << seed;
            ASSERT_EQ(store->find_order(id(i)), i) << "seed " << seed;
        }
        ASSERT_FALSE(store->has_slot(id(next))) << "seed " << seed;
    }
    EXPECT_GT(open()->next_sender(), kSlots);
}

}  // namespace
}  // namespace hw::fix::test
