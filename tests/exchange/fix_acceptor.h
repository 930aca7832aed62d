// A FIX session of the venue's: a stock QuickFIX acceptor on 127.0.0.1, kept behind plain types.
//
// QuickFIX's threads receive and reply to session messages; application messages go into a queue that the
// matching thread empties, and what the matching thread says goes through a queue to one sending thread. So a
// slow or dead customer never holds matching up. Whatever is sent while the customer is away is numbered and
// stored in `dir`, and delivered by resend after the next logon.
//
// Compiles as C++14, as QuickFIX's headers demand of the unit behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/exchange/fix_message.h"

namespace hw {
namespace exchange {

struct FixAcceptorConfig {
    std::uint16_t port = 0;  ///< 0: a free one is chosen, see FixAcceptor::port
    std::string dir;         ///< message store and dictionary; made if missing
    std::string sender_comp_id = "EXCHANGE";
    std::string target_comp_id = "HEDGER";
    std::string begin_string = "FIX.4.4";  ///< or FIXT.1.1, with FIX 5.0 SP2 messages
    std::string dictionary_xml;            ///< of the application's messages; empty: messages are not checked
    std::string transport_dictionary_xml;  ///< of the session's, FIXT.1.1 only
    std::vector<std::string> served = {"D", "F", "q", "AF"};  ///< types; others are refused
    std::string username;                                     ///< empty: anyone may log on
    std::string password;
};

struct FixCounts {
    std::uint64_t received = 0;  ///< application messages
    std::uint64_t sent = 0;      ///< application messages, stored ones included
    std::uint64_t logons = 0;
    std::uint64_t logouts = 0;  ///< ends of a logged-on session, for any reason
    std::uint64_t refused_logons = 0;
    std::uint64_t unsupported = 0;  ///< messages of types the venue does not serve
};

class FixAcceptor {
  public:
    /// Null and a reason when the session cannot be started.
    static std::unique_ptr<FixAcceptor> start(const FixAcceptorConfig&, std::string& error);
    virtual ~FixAcceptor() = default;

    virtual std::uint16_t port() const = 0;
    virtual bool logged_on() const = 0;
    virtual FixCounts counts() const = 0;
    /// Sends, or stores for the customer's return. Never blocks.
    virtual void send(const FixMessage&) = 0;
    /// Moves what has come in to the end of `messages`, waiting up to `timeout_us` for the first.
    virtual void receive(std::vector<FixMessage>& messages, std::uint32_t timeout_us) = 0;
    /// Waits until everything given to `send` has been sent or stored; false when that took too long.
    virtual bool drain(std::uint32_t timeout_ms) = 0;
    /// Fault: cuts the TCP connection without a word.
    virtual void drop_connection() = 0;
    /// Fault: nobody may log on while it lasts.
    virtual void refuse_logons(bool refuse) = 0;
    /// Logs out and ends all threads; also done by the destructor.
    virtual void stop() = 0;
};

}  // namespace exchange
}  // namespace hw
