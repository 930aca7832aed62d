// The venue of the hot path's test, in a process of its own: market data as Deribit's frames by memif, and a
// FIX session over TCP on the same port, that fills every order and now and then reports a fill of somebody
// else's in the same account.
//
// The perpetual's price swings by a percent, so that the delta of what is held leaves the band with the
// ticks; the other fills move it at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "fix/framing.h"
#include "net/tcp/bypass_socket.h"
#include "net/tcp/tcp_listener.h"
#include "tests/exchange/deribit_encoder.h"
#include "tests/fix/direct_link.h"
#include "tests/hot_path/shared.h"
#include "tests/net/tcp_pair.h"

namespace hw::test {

inline constexpr std::uint32_t kPerpetualFeedId = 11;
inline constexpr std::uint32_t kLinearFeedId = 12;
inline constexpr const char* kPerpetualName = "BTC-PERPETUAL";
inline constexpr const char* kLinearName = "BTC_USDC-PERPETUAL";

class FarEnd {
  public:
    FarEnd(net::Side& side, const Shared& shared) : side_(side), shared_(shared) {}

    /// Until the hedger has finished; false when that took too long.
    bool serve();

  private:
    void send_definitions();
    void send_ticks();
    void send_tick();
    void send_frame(bool snapshot);
    void take_orders();
    void answer(const std::string& message);
    void fill(const std::string& order);
    void fill_somebody_else();
    void say(const std::string& type, const std::string& fields);
    bool connected() const { return customer_ && customer_->connected(); }
    exchange::deribit::SnapshotMsg perpetual_book() const;

    net::Side& side_;
    const Shared& shared_;
    std::unique_ptr<net::TcpListener> listener_;
    std::unique_ptr<net::BypassSocket> customer_;
    fix::StreamFramer framer_;
    fix::test::DirectLink words_;  ///< makes our messages
    exchange::deribit::FrameEncoder frame_;
    std::uint32_t event_sequence_ = 1;
    std::uint32_t snapshot_sequence_ = 1;
    std::uint64_t change_id_ = 1;
    std::uint64_t ticks_ = 0;
    std::uint64_t trades_ = 0;
    std::uint64_t others_ = 0;  ///< fills of somebody else's
    double price_ = 50'000;
};

}  // namespace hw::test
