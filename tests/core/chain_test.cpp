// The venue's own figures for its whole chain, and QuantLib's for random options.
#include <gtest/gtest.h>
#include <ql/pricingengines/blackcalculator.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/pricing/black76.h"

namespace hw::pricing {
namespace {

namespace fs = std::filesystem;

/// Fields of a line in which quotes may hold commas.
std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
        if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

double greek(const std::string& text, const std::string& name) {
    const std::size_t at = text.find("'" + name + "': ");
    return at == std::string::npos ? NAN : std::strtod(text.c_str() + at + name.size() + 4, nullptr);
}

TEST(VenueChain, DeltaGammaAndVegaAreTheVenues) {
    const fs::path path = fs::path(HW_SOURCE_DIR) / "../shared/data/deribit/options_2020-05-21.csv";
    std::ifstream file(path);
    if (!file) GTEST_SKIP() << "skipped: no ../shared";
    std::string line;
    std::getline(file, line);
    const std::vector<std::string> names = split(line);
    const auto column = [&](const std::string& name) {
        for (std::size_t n = 0; n < names.size(); ++n)
            if (names[n] == name) return n;
        ADD_FAILURE() << "no column " << name;
        return std::size_t{0};
    };
    const std::size_t expiry = column("expiration_timestamp"), now = column("timestamp"),
                      strike = column("strike"), type = column("option_type"),
                      forward = column("underlying_price"), iv = column("mark_iv"), greeks = column("greeks");
    int rows = 0;
    double delta = 0, gamma = 0, vega = 0;
    while (std::getline(file, line)) {
        const std::vector<std::string> f = split(line);
        if (f.size() < names.size()) continue;
        const auto number = [&](std::size_t n) { return std::strtod(f[n].c_str(), nullptr); };
        if (!(number(iv) > 0)) continue;
        OptionTerms o;
        o.settlement = Settlement::inverse;
        o.type = f[type] == "call" ? OptionType::call : OptionType::put;
        o.forward = number(forward);
        o.strike = number(strike);
        o.years = (number(expiry) - number(now)) / (365.0 * 86'400e3);
        o.vol = number(iv) / 100;
        const Greeks g = black76(o);
        delta = std::max(delta, std::abs(g.delta - greek(f[greeks], "delta")));
        gamma = std::max(gamma, std::abs(g.gamma - greek(f[greeks], "gamma")));
        vega = std::max(vega, std::abs(g.vega - greek(f[greeks], "vega")));
        ++rows;
    }
    EXPECT_GT(rows, 100);
    EXPECT_LE(delta, 1.1e-4);
    EXPECT_LE(gamma, 1e-5);
    EXPECT_LE(vega, 0.011);
    std::printf("%d rows: delta within %.2e, gamma %.2e, vega %.2e\n", rows, delta, gamma, vega);
}

TEST(QuantLib, AgreesWithinItsOwnAccuracy) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> u(0, 1);
    for (int n = 0; n < 20'000; ++n) {
        OptionTerms o;
        o.type = random() % 2 ? OptionType::call : OptionType::put;
        o.forward = 1'000 + 90'000 * u(random);
        o.years = 0.001 + 2 * u(random);
        o.vol = 0.05 + 2 * u(random);
        o.rate = 0.1 * u(random) - 0.02;
        o.strike = o.forward * std::exp((8 * u(random) - 4) * o.vol * std::sqrt(o.years));
        const double discount = std::exp(-o.rate * o.years), v = o.vol * std::sqrt(o.years);
        const QuantLib::BlackCalculator c(
            o.type == OptionType::call ? QuantLib::Option::Call : QuantLib::Option::Put, o.strike, o.forward,
            v, discount);
        const Greeks g = black76(o);
        EXPECT_NEAR(g.price, c.value(), 1e-11 * std::max(o.forward, o.strike));
        EXPECT_NEAR(g.delta, c.deltaForward(), 1e-11);
        EXPECT_NEAR(g.gamma * o.forward * v, c.gammaForward() * o.forward * v, 1e-10);
        EXPECT_NEAR(g.vega, c.vega(o.years) * 0.01, 1e-11 * o.forward);
    }
}

// Inverse Greeks are slopes of the coin price.
TEST(Inverse, NetDeltaIsTheSlopeOfTheCoinPrice) {
    std::mt19937_64 random(9);
    std::uniform_real_distribution<double> u(0, 1);
    for (int n = 0; n < 2'000; ++n) {
        OptionTerms o{Settlement::inverse,
                      n % 2 ? OptionType::call : OptionType::put,
                      50'000,
                      0,
                      0.02 + u(random),
                      0.2 + u(random),
                      0};
        o.strike = 50'000 * std::exp((3 * u(random) - 1.5) * o.vol * std::sqrt(o.years));
        const auto price = [&](double forward) {
            OptionTerms moved = o;
            moved.forward = forward;
            return black76(moved).price;
        };
        const double h = 1;
        EXPECT_NEAR(black76(o).net_delta, 50'000 * (price(50'000 + h) - price(50'000 - h)) / (2 * h), 3e-7);
    }
}

}  // namespace
}  // namespace hw::pricing
