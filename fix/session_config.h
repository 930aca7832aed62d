// Who we are to the venue, and how the FIX session to it is kept.
#pragma once

#include <cstdint>
#include <string>

#include "core/types.h"
#include "fix/session_times.h"

namespace hw::fix {

enum class DialectKind : std::uint8_t {
    plain,   ///< FIX 4.4 as the specification has it
    deribit  ///< Deribit's FIX 4.4: its order id in 11, ours in 41; signed logon; its own tags
};

/// Which FIX goes over the connection.
enum class Protocol : std::uint8_t {
    fix44,  ///< FIX.4.4
    fixt11  ///< FIXT.1.1 with FIX 5.0 SP2 messages (DefaultApplVerID 1137=9)
};

/// Never in the configuration file: from HEDGEWIRE_FIX_USERNAME / HEDGEWIRE_FIX_SECRET or a file of mode
/// 0600.
struct Credentials {
    std::string username;
    std::string secret;
};

struct SessionConfig {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string sender_comp_id;
    std::string target_comp_id;
    std::string account;              ///< tag 1 on orders; empty: left out
    std::string label = "hedgewire";  ///< marks our orders where the venue has labels
    DialectKind dialect = DialectKind::plain;
    Protocol protocol = Protocol::fix44;
    std::uint32_t heartbeat_s = 5;
    std::uint32_t reconnect_ms = 200;    ///< first pause after a lost connection; doubles up to 32 times this
    std::string credentials_file;        ///< of mode 0600; empty: the environment
    std::string store_dir;               ///< message store; one session owns it
    std::uint32_t store_slots = 65'536;  ///< messages kept for resends; a power of two
    std::uint32_t received_mib = 64;     ///< of received messages kept for people; a power of two
    Nanos order_time_to_live = Nanos::from_ms(500);  ///< older orders are gap-filled, never replayed
    bool cancel_on_disconnect = true;
    bool fast_path = true;        ///< false: every message goes through QuickFIX
    SessionTimesText times;       ///< when the session is; empty: it has no end
    bool reset_on_logon = false;  ///< every Logon asks to begin the numbers again (141=Y)
};

}  // namespace hw::fix
