// Garbled configurations: never a crash; and what is accepted comes back from its own text unchanged.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/deploy/config_samples.h"

namespace hw::deploy {
namespace {

using Random = std::mt19937_64;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* text = std::getenv(variable);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::size_t below(Random& random, std::size_t n) { return n == 0 ? 0 : random() % n; }

// Words that matter to the reader, so that mutations reach beyond the syntax.
std::string some_word(Random& random) {
    static const char* const kWords[] = {
        "0",      "-1",  "nan",        "1e308",       "9223372036854775807", "true", "\"\"",
        "[]",     "{}",  "[[",         "]]",          "\"paper\"",           "=",    "\n",
        "\"\\\"", "'''", "1979-05-27", "\"\\u0001\"", "[underlying]",        "a.b",  "0x7f"};
    return kWords[below(random, std::size(kWords))];
}

void mutate(std::string& text, Random& random) {
    const std::size_t at = below(random, text.size() + 1);
    const std::size_t length = below(random, std::min<std::size_t>(text.size() - at, 40) + 1);
    switch (below(random, 6)) {
        case 0:
            text.erase(at, length);
            break;
        case 1:
            text.insert(at, text.substr(below(random, text.size() + 1), below(random, 60)));
            break;
        case 2:
            text.insert(at, some_word(random));
            break;
        case 3:
            text.replace(at, length, some_word(random));
            break;
        case 4:
            if (at < text.size()) text[at] = static_cast<char>(random());
            break;
        default:
            text.resize(at);
            break;
    }
}

// Replaces the value of one line: stays TOML more often than not.
void mutate_value(std::string& text, Random& random) {
    const std::size_t equals = text.find("= ", below(random, text.size() + 1));
    if (equals == std::string::npos) return;
    const std::size_t end = text.find('\n', equals);
    text.replace(equals + 2, (end == std::string::npos ? text.size() : end) - equals - 2, some_word(random));
}

TEST(ConfigFuzz, GarbledTextIsRefusedOrUnderstood) {
    const std::uint64_t seed = number_from("HW_FUZZ_SEED", std::random_device{}());
    const std::uint64_t iterations = number_from("HW_FUZZ_ITERATIONS", 3'000);
    SCOPED_TRACE("HW_FUZZ_SEED=" + std::to_string(seed));
    Random random(seed);
    std::uint64_t accepted = 0;
    for (std::uint64_t i = 0; i < iterations && !testing::Test::HasFailure(); ++i) {
        std::string text(kSample);
        for (std::size_t n = below(random, 4) + 1; n > 0; --n)
            random() % 2 == 0 ? mutate(text, random) : mutate_value(text, random);
        const ConfigResult result = parse_config(text, "c.toml");
        if (const auto* errors = std::get_if<ConfigErrors>(&result)) {
            ASSERT_FALSE(errors->empty());
            ASSERT_FALSE(errors->front().message.empty());
            continue;
        }
        ++accepted;
        const std::string& effective = std::get<RunConfig>(result).text;
        const ConfigResult again = parse_config(effective, "again");
        ASSERT_TRUE(std::holds_alternative<RunConfig>(again))
            << to_string(std::get<ConfigErrors>(again)) << effective << "\nfrom\n"
            << text;
        ASSERT_EQ(std::get<RunConfig>(again).text, effective);
    }
    // Some mutations hit only comments or white space: without any accepted the property was not tried.
    EXPECT_TRUE(accepted > 0 || iterations < 1'000);
}

}  // namespace
}  // namespace hw::deploy
