// Orders out of templates, straight into the message store: what stands ready for an instrument is copied to
// the slot of the next sequence number, patched there, and sent from there.
//
// A send has two halves. `stage` makes the message and stores it; an empty view means that no template says
// it, nothing is stored, and the slow path has to. After the bytes were given to the transport, `complete`
// does the book-keeping. The sequence number is the store's, so that QuickFIX, which asks the store, counts
// on from here and replays these messages like its own.
//
// No heap memory, no lock and no system call in either half, nor in a rehearsal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/action.h"
#include "fix/message_store.h"
#include "fix/order_template.h"
#include "fix/order_writer.h"
#include "fix/session_config.h"
#include "fix/timestamp.h"

namespace hw::fix {

class FastSender {
  public:
    /// Instruments that can have templates; orders in others go the slow way.
    static constexpr std::size_t kMost = 256;

    FastSender(const SessionConfig&, const OrderWriter&, MessageStore&);

    /// Serialises ahead what is sent for this instrument; costs a look when that is done. Takes heap memory.
    void prepare(InstrumentId instrument) {
        if (index(instrument) < by_instrument_.size() && by_instrument_[index(instrument)] == 0)
            lay(instrument);
    }

    std::string_view stage(const Action&, Nanos now);
    void complete();

    /// Makes a new order in the place of the next message and stores nothing; each time of another
    /// instrument. Empty when there is no template yet.
    std::string_view rehearse(Nanos now);
    /// What the last rehearsal worked out.
    std::uint32_t rehearsed() const { return rehearsed_; }

  private:
    struct Templates {
        OrderTemplate order;
        OrderTemplate cancel;
    };

    void lay(InstrumentId);
    OrderTemplate make(const Action& sample) const;
    const Templates* find(InstrumentId) const;
    const OrderTemplate* fill_blanks(const Action&, OrderBlanks&) const;

    const std::string sender_;
    const std::string target_;
    const OrderWriter& writer_;
    MessageStore& store_;
    std::vector<std::uint16_t> by_instrument_;  ///< place in `templates_` + 1; zero: none
    std::vector<Templates> templates_;
    OrderTemplate mass_cancel_;
    TimestampText now_;
    std::uint32_t staged_ = 0;
    std::size_t next_rehearsal_ = 0;
    std::uint32_t rehearsed_ = 0;
};

}  // namespace hw::fix
