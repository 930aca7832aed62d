// The order session's inside; for its own units only.
//
// Two ways lead out and in. The fast ones know messages of a few shapes, while the session is up; whatever
// they do not know leaves no trace there and goes through QuickFIX. Both share the message store, and with it
// the sequence numbers, the report reader and the counters.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fix/fast_receiver.h"
#include "fix/fast_sender.h"
#include "fix/order_writer.h"
#include "fix/session.h"
#include "fix/session_life.h"

namespace hw::fix {

class OrderSession::Impl final : public SessionLife {
  public:
    Impl(const SessionConfig&, const InstrumentTable&, EventSinkRef, Nanos now, std::unique_ptr<Dialect>,
         SessionFiles);

    void on_bytes(const char* data, std::size_t size, Nanos now);
    bool send(const Action&, Nanos now);
    void prepare(InstrumentId instrument) { sender_.prepare(instrument); }
    void rehearse(Nanos now);
    void tidy() { received_->put_away(); }
    bool has_slot(OrderId order) const { return store_->has_slot(order); }

    // QuickFixHost
    bool may_replay(const std::string& type, std::uint32_t sequence,
                    const std::string& original_sending_time) override;

  private:
    // Fills may be among what is lost.
    void on_lost(std::uint32_t sequence) override { stop_engine(sequence); }
    void on_down() override {}

    bool send_fast(const Action&);
    bool send_slow(const Action&);
    void count_sent(const Action&);
    std::size_t take_report(std::string_view bytes);
    bool replay_order(std::uint32_t sequence);
    bool gap_fill_order(std::uint32_t sequence);

    const Nanos time_to_live_;
    OrderWriter writer_;
    FastSender sender_;
    FastReceiver receiver_;
    std::vector<TextField> fields_;
};

}  // namespace hw::fix
