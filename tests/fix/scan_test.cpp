// The scan finds the same on every instruction set, and what a plain loop finds.
#include "fix/scan.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "fix/framing.h"

namespace hw::fix::test {
namespace {

using pricing::SimdLevel;

struct Found {
    bool ok = false;
    unsigned sum = 0;
    std::vector<std::pair<int, std::string>> fields;
    friend bool operator==(const Found&, const Found&) = default;
};

constexpr std::size_t kRoom = 40;

/// The text stands at the end of memory of its own, but for the slack that is allowed.
Found scan_with(SimdLevel level, const std::string& text) {
    std::vector<char> bytes(text.begin(), text.end());
    bytes.insert(bytes.end(), kScanSlack, '=');
    bytes.shrink_to_fit();
    std::vector<FieldView> fields(kRoom);
    Scan scan;
    Found found;
    found.ok = scan_function(level)(bytes.data(), text.size(), fields.data(), kRoom, scan);
    if (!found.ok) return found;
    found.sum = static_cast<unsigned>(scan.sum & 255u);
    for (std::size_t i = 0; i < scan.count; ++i) {
        EXPECT_GE(fields[i].data, bytes.data());
        found.fields.emplace_back(fields[i].tag, std::string(fields[i].data, fields[i].size));
    }
    return found;
}

Found plainly(const std::string& text) {
    Found found;
    found.sum = fix_checksum(text);
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = text.find(kSoh, at);
        if (end == std::string::npos || found.fields.size() == kRoom) return {};
        const std::string field = text.substr(at, end - at);
        const std::size_t equals = field.find('=');
        if (equals == std::string::npos || equals == 0 || equals > 7 || equals + 1 == field.size()) return {};
        const std::string tag = field.substr(0, equals);
        if (tag.find_first_not_of("0123456789") != std::string::npos || tag[0] == '0') return {};
        found.fields.emplace_back(std::stoi(tag), field.substr(equals + 1));
        at = end + 1;
    }
    found.ok = !text.empty();
    return found;
}

std::vector<SimdLevel> levels() {
    std::vector<SimdLevel> all = {SimdLevel::scalar};
    if (best_scan_level() >= SimdLevel::avx2) all.push_back(SimdLevel::avx2);
    if (best_scan_level() >= SimdLevel::avx512) all.push_back(SimdLevel::avx512);
    return all;
}

void expect_same(const std::string& text) {
    const Found expected = plainly(text);
    for (const SimdLevel level : levels()) {
        const Found found = scan_with(level, text);
        ASSERT_EQ(found.ok, expected.ok) << to_string(level) << ": " << text;
        if (!found.ok) continue;
        ASSERT_EQ(found, expected) << to_string(level) << ": " << text;
    }
}

TEST(FixScan, TagsAndValuesOfAllLengths) {
    expect_same("");
    expect_same("\x01");
    expect_same("35=8");
    expect_same("35=8\x01");
    expect_same("=8\x01");
    expect_same("35=\x01");
    expect_same("035=8\x01");
    expect_same("35=8=9\x01");
    expect_same("3x5=8\x01");
    expect_same(
        "1234567=a\x01"
        "7654321=b\x01");
    expect_same("12345678=a\x01");
    expect_same(std::string("58=\xff\x80\x00\x7f\x02\x01", 9));
    for (std::size_t n = 1; n < 300; ++n) {
        std::string text = "58=" + std::string(n, 'x') + '\x01';
        expect_same(text + "9=1\x01" + text);
    }
    std::string many;
    for (std::size_t n = 0; n < kRoom + 2; ++n) expect_same(many += "1=2\x01");
}

TEST(FixScan, RandomText) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (int n = 0; n < 20'000 && !HasFailure(); ++n) {
        std::string text;
        for (std::size_t fields = 1 + random() % 20; fields > 0; --fields) {
            text += std::to_string(1 + random() % (random() % 4 == 0 ? 200'000 : 200)) + "=";
            for (std::size_t size = 1 + random() % 40; size > 0; --size)
                text += static_cast<char>(random() % 8 == 0 ? 2 + random() % 254 : '0' + random() % 75);
            text += '\x01';
        }
        if (random() % 2 == 0) text[random() % text.size()] = static_cast<char>(random());
        expect_same(text);
    }
}

}  // namespace
}  // namespace hw::fix::test
