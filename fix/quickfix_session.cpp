// C++14: see quickfix_bridge.h.
#include <quickfix/Application.h>
#include <quickfix/DataDictionary.h>
#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/Log.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Responder.h>
#include <quickfix/Session.h>

#include <sstream>

#include "fix/quickfix_bridge.h"

namespace hw {
namespace fix {
namespace {

FIX::UtcTimeStamp to_timestamp(std::int64_t ns) {
    return FIX::UtcTimeStamp(static_cast<time_t>(ns / 1000000000), static_cast<int>(ns % 1000000000), 9);
}

// QuickFIX's idea of a store, answered by the host's. A session is not tied to a day here: QuickFIX compares
// the store's creation time with the time of each call to see whether the day has changed, and is told the
// time of the call. Where it looks at the clock itself (attaching at midnight), `guard` keeps it from
// throwing the history away: only a Logon with ResetSeqNumFlag does that.
class StoreAdaptor : public FIX::MessageStore {
  public:
    explicit StoreAdaptor(QuickFixHost& host) : host_(host) {}

    void set_now(const FIX::UtcTimeStamp& now) {
        now_ = now;
        asked_ = false;
    }
    void guard(bool on) { guarded_ = on; }

    bool set(int sequence, const std::string& message) throw(FIX::IOException) override {
        if (!host_.store(static_cast<std::uint32_t>(sequence), message)) throw FIX::IOException("not stored");
        return true;
    }
    void get(int begin, int end, std::vector<std::string>& messages) const throw(FIX::IOException) override {
        if (begin < 1) begin = 1;
        if (end >= begin) {
            host_.stored(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), messages);
        }
    }
    int getNextSenderMsgSeqNum() const throw(FIX::IOException) override {
        return static_cast<int>(host_.next_sender());
    }
    int getNextTargetMsgSeqNum() const throw(FIX::IOException) override {
        return static_cast<int>(host_.next_target());
    }
    void setNextSenderMsgSeqNum(int n) throw(FIX::IOException) override { host_.set_next_sender(checked(n)); }
    void setNextTargetMsgSeqNum(int n) throw(FIX::IOException) override { host_.set_next_target(checked(n)); }
    void incrNextSenderMsgSeqNum() throw(FIX::IOException) override {
        host_.set_next_sender(host_.next_sender() + 1);
    }
    void incrNextTargetMsgSeqNum() throw(FIX::IOException) override {
        host_.set_next_target(host_.next_target() + 1);
    }
    FIX::UtcTimeStamp getCreationTime() const throw(FIX::IOException) override {
        const bool first = !asked_;
        asked_ = true;
        if (first || now_.getHour() != 23 || now_.getMinute() != 59) return now_;
        return FIX::UtcTimeStamp();
    }
    void reset() throw(FIX::IOException) override {
        if (!guarded_) host_.reset_store();
    }
    void refresh() throw(FIX::IOException) override {}

  private:
    static std::uint32_t checked(int n) {
        if (n < 1) throw FIX::IOException("sequence number below 1");
        return static_cast<std::uint32_t>(n);
    }

    QuickFixHost& host_;
    FIX::UtcTimeStamp now_;
    mutable bool asked_ = false;
    bool guarded_ = false;
};

class StoreFactory : public FIX::MessageStoreFactory {
  public:
    explicit StoreFactory(StoreAdaptor& store) : store_(store) {}
    FIX::MessageStore* create(const FIX::SessionID&) override { return &store_; }
    void destroy(FIX::MessageStore*) override {}

  private:
    StoreAdaptor& store_;
};

class NoteLog : public FIX::Log {
  public:
    explicit NoteLog(QuickFixHost& host) : host_(host) {}
    void clear() override {}
    void backup() override {}
    void onIncoming(const std::string&) override {}
    void onOutgoing(const std::string&) override {}
    void onEvent(const std::string& text) override { host_.on_note(text); }

  private:
    QuickFixHost& host_;
};

class LogFactory : public FIX::LogFactory {
  public:
    explicit LogFactory(NoteLog& log) : log_(log) {}
    FIX::Log* create() override { return &log_; }
    FIX::Log* create(const FIX::SessionID&) override { return &log_; }
    void destroy(FIX::Log*) override {}

  private:
    NoteLog& log_;
};

class ResponderAdaptor : public FIX::Responder {
  public:
    explicit ResponderAdaptor(QuickFixHost& host) : host_(host) {}
    void attach() { attached_ = true; }
    bool attached() const { return attached_; }
    bool send(const std::string& message) override {
        return attached_ && host_.write(message.data(), message.size());
    }
    void disconnect() override {
        if (!attached_) return;
        attached_ = false;
        host_.close();
    }
    void detach() { attached_ = false; }

  private:
    QuickFixHost& host_;
    bool attached_ = false;
};

bool is_yes(const FIX::FieldMap& map, int tag) { return map.isSetField(tag) && map.getField(tag) == "Y"; }

int integer_or(const FIX::FieldMap& map, int tag, int otherwise) {
    try {
        return map.isSetField(tag) ? FIX::IntConvertor::convert(map.getField(tag)) : otherwise;
    } catch (const FIX::FieldConvertError&) {
        return otherwise;
    }
}

class ApplicationAdaptor : public FIX::Application {
  public:
    explicit ApplicationAdaptor(QuickFixHost& host) : host_(host) { fields_.reserve(128); }

    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override {}
    void onLogout(const FIX::SessionID&) override {}

    void toAdmin(FIX::Message& message, const FIX::SessionID&) override {
        const std::string type = message.getHeader().getField(FIX::FIELD::MsgType);
        extra_.clear();
        if (type == FIX::MsgType_Logon) host_.logon_fields(extra_);
        if (type == FIX::MsgType_Logout) host_.logout_fields(extra_);
        for (const TextField& field : extra_) message.setField(field.tag, field.value);
        host_.on_admin_sent(type[0]);
        if (type != FIX::MsgType_Reject) return;
        const bool typed = message.isSetField(FIX::FIELD::RefMsgType);
        host_.on_reject_sent(typed ? message.getField(FIX::FIELD::RefMsgType) : std::string(),
                             static_cast<std::uint32_t>(integer_or(message, FIX::FIELD::RefSeqNum, 0)),
                             integer_or(message, FIX::FIELD::SessionRejectReason, -1));
    }
    void toApp(FIX::Message& message, const FIX::SessionID&) throw(FIX::DoNotSend) override {
        const FIX::Header& header = message.getHeader();
        if (!is_yes(header, FIX::FIELD::PossDupFlag)) return;
        const int sequence = integer_or(header, FIX::FIELD::MsgSeqNum, 0);
        if (!host_.may_replay(header.getField(FIX::FIELD::MsgType), static_cast<std::uint32_t>(sequence),
                              header.getField(FIX::FIELD::OrigSendingTime))) {
            throw FIX::DoNotSend();
        }
    }
    void fromAdmin(const FIX::Message& message,
                   const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                FIX::IncorrectTagValue, FIX::RejectLogon) override {
        host_.on_admin(view(message));
    }
    void fromApp(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        const VerdictOn answer = host_.on_application(view(message));
        switch (answer.verdict) {
            case Verdict::accepted:
                return;
            case Verdict::bad_format:
                throw FIX::IncorrectDataFormat(answer.tag);
            case Verdict::bad_value:
                throw FIX::IncorrectTagValue(answer.tag);
            case Verdict::missing:
                throw FIX::FieldNotFound(answer.tag);
            case Verdict::unsupported:
                throw FIX::UnsupportedMessageType();
        }
    }

  private:
    InboundMessage view(const FIX::Message& message) {
        fields_.clear();
        append(message);
        append(message.getHeader());
        const FIX::Header& header = message.getHeader();
        const std::string& type = header.getField(FIX::FIELD::MsgType);
        InboundMessage view;
        view.type = type.data();
        view.type_size = type.size();
        view.sequence = static_cast<std::uint32_t>(integer_or(header, FIX::FIELD::MsgSeqNum, 0));
        view.possible_duplicate = is_yes(header, FIX::FIELD::PossDupFlag);
        view.possible_resend = is_yes(header, FIX::FIELD::PossResend);
        view.fields = fields_.data();
        view.field_count = fields_.size();
        collect_entries(message);
        view.entries = entries_.data();
        view.entry_count = entries_.size();
        return view;
    }
    // First the fields, then the entries that point to them: the fields may move while they are collected.
    void collect_entries(const FIX::Message& message) {
        entries_.clear();
        group_fields_.clear();
        for (FIX::FieldMap::g_const_iterator g = message.g_begin(); g != message.g_end(); ++g) {
            for (const FIX::FieldMap* const entry : g->second) {
                const std::size_t before = group_fields_.size();
                for (FIX::FieldMap::const_iterator i = entry->begin(); i != entry->end(); ++i) {
                    const std::string& text = i->getString();
                    group_fields_.push_back(FieldView{i->getTag(), text.data(), text.size()});
                }
                entries_.push_back(GroupEntry{g->first, nullptr, group_fields_.size() - before});
            }
        }
        const FieldView* next = group_fields_.data();
        for (GroupEntry& entry : entries_) {
            entry.fields = next;
            next += entry.field_count;
        }
    }
    void append(const FIX::FieldMap& map) {
        for (FIX::FieldMap::const_iterator i = map.begin(); i != map.end(); ++i) {
            const std::string& text = i->getString();
            fields_.push_back(FieldView{i->getTag(), text.data(), text.size()});
        }
    }

    QuickFixHost& host_;
    std::vector<FieldView> fields_;
    std::vector<FieldView> group_fields_;
    std::vector<GroupEntry> entries_;
    std::vector<TextField> extra_;
};

// A venue may send tags that we do not know: they are no reason to refuse a fill.
ptr::shared_ptr<FIX::DataDictionary> make_dictionary(const char* xml) {
    std::istringstream text(xml);
    ptr::shared_ptr<FIX::DataDictionary> dictionary(new FIX::DataDictionary(text));
    dictionary->checkUserDefinedFields(false);
    dictionary->allowUnknownMsgFields(true);
    dictionary->checkFieldsOutOfOrder(false);
    return dictionary;
}

FIX::DataDictionaryProvider make_dictionaries(const QuickFixSettings& settings) {
    FIX::DataDictionaryProvider provider;
    const FIX::BeginString version(settings.begin_string);
    provider.addTransportDataDictionary(version, make_dictionary(settings.transport_dictionary));
    const FIX::ApplVerID application = settings.default_appl_ver_id == nullptr
                                           ? FIX::Message::toApplVerID(version)
                                           : FIX::ApplVerID(settings.default_appl_ver_id);
    provider.addApplicationDataDictionary(application, make_dictionary(settings.application_dictionary));
    return provider;
}

class Session : public QuickFixSession {
  public:
    Session(const QuickFixSettings& settings, QuickFixHost& host)
        : host_(host),
          store_(host),
          stores_(store_),
          log_(host),
          logs_(log_),
          responder_(host),
          application_(host),
          session_((store_.guard(true), application_), stores_,
                   FIX::SessionID(settings.begin_string, settings.sender_comp_id, settings.target_comp_id),
                   make_dictionaries(settings),
                   FIX::TimeRange(FIX::UtcTimeOnly(0, 0, 0), FIX::UtcTimeOnly(0, 0, 0)), settings.heartbeat_s,
                   &logs_) {
        session_.setResetOnLogon(settings.reset_on_logon);
        if (settings.default_appl_ver_id != nullptr) {
            session_.setSenderDefaultApplVerID(settings.default_appl_ver_id);
        }
    }

    void connected() override {
        store_.set_now(FIX::UtcTimeStamp());
        session_.logon();
        session_.setResponder(&responder_);
        responder_.attach();
    }
    void disconnected() override {
        responder_.detach();
        guarded([&] { session_.disconnect(); });
    }
    void receive(const std::string& message, std::int64_t now_ns) override {
        const FIX::UtcTimeStamp now = to_timestamp(now_ns);
        store_.set_now(now);
        store_.guard(!is_logon(message));
        guarded([&] { session_.next(message, now); });
        store_.guard(true);
    }
    void run_timers(std::int64_t now_ns) override {
        if (!attached()) return;
        const FIX::UtcTimeStamp now = to_timestamp(now_ns);
        store_.set_now(now);
        guarded([&] { session_.next(now); });
    }
    bool send(const char* type, const std::vector<TextField>& body) override {
        if (!logged_on()) return false;
        const std::uint32_t before = host_.next_sender();
        guarded([&] {
            FIX::Message message;
            message.getHeader().setField(FIX::FIELD::MsgType, type);
            for (const TextField& field : body) message.setField(field.tag, field.value);
            session_.send(message);
        });
        return host_.next_sender() != before;
    }
    void begin_logout(const std::string& text) override { session_.logout(text); }

    bool attached() const override { return responder_.attached(); }
    bool logged_on() const override { return attached() && mutable_session().isLoggedOn(); }
    bool in_agreement() const override {
        if (!logged_on()) return false;
        const FIX::SessionState& state = *static_cast<const FIX::SessionState*>(mutable_session().getStore());
        // QuickFIX remembers the range it asked for until a message beyond it comes; a gap fill may have
        // carried us over it already.
        return !state.resendRequested() ||
               host_.next_target() > static_cast<std::uint32_t>(state.resendRange().second);
    }
    bool resend_pending() const override {
        return static_cast<const FIX::SessionState*>(mutable_session().getStore())->resendRequested();
    }
    void note_sent(std::int64_t now_ns) override { set(state().lastSentTime(), now_ns); }
    void note_received(std::int64_t now_ns) override {
        set(state().lastReceivedTime(), now_ns);
        state().testRequest(0);
    }

  private:
    FIX::SessionState& state() { return *static_cast<FIX::SessionState*>(session_.getLog()); }

    static void set(FIX::UtcTimeStamp& stamp, std::int64_t now_ns) {
        const std::int64_t day = FIX::DateTime::NANOS_PER_DAY;
        stamp.set(static_cast<int>(FIX::DateTime::JULIAN_19700101 + now_ns / day), now_ns % day);
    }

    // QuickFIX's getters are not const.
    FIX::Session& mutable_session() const { return const_cast<FIX::Session&>(session_); }

    static bool is_logon(const std::string& message) {
        return message.find("\00135=A\001") != std::string::npos;
    }

    template <class Call>
    void guarded(Call call) {
        try {
            call();
        } catch (const FIX::InvalidMessage& e) {
            host_.on_fault(SessionFault::not_parsed, e.what());
        } catch (const FIX::IOException& e) {
            host_.on_fault(SessionFault::store_failed, e.what());
        } catch (const std::exception& e) {
            host_.on_fault(SessionFault::exception, e.what());
        }
    }

    QuickFixHost& host_;
    StoreAdaptor store_;
    StoreFactory stores_;
    NoteLog log_;
    LogFactory logs_;
    ResponderAdaptor responder_;
    ApplicationAdaptor application_;
    FIX::Session session_;
};

}  // namespace

std::unique_ptr<QuickFixSession> QuickFixSession::create(const QuickFixSettings& settings, QuickFixHost& host,
                                                         std::string& error) {
    try {
        return std::unique_ptr<QuickFixSession>(new Session(settings, host));
    } catch (const std::exception& e) {
        error = std::string("FIX session: ") + e.what();
        return nullptr;
    }
}

}  // namespace fix
}  // namespace hw
