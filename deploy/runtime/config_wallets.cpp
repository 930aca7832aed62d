#include "deploy/runtime/config_wallets.h"

#include <fmt/format.h>

#include <algorithm>

#include "hedge/state.h"

namespace hw::deploy {
namespace {

using hedge::QuoteWallet;
using hedge::UnderlyingConfig;

/// Sums of shares like 0.1 and 0.9 may miss one by the last bits.
constexpr double kWhole = 1 + 1e-9;

bool is_underlying(const RunConfig& config, const std::string& currency) {
    const auto& all = config.engine.underlyings;
    return std::any_of(all.begin(), all.end(), [&](const UnderlyingConfig& u) { return u.name == currency; });
}

/// How often [[underlying.quote_wallet]] names it.
std::size_t times_listed(const UnderlyingConfig& u, const std::string& currency) {
    return static_cast<std::size_t>(
        std::count_if(u.quote_wallets.begin(), u.quote_wallets.end(),
                      [&](const QuoteWallet& w) { return w.currency == currency; }));
}

double share_of(const UnderlyingConfig& u, const std::string& currency) {
    double sum = 0;
    for (const QuoteWallet& w : u.quote_wallets) sum += w.currency == currency ? w.share : 0;
    return sum;
}

void check_quote_wallet(const RunConfig& config, std::size_t underlying, std::size_t n,
                        ConfigFindings& findings) {
    const auto& all = config.engine.underlyings;
    const QuoteWallet& wallet = all[underlying].quote_wallets[n];
    const std::string path = fmt::format("underlying[{}].quote_wallet[{}]", underlying, n);
    if (wallet.currency.empty()) return;
    if (is_underlying(config, wallet.currency))
        findings.add(path + ".currency",
                     fmt::format("{}.currency \"{}\" is an underlying: its coins are no quote currency", path,
                                 wallet.currency));
    if (times_listed(all[underlying], wallet.currency) > 1) {
        findings.add(path + ".currency", fmt::format("quote wallet \"{}\" is listed twice", wallet.currency));
        return;
    }
    double given = 0;
    for (std::size_t i = 0; i <= underlying; ++i) given += share_of(all[i], wallet.currency);
    if (given > kWhole)
        findings.add(path + ".share",
                     fmt::format("{}.share: {} of wallet \"{}\" is given away so far, more than there is",
                                 path, given, wallet.currency));
}

void check_wallet(const RunConfig& config, std::size_t n, ConfigFindings& findings) {
    const std::string& currency = config.wallets[n].currency;
    const std::string path = fmt::format("wallet[{}].currency", n);
    if (currency.empty()) return;
    for (std::size_t i = 0; i < n; ++i) {
        if (config.wallets[i].currency == currency)
            findings.add(path, fmt::format("wallet \"{}\" is configured twice", currency));
    }
    const auto& all = config.engine.underlyings;
    const bool listed = std::any_of(all.begin(), all.end(),
                                    [&](const UnderlyingConfig& u) { return times_listed(u, currency) > 0; });
    if (listed || is_underlying(config, currency)) return;
    findings.add(path, fmt::format("wallet \"{}\" counts nowhere: it is no underlying's coin, and no "
                                   "[[underlying.quote_wallet]] names it",
                                   currency));
}

}  // namespace

void assume_quote_wallets(RunConfig& config) {
    if (config.engine.underlyings.size() != 1) return;
    UnderlyingConfig& only = config.engine.underlyings.front();
    if (!only.quote_wallets.empty()) return;
    for (const WalletConfig& wallet : config.wallets) {
        const bool dollars = wallet.currency.starts_with("USD") && wallet.currency != only.name;
        if (dollars && times_listed(only, wallet.currency) == 0)
            only.quote_wallets.push_back({wallet.currency, 1.0});
    }
}

void check_wallets(const RunConfig& config, ConfigFindings& findings) {
    for (std::size_t i = 0; i < config.engine.underlyings.size(); ++i) {
        const std::size_t count = config.engine.underlyings[i].quote_wallets.size();
        const std::string path = fmt::format("underlying[{}].quote_wallet", i);
        if (count > hedge::kMaxQuoteCurrencies)
            findings.add(path, fmt::format("{}: {} are listed, at most {} are possible", path, count,
                                           hedge::kMaxQuoteCurrencies));
        for (std::size_t n = 0; n < count; ++n) check_quote_wallet(config, i, n, findings);
    }
    for (std::size_t n = 0; n < config.wallets.size(); ++n) check_wallet(config, n, findings);
}

}  // namespace hw::deploy
