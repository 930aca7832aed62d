// C++14: see fix/quickfix_bridge.h.
#include <quickfix/Application.h>
#include <quickfix/DataDictionary.h>
#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Responder.h>
#include <quickfix/Session.h>
#include <quickfix/fix44/NewOrderSingle.h>

#include <cstdio>
#include <memory>
#include <sstream>

#include "bench/fix_contestants.h"
#include "fix/dictionary.h"

namespace hw {
namespace bench {
namespace {

constexpr std::size_t kPasses = 64;  // as many as ours

FIX::DataDictionary* make_dictionary() {
    std::istringstream text(fix::fix44_dictionary_text());
    FIX::DataDictionary* const dictionary = new FIX::DataDictionary(text);
    dictionary->checkUserDefinedFields(false);
    dictionary->allowUnknownMsgFields(true);
    dictionary->checkFieldsOutOfOrder(false);
    return dictionary;
}

FIX44::NewOrderSingle build_order(const SampleOrder& sample, const FIX::UtcTimeStamp& now) {
    FIX44::NewOrderSingle order(FIX::ClOrdID(sample.cl_ord_id), FIX::Side(FIX::Side_BUY),
                                FIX::TransactTime(now, 3), FIX::OrdType(FIX::OrdType_LIMIT));
    order.set(FIX::Account(sample.account));
    order.set(FIX::Symbol(sample.symbol));
    order.set(FIX::OrderQty(sample.quantity));
    order.set(FIX::Price(sample.price));
    order.set(FIX::TimeInForce(FIX::TimeInForce_IMMEDIATE_OR_CANCEL));
    return order;
}

std::string sealed(const std::string& body) {
    std::string text =
        "8=FIX.4.4\001"
        "9=" +
        std::to_string(body.size()) + "\001" + body;
    unsigned sum = 0;
    for (const char c : text) sum += static_cast<unsigned char>(c);
    char trailer[16];
    std::snprintf(trailer, sizeof trailer, "10=%03u\001", sum & 255);
    return text + trailer;
}

/// From the venue to us.
std::string from_venue(const std::string& type, int sequence, std::string fields) {
    for (char& c : fields) c = c == '|' ? '\001' : c;
    const std::string now = FIX::UtcTimeStampConvertor::convert(FIX::UtcTimeStamp(), 3);
    return sealed("35=" + type +
                  "\001"
                  "49=VENUE\001"
                  "56=HEDGER\001"
                  "34=" +
                  std::to_string(sequence) +
                  "\001"
                  "52=" +
                  now + "\001" + fields);
}

class CountingResponder : public FIX::Responder {
  public:
    bool send(const std::string& message) override {
        at_ns = fix_clock_ns();
        bytes += message.size();
        return true;
    }
    void disconnect() override {}
    std::uint64_t bytes = 0;
    std::int64_t at_ns = 0;
};

/// Reads of a report what a hedger has to know.
class Reader : public FIX::Application {
  public:
    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override {}
    void onLogout(const FIX::SessionID&) override {}
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void fromAdmin(const FIX::Message&,
                   const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                FIX::IncorrectTagValue, FIX::RejectLogon) override {}
    void fromApp(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        FIX::LastQty quantity;
        FIX::LastPx price;
        FIX::CumQty cum;
        FIX::LeavesQty leaves;
        FIX::ClOrdID id;
        FIX::Symbol symbol;
        FIX::Side side;
        FIX::ExecType type;
        FIX::OrdStatus status;
        FIX::TransactTime time;
        message.getField(quantity), message.getField(price), message.getField(cum), message.getField(leaves);
        message.getField(id), message.getField(symbol), message.getField(side), message.getField(type);
        message.getField(status), message.getField(time);
        filled += quantity.getValue() * price.getValue();
    }
    double filled = 0;
};

/// A session that is logged on, driven by hand, with QuickFIX's memory store.
class Desk {
  public:
    explicit Desk(bool with_dictionary, const std::string& name)
        : session_(reader, stores_, FIX::SessionID("FIX.4.4", "HEDGER", "VENUE", name),
                   provider(with_dictionary),
                   FIX::TimeRange(FIX::UtcTimeOnly(0, 0, 0), FIX::UtcTimeOnly(0, 0, 0)), 3'600, nullptr) {
        session_.logon();
        session_.setResponder(&responder);
        session_.next(FIX::UtcTimeStamp());
        receive(from_venue("A", next_++, "98=0|108=3600|"));
    }
    bool logged_on() { return session_.isLoggedOn(); }
    FIX::Session& session() { return session_; }
    void receive(const std::string& message) { session_.next(message, FIX::UtcTimeStamp()); }
    std::string next_report() { return from_venue("8", next_++, sample_report()); }

    Reader reader;
    CountingResponder responder;

  private:
    static FIX::DataDictionaryProvider provider(bool with_dictionary) {
        FIX::DataDictionaryProvider provider;
        if (!with_dictionary) return provider;
        const ptr::shared_ptr<FIX::DataDictionary> dictionary(make_dictionary());
        const FIX::BeginString version(FIX::BeginString_FIX44);
        provider.addTransportDataDictionary(version, dictionary);
        provider.addApplicationDataDictionary(FIX::Message::toApplVerID(version), dictionary);
        return provider;
    }
    FIX::MemoryStoreFactory stores_;
    FIX::Session session_;
    int next_ = 1;
};

void add_encoding(std::vector<FixContestant>& all) {
    const auto sequence = std::make_shared<int>(1'000);
    all.push_back({"quickfix_encode", kPasses, nullptr,
                   [sequence] {
                       const SampleOrder sample;
                       const FIX::UtcTimeStamp now;  // once: its clock is not what is measured
                       std::uint64_t bytes = 0;
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           FIX44::NewOrderSingle order = build_order(sample, now);
                           FIX::Header& header = order.getHeader();
                           header.setField(FIX::SenderCompID("HEDGER"));
                           header.setField(FIX::TargetCompID("VENUE"));
                           header.setField(FIX::MsgSeqNum(++*sequence));
                           header.setField(FIX::SendingTime(now, 3));
                           bytes += order.toString().size();
                       }
                       return bytes;
                   },
                   nullptr});
}

void add_sending(std::vector<FixContestant>& all, const std::shared_ptr<Desk>& desk) {
    const auto orders = std::make_shared<std::vector<FIX44::NewOrderSingle>>();
    all.push_back({"quickfix_send", kPasses,
                   [orders] {
                       orders->clear();
                       for (std::size_t n = 0; n < kPasses; ++n)
                           orders->push_back(build_order(SampleOrder(), FIX::UtcTimeStamp()));
                   },
                   nullptr,
                   [desk, orders](std::vector<double>& ns) {
                       for (FIX44::NewOrderSingle& order : *orders) {
                           rest_a_microsecond();
                           const std::int64_t begin = fix_clock_ns();
                           desk->session().send(order);
                           ns.push_back(static_cast<double>(desk->responder.at_ns - begin));
                       }
                   }});
    all.push_back({"quickfix_build_and_send", kPasses, nullptr,
                   [desk] {
                       const SampleOrder sample;
                       const FIX::UtcTimeStamp now;  // once: its clock is not what is measured
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           FIX44::NewOrderSingle built = build_order(sample, now);
                           desk->session().send(built);
                       }
                       return desk->responder.bytes;
                   },
                   nullptr});
    all.push_back({"quickfix_poll", kPasses, nullptr,
                   [desk] {
                       for (std::size_t n = 0; n < kPasses; ++n) desk->session().next(FIX::UtcTimeStamp());
                       return desk->responder.bytes;
                   },
                   nullptr});
}

void add_parsing(std::vector<FixContestant>& all) {
    const std::string text = from_venue("8", 1'000, sample_report());
    const std::shared_ptr<FIX::DataDictionary> dictionary(make_dictionary());
    all.push_back({"quickfix_parse", kPasses, nullptr,
                   [text] {
                       std::uint64_t fields = 0;
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           const FIX::Message message(text, false);
                           fields += message.totalFields();
                       }
                       return fields;
                   },
                   nullptr});
    all.push_back({"quickfix_parse_with_dictionary", kPasses, nullptr,
                   [text, dictionary] {
                       std::uint64_t fields = 0;
                       for (std::size_t n = 0; n < kPasses; ++n) {
                           const FIX::Message message(text, *dictionary, true);
                           dictionary->validate(message);
                           fields += message.totalFields();
                       }
                       return fields;
                   },
                   nullptr});
}

void add_receiving(std::vector<FixContestant>& all, const std::string& name,
                   const std::shared_ptr<Desk>& desk) {
    const auto reports = std::make_shared<std::vector<std::string>>();
    all.push_back({name, kPasses,
                   [desk, reports] {
                       reports->clear();
                       for (std::size_t n = 0; n < kPasses; ++n) reports->push_back(desk->next_report());
                   },
                   [desk, reports] {
                       for (const std::string& report : *reports) desk->receive(report);
                       return static_cast<std::uint64_t>(desk->reader.filled);
                   },
                   nullptr});
}

}  // namespace

std::vector<FixContestant> quickfix_contestants(std::string& error) {
    std::vector<FixContestant> all;
    try {
        const auto plain = std::make_shared<Desk>(false, "plain");
        const auto checked = std::make_shared<Desk>(true, "checked");
        if (!plain->logged_on() || !checked->logged_on()) {
            error = "QuickFIX's session does not log on";
            return {};
        }
        add_encoding(all);
        add_sending(all, plain);
        add_parsing(all);
        add_receiving(all, "quickfix_receive", plain);
        add_receiving(all, "quickfix_receive_with_dictionary", checked);
    } catch (const std::exception& e) {
        error = e.what();
        all.clear();
    }
    return all;
}

}  // namespace bench
}  // namespace hw
