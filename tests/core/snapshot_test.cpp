// Snapshots and blobs: back as they were, or refused.
#include "core/journal/snapshot.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/hash.h"
#include "core/journal/blob_store.h"
#include "tests/core/journal_fixture.h"

namespace hw::test {
namespace {

using SnapshotTest = JournalTest;

std::vector<std::byte> sparse_state(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::byte> state(40 * 4096 + 1'234);
    for (std::size_t page = 0; page * 4096 < state.size(); page += 1 + random() % 5) {
        for (int n = 0; n < 10; ++n) {
            const std::size_t at = page * 4096 + random() % 4096;
            if (at < state.size()) state[at] = static_cast<std::byte>(random());
        }
    }
    state.back() = std::byte{7};
    return state;
}

TEST_F(SnapshotTest, ComesBackAsItWas) {
    std::string error;
    for (const std::uint64_t seed : {1, 2, 3}) {
        const auto state = sparse_state(seed);
        ASSERT_TRUE(write_snapshot(config.dir, {seed, 99, 5}, state, error)) << error;
        std::vector<std::byte> back(state.size());
        const auto info = read_snapshot(config.dir, seed, 5, back, error);
        ASSERT_TRUE(info) << error;
        EXPECT_EQ(info->sequence, seed);
        EXPECT_EQ(info->state_hash, 99u);
        EXPECT_EQ(back, state);
    }
    EXPECT_LT(fs::file_size(config.dir + "/snapshot-00000000000000000001.hws"), 40u * 4096);
}

TEST_F(SnapshotTest, AnotherLayoutIsRefused) {
    std::string error;
    auto state = sparse_state(1);
    ASSERT_TRUE(write_snapshot(config.dir, {1, 99, 5}, state, error));
    EXPECT_FALSE(read_snapshot(config.dir, 1, 6, state, error));
    EXPECT_NE(error.find("state layout 5, this build has 6"), std::string::npos) << error;
    state.resize(state.size() + 8);
    EXPECT_FALSE(read_snapshot(config.dir, 1, 5, state, error));
    EXPECT_FALSE(read_snapshot(config.dir, 2, 5, state, error));
}

TEST_F(SnapshotTest, DamageAnywhereIsRefused) {
    std::string error;
    const auto state = sparse_state(1);
    ASSERT_TRUE(write_snapshot(config.dir, {1, 99, 5}, state, error));
    const std::string path = config.dir + "/snapshot-00000000000000000001.hws";
    const std::string whole = read_text(path);
    std::vector<std::byte> back(state.size());
    std::mt19937_64 random(81);
    for (int step = 0; step < 300; ++step) {
        std::string damaged = whole;
        const std::size_t at = step < 56 ? static_cast<std::size_t>(step) : random() % whole.size();
        damaged[at] = static_cast<char>(damaged[at] ^ 4);
        ASSERT_TRUE(write_durably(path, std::as_bytes(std::span(damaged)), error));
        ASSERT_FALSE(read_snapshot(config.dir, 1, 5, back, error)) << at;
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, whole.size() - 1}) {
        ASSERT_TRUE(write_durably(path, std::as_bytes(std::span(whole)).first(size), error));
        EXPECT_FALSE(read_snapshot(config.dir, 1, 5, back, error)) << size;
    }
}

TEST_F(SnapshotTest, TheNewestThreeAreKept) {
    std::string error;
    const auto state = sparse_state(1);
    for (const std::uint64_t sequence : {30, 10, 20, 50, 40})
        ASSERT_TRUE(write_snapshot(config.dir, {sequence, 0, 5}, state, error));
    EXPECT_EQ(snapshots_in(config.dir), (std::vector<std::uint64_t>{30, 40, 50}));
    EXPECT_TRUE(snapshots_in(root + "/nowhere").empty());
}

TEST_F(SnapshotTest, BlobsComeBackOrNotAtAll) {
    BlobStore store(config.dir, 3);
    std::string error;
    const auto first = sparse_state(1);
    const auto second = sparse_state(2);
    const auto a = store.put(first, error);
    const auto b = store.put(second, error);
    ASSERT_TRUE(a && b) << error;
    EXPECT_NE(a->id, b->id);
    const auto equal = [](std::span<const std::byte> x, const std::vector<std::byte>& y) {
        return std::ranges::equal(x, y);
    };
    EXPECT_TRUE(equal(store.find(*a), first));
    EXPECT_TRUE(equal(store.find(*b), second));
    EXPECT_TRUE(equal(BlobStore(config.dir, 9).find(*a), first)) << "another process finds it";
    EXPECT_NE(BlobStore(config.dir, 4).put(first, error)->id, a->id) << "another run has other ids";

    BlobRef wrong = *a;
    wrong.crc ^= 1;
    EXPECT_TRUE(store.find(wrong).empty());
    wrong = *a;
    wrong.length -= 1;
    EXPECT_TRUE(store.find(wrong).empty());
    wrong.id = 12'345;
    EXPECT_TRUE(store.find(wrong).empty());
    for (const auto& file : fs::directory_iterator(config.dir + "/blobs"))
        overwrite(file.path().string(), 17, "\x5a", 1);
    EXPECT_TRUE(BlobStore(config.dir, 9).find(*b).empty());
}

TEST_F(SnapshotTest, ABlobThatCannotBeWrittenIsSaidSo) {
    std::FILE* file = std::fopen((config.dir + "/blobs").c_str(), "wb");
    std::fclose(file);
    BlobStore store(config.dir, 1);
    std::string error;
    EXPECT_FALSE(store.put(sparse_state(1), error));
    EXPECT_NE(error.find("cannot create"), std::string::npos) << error;
}

}  // namespace
}  // namespace hw::test
