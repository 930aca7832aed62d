// C++14: see stock_acceptor.h.
#include "tests/fix/stock_acceptor.h"

#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSocketAcceptor.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "fix/dictionary.h"

namespace hw {
namespace fix {
namespace test {
namespace {

std::string dictionaries(const std::string& dir, const std::string& begin_string) {
    const std::string application = dir + "/application.xml";
    if (begin_string == "FIX.4.4") {
        std::ofstream(application) << fix44_dictionary_text();
        return "\nDataDictionary=" + application;
    }
    const std::string transport = dir + "/transport.xml";
    std::ofstream(transport) << fixt11_dictionary_text();
    std::ofstream(application) << fix50sp2_dictionary_text();
    return "\nTransportDataDictionary=" + transport + "\nAppDataDictionary=" + application +
           "\nDefaultApplVerID=9";
}

FIX::SessionSettings make_settings(std::uint16_t port, const std::string& dir, const std::string& more,
                                   const std::string& begin_string) {
    std::stringstream text;
    text << "[DEFAULT]\nConnectionType=acceptor\nSocketAcceptPort=" << port
         << "\nSocketReuseAddress=Y\nSocketNodelay=Y\n"
         << more << "FileStorePath=" << dir << dictionaries(dir, begin_string)
         << "\nPersistMessages=Y\nCheckLatency=N\n[SESSION]\nBeginString=" << begin_string
         << "\nSenderCompID=VENUE\nTargetCompID=HEDGER\n";
    return FIX::SessionSettings(text);
}

class Application : public FIX::Application {
  public:
    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override {}
    void onLogout(const FIX::SessionID&) override {}
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void fromAdmin(const FIX::Message& message,
                   const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                FIX::IncorrectTagValue, FIX::RejectLogon) override {
        keep(message);
    }
    void fromApp(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        if (executing_ && message.getHeader().getField(FIX::FIELD::MsgType) == "D") return execute(message);
        keep(message);
    }
    void execute_orders() { executing_ = true; }
    std::map<std::string, int> executed() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return executed_;
    }
    std::vector<std::string> exec_ids() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return exec_ids_;
    }
    std::vector<std::string> messages() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return messages_;
    }

  private:
    void keep(const FIX::Message& message) {
        std::string text = message.toString();
        std::replace(text.begin(), text.end(), '\001', '|');
        const std::lock_guard<std::mutex> lock(mutex_);
        messages_.push_back(text);
    }
    void execute(const FIX::Message& order) {
        FIX::Message report;
        report.getHeader().setField(FIX::FIELD::MsgType, "8");
        for (const int tag : {11, 38, 54, 55}) report.setField(tag, order.getField(tag));
        const std::string qty = order.getField(38);
        for (const int tag : {14, 32}) report.setField(tag, qty);
        for (const int tag : {6, 31}) report.setField(tag, order.getField(44));
        std::string exec_id;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            exec_id = "E" + std::to_string(exec_ids_.size() + 1);
            exec_ids_.push_back(exec_id);
            ++executed_[order.getField(11)];
        }
        report.setField(17, exec_id);
        report.setField(37, "V" + exec_id);
        report.setField(39, "2");
        report.setField(150, "F");
        report.setField(151, "0");
        FIX::Session::sendToTarget(report, FIX::SessionID("FIX.4.4", "VENUE", "HEDGER"));
    }

    mutable std::mutex mutex_;
    std::atomic<bool> executing_{false};
    std::vector<std::string> messages_;
    std::map<std::string, int> executed_;
    std::vector<std::string> exec_ids_;
};

class Acceptor : public StockAcceptor {
  public:
    Acceptor(std::uint16_t port, const std::string& dir, const std::string& more,
             const std::string& begin_string)
        : id_(begin_string, "VENUE", "HEDGER"),
          settings_(make_settings(port, dir, more, begin_string)),
          stores_(dir),
          acceptor_(application_, stores_, settings_) {
        acceptor_.start();
    }
    ~Acceptor() override { acceptor_.stop(true); }

    bool logged_on() const override { return session().isLoggedOn(); }
    void send(const std::string& type, const Fields& body) override {
        FIX::Message message;
        message.getHeader().setField(FIX::FIELD::MsgType, type);
        for (const auto& field : body) message.setField(field.first, field.second);
        session().send(message);
    }
    void send(const std::string& type, const Fields& body, int group,
              const std::vector<Fields>& entries) override {
        FIX::Message message;
        message.getHeader().setField(FIX::FIELD::MsgType, type);
        for (const auto& field : body) message.setField(field.first, field.second);
        for (const Fields& entry : entries) {
            FIX::Group fields(group, entry.front().first);
            for (const auto& field : entry) fields.setField(field.first, field.second);
            message.addGroup(fields);
        }
        session().send(message);
    }
    std::vector<std::string> received() const override { return application_.messages(); }
    void execute_orders() override { application_.execute_orders(); }
    std::map<std::string, int> executed() const override { return application_.executed(); }
    std::vector<std::string> exec_ids() const override { return application_.exec_ids(); }
    void log_out(const std::string& text) override { session().logout(text); }
    void drop_connection() override { session().disconnect(); }
    int next_sender() const override { return session().getExpectedSenderNum(); }
    int next_target() const override { return session().getExpectedTargetNum(); }
    void set_next_target(int n) override { session().setNextTargetMsgSeqNum(n); }

  private:
    FIX::Session& session() const {
        FIX::Session* const session = FIX::Session::lookupSession(id_);
        if (session == nullptr) throw std::runtime_error("the acceptor has no session");
        return *session;
    }

    const FIX::SessionID id_;
    Application application_;
    FIX::SessionSettings settings_;
    FIX::FileStoreFactory stores_;
    FIX::ThreadedSocketAcceptor acceptor_;
};

}  // namespace

const char* const StockAcceptor::kNoEnd = "StartTime=00:00:00\nEndTime=00:00:00\n";

std::unique_ptr<StockAcceptor> StockAcceptor::start(std::uint16_t port, const std::string& store_dir,
                                                    const std::string& settings,
                                                    const std::string& begin_string) {
    return std::unique_ptr<StockAcceptor>(new Acceptor(port, store_dir, settings, begin_string));
}

std::vector<std::string> StockAcceptor::received(const std::string& type) const {
    std::vector<std::string> found;
    for (const std::string& message : received()) {
        if (field_of(message, 35) == type) found.push_back(message);
    }
    return found;
}

std::string field_of(const std::string& message, int tag) {
    const std::string key = "|" + std::to_string(tag) + "=";
    const std::string text = "|" + message;
    const auto at = text.find(key);
    if (at == std::string::npos) return std::string();
    const auto begin = at + key.size();
    return text.substr(begin, text.find('|', begin) - begin);
}

}  // namespace test
}  // namespace fix
}  // namespace hw
