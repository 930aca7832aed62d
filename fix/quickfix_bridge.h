// The one door between QuickFIX and the rest: plain structs and two abstract classes, in C++14, because
// QuickFIX's headers compile as nothing newer.
//
// On this side of it stands a FIX::Session driven by hand: bytes in, timers, messages out, all in the
// caller's thread. QuickFixHost is what the session asks and tells while one of those calls runs. Nothing
// here throws; whatever QuickFIX throws is caught behind the door and counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hw {
namespace fix {

struct TextField {
    int tag;
    std::string value;
};

/// A field of a received message; points into it.
struct FieldView {
    int tag;
    const char* data;
    std::size_t size;
};

/// One entry of a repeating group.
struct GroupEntry {
    int group;  ///< the group's count, e.g. 702
    const FieldView* fields;
    std::size_t field_count;
};

/// A received message that passed the session's checks.
struct InboundMessage {
    const char* type;
    std::size_t type_size;
    std::uint32_t sequence;
    bool possible_duplicate;  ///< 43=Y
    bool possible_resend;     ///< 97=Y
    const FieldView* fields;  ///< body, then header; those in groups left out
    std::size_t field_count;
    const GroupEntry* entries = nullptr;  ///< of its groups, in order; groups within groups are left out
    std::size_t entry_count = 0;
    /// Where the field of a tag may stand, for tags below kPlacedTags: if it is not there, it is nowhere.
    /// Null: to be searched for.
    const std::uint8_t* places = nullptr;
    enum : int { kPlacedTags = 2048 };
};

/// What became of a received application message; anything but `accepted` is answered with a reject.
enum class Verdict {
    accepted,
    bad_format,  ///< session Reject, 373=6 and 371
    bad_value,   ///< session Reject, 373=5 and 371
    missing,     ///< BusinessMessageReject, 380=5
    unsupported  ///< BusinessMessageReject, 380=3
};

struct VerdictOn {
    Verdict verdict;
    int tag;
};

/// Why a whole message did not get as far as the application.
enum class SessionFault {
    not_parsed,  ///< no FIX message inside its frame
    store_failed,
    exception  ///< anything else QuickFIX threw
};

class QuickFixHost {
  public:
    virtual ~QuickFixHost() = default;

    virtual bool write(const char* data, std::size_t size) = 0;
    virtual void close() = 0;

    virtual VerdictOn on_application(const InboundMessage&) = 0;
    virtual void on_admin(const InboundMessage&) = 0;
    /// Fields that the venue's dialect adds to our Logon and Logout.
    virtual void logon_fields(std::vector<TextField>&) = 0;
    virtual void logout_fields(std::vector<TextField>&) = 0;
    /// An administrative message of ours is about to leave.
    virtual void on_admin_sent(char type) = 0;
    /// A session Reject of ours is: of which message, and why (373).
    virtual void on_reject_sent(const std::string& message_type, std::uint32_t sequence, int reason) = 0;
    /// The venue asks again for an application message: true sends it again, false gap-fills it.
    virtual bool may_replay(const std::string& type, std::uint32_t sequence,
                            const std::string& original_sending_time) = 0;
    /// QuickFIX's own words on what it does, e.g. why it disconnects.
    virtual void on_note(const std::string&) = 0;
    virtual void on_fault(SessionFault, const char* what) = 0;

    // The message store. `store` returns false when it cannot keep the message: it is then not sent.
    virtual bool store(std::uint32_t sequence, const std::string& message) = 0;
    virtual void stored(std::uint32_t begin, std::uint32_t end, std::vector<std::string>&) const = 0;
    virtual std::uint32_t next_sender() const = 0;
    virtual std::uint32_t next_target() const = 0;
    virtual void set_next_sender(std::uint32_t) = 0;
    virtual void set_next_target(std::uint32_t) = 0;
    virtual void reset_store() = 0;
};

struct QuickFixSettings {
    std::string sender_comp_id;
    std::string target_comp_id;
    int heartbeat_s = 0;
    bool reset_on_logon = false;  ///< the Logon says 141=Y; the host resets the store before `connected`
    const char* begin_string = "FIX.4.4";
    const char* default_appl_ver_id = nullptr;  ///< 1137, FIXT.1.1 only
    // XML texts: of the session's messages and of the application's; with FIX.4.4 they are one.
    const char* transport_dictionary = nullptr;
    const char* application_dictionary = nullptr;
};

class QuickFixSession {
  public:
    /// Nothing, and the reason in `error`, when QuickFIX refuses the settings. The host outlives it.
    static std::unique_ptr<QuickFixSession> create(const QuickFixSettings&, QuickFixHost&,
                                                   std::string& error);
    virtual ~QuickFixSession() = default;

    // Times are nanoseconds since 1970, UTC.
    virtual void connected() = 0;     ///< the host's write works from here on
    virtual void disconnected() = 0;  ///< and from here on no longer
    virtual void receive(const std::string& message, std::int64_t now_ns) = 0;  ///< one whole message
    virtual void run_timers(std::int64_t now_ns) = 0;  ///< logon, heartbeats, timeouts; only while connected
    /// False: not logged on, or the store did not take it; then no sequence number was used.
    virtual bool send(const char* type, const std::vector<TextField>& body) = 0;
    virtual void begin_logout(const std::string& text) = 0;  ///< 58 of the Logout; empty: none

    virtual bool attached()
        const = 0;  ///< between `connected` and the end of the connection, from either side
    virtual bool logged_on() const = 0;
    virtual bool in_agreement() const = 0;  ///< logged on, and nothing of theirs is missing
    /// A request of ours to send again has not been satisfied by a message beyond what was asked for.
    virtual bool resend_pending() const = 0;

    // What QuickFIX has to know of messages that did not pass through it, beside their sequence numbers,
    // which are the host's: heartbeats and timeouts count from here.
    virtual void note_sent(std::int64_t now_ns) = 0;
    virtual void note_received(std::int64_t now_ns) = 0;
};

}  // namespace fix
}  // namespace hw
