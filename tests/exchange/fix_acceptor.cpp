#include "tests/exchange/fix_acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <quickfix/Application.h>
#include <quickfix/FileStore.h>
#include <quickfix/Log.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/ThreadedSocketAcceptor.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sstream>
#include <thread>

namespace hw {
namespace exchange {
namespace {

/// A queue between two threads, with a wait for the reader.
class MessageQueue {
  public:
    void push(FixMessage message) {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            items_.push_back(std::move(message));
        }
        ready_.notify_one();
    }
    void take_all(std::vector<FixMessage>& out, std::chrono::microseconds timeout) {
        std::unique_lock<std::mutex> lock(mutex_);
        if (items_.empty() && timeout.count() > 0) {
            ready_.wait_for(lock, timeout, [this] { return !items_.empty() || closed_; });
        }
        std::move(items_.begin(), items_.end(), std::back_inserter(out));
        items_.clear();
    }
    void close() {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            closed_ = true;
        }
        ready_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<FixMessage> items_;
    bool closed_ = false;
};

FixMessage from_quickfix(const FIX::Message& message, const std::string& type) {
    FixMessage out;
    out.type = type;
    for (FIX::FieldMap::const_iterator it = message.begin(); it != message.end(); ++it) {
        out.set(it->getTag(), it->getString());
    }
    return out;
}

FIX::Message to_quickfix(const FixMessage& message) {
    FIX::Message out;
    out.getHeader().setField(FIX::MsgType(message.type));
    for (const auto& field : message.fields) out.setField(field.first, field.second);
    for (const FixGroup& group : message.groups) {
        for (const FixFields& entry : group.entries) {
            FIX::Group fields(group.count, entry.front().first);
            for (const auto& field : entry) fields.setField(field.first, field.second);
            out.addGroup(fields);
        }
    }
    return out;
}

class Application : public FIX::Application {
  public:
    Application(const FixAcceptorConfig& config, MessageQueue& inbound)
        : config_(config), inbound_(inbound) {}

    void onCreate(const FIX::SessionID&) override {}
    void onLogon(const FIX::SessionID&) override {
        ++logons;
        logged_on = true;
    }
    void onLogout(const FIX::SessionID&) override {
        if (logged_on.exchange(false)) ++logouts;
    }
    void toAdmin(FIX::Message&, const FIX::SessionID&) override {}
    void toApp(FIX::Message&, const FIX::SessionID&) throw(FIX::DoNotSend) override {}
    void fromAdmin(const FIX::Message& message,
                   const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                FIX::IncorrectTagValue, FIX::RejectLogon) override {
        if (message.getHeader().getField(FIX::FIELD::MsgType) != "A") return;
        if (refusing) throw FIX::RejectLogon("closed");
        if (config_.username.empty()) return;
        const bool right = message.isSetField(FIX::FIELD::Username) &&
                           message.isSetField(FIX::FIELD::Password) &&
                           message.getField(FIX::FIELD::Username) == config_.username &&
                           message.getField(FIX::FIELD::Password) == config_.password;
        if (right) return;
        ++refused_logons;
        throw FIX::RejectLogon("unknown username or wrong password");
    }
    void fromApp(const FIX::Message& message,
                 const FIX::SessionID&) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                              FIX::IncorrectTagValue, FIX::UnsupportedMessageType) override {
        const std::string type = message.getHeader().getField(FIX::FIELD::MsgType);
        if (std::find(config_.served.begin(), config_.served.end(), type) == config_.served.end()) {
            ++unsupported;
            throw FIX::UnsupportedMessageType();
        }
        ++received;
        inbound_.push(from_quickfix(message, type));
    }

    std::atomic<bool> logged_on{false};
    std::atomic<bool> refusing{false};
    std::atomic<std::uint64_t> received{0}, logons{0}, logouts{0}, refused_logons{0}, unsupported{0};

  private:
    const FixAcceptorConfig& config_;
    MessageQueue& inbound_;
};

/// A port nobody listens on, from the kernel; 0 when there is none.
std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    const bool ok = ::bind(fd, any, size) == 0 && ::getsockname(fd, any, &size) == 0;
    ::close(fd);
    return ok ? ntohs(address.sin_port) : std::uint16_t{0};
}

/// Local port of a connected socket; 0 for every other descriptor.
std::uint16_t connected_port(int fd) {
    sockaddr_in local{}, peer{};
    socklen_t local_size = sizeof local, peer_size = sizeof peer;
    const bool ok = ::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &local_size) == 0 &&
                    local.sin_family == AF_INET &&
                    ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &peer_size) == 0;
    return ok ? ntohs(local.sin_port) : std::uint16_t{0};
}

/// Session::disconnect from a foreign thread would close the descriptor under the connection's own thread,
/// which then reads from whatever connection gets the number next. A shutdown lets that thread see the end.
void shut_down_connections(std::uint16_t port) {
    constexpr int kDescriptors = 1024;
    for (int fd = 0; fd < kDescriptors; ++fd) {
        if (connected_port(fd) == port) ::shutdown(fd, SHUT_RDWR);
    }
}

bool write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    return file.good();
}

/// Writes the dictionaries to `config.dir`; the settings that name them, empty when they cannot be written.
std::string dictionary_settings(const FixAcceptorConfig& config) {
    if (config.dictionary_xml.empty()) return "UseDataDictionary=N\n";
    const std::string application = config.dir + "/application.xml";
    if (!write_file(application, config.dictionary_xml)) return std::string();
    const std::string common = "UseDataDictionary=Y\nValidateUserDefinedFields=N\n";
    if (config.transport_dictionary_xml.empty()) return common + "DataDictionary=" + application + "\n";
    const std::string transport = config.dir + "/transport.xml";
    if (!write_file(transport, config.transport_dictionary_xml)) return std::string();
    return common + "TransportDataDictionary=" + transport + "\nAppDataDictionary=" + application + "\n";
}

FIX::SessionSettings settings_of(const FixAcceptorConfig& config, std::uint16_t port,
                                 const std::string& dictionaries) {
    std::ostringstream text;
    text << "[DEFAULT]\nConnectionType=acceptor\nSocketAcceptPort=" << port
         << "\nFileStorePath=" << config.dir
         << "\nSocketReuseAddress=Y\nSocketNodelay=Y\nPersistMessages=Y\nCheckLatency=N\n"
         // A session that lasts the week: nothing is reset at midnight.
         << "StartDay=sunday\nEndDay=saturday\nStartTime=00:00:00\nEndTime=23:59:59\nTimestampPrecision=6\n"
         << "ResetOnLogon=N\nResetOnLogout=N\nResetOnDisconnect=N\n"
         << dictionaries;
    if (config.begin_string == "FIXT.1.1") text << "DefaultApplVerID=9\n";
    text << "[SESSION]\nBeginString=" << config.begin_string << "\nSenderCompID=" << config.sender_comp_id
         << "\nTargetCompID=" << config.target_comp_id << "\n";
    std::istringstream in(text.str());
    return FIX::SessionSettings(in);
}

class QuickFixAcceptor final : public FixAcceptor {
  public:
    QuickFixAcceptor(const FixAcceptorConfig& config, std::uint16_t port, const std::string& dictionaries)
        : config_(config),
          port_(port),
          session_(config.begin_string, config.sender_comp_id, config.target_comp_id),
          settings_(settings_of(config, port, dictionaries)),
          store_(settings_),
          application_(config_, inbound_),
          acceptor_(application_, store_, settings_) {
        acceptor_.start();
        sender_ = std::thread([this] { send_loop(); });
    }
    ~QuickFixAcceptor() override { stop(); }
    QuickFixAcceptor(const QuickFixAcceptor&) = delete;
    QuickFixAcceptor& operator=(const QuickFixAcceptor&) = delete;

    std::uint16_t port() const override { return port_; }
    bool logged_on() const override { return application_.logged_on; }
    FixCounts counts() const override {
        FixCounts c;
        c.received = application_.received;
        c.sent = sent_;
        c.logons = application_.logons;
        c.logouts = application_.logouts;
        c.refused_logons = application_.refused_logons;
        c.unsupported = application_.unsupported;
        return c;
    }
    void send(const FixMessage& message) override {
        ++queued_;
        outbound_.push(message);
    }
    void receive(std::vector<FixMessage>& messages, std::uint32_t timeout_us) override {
        inbound_.take_all(messages, std::chrono::microseconds(timeout_us));
    }
    bool drain(std::uint32_t timeout_ms) override {
        const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
        while (sent_ != queued_) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }
    void refuse_logons(bool refuse) override { application_.refusing = refuse; }
    void drop_connection() override { shut_down_connections(port_); }
    void stop() override {
        if (stopped_.exchange(true)) return;
        outbound_.close();
        sender_.join();
        acceptor_.stop();
    }

  private:
    void send_loop() {
        std::vector<FixMessage> batch;
        while (!stopped_ || sent_ != queued_) {
            batch.clear();
            outbound_.take_all(batch, std::chrono::milliseconds(100));
            for (const FixMessage& message : batch) {
                FIX::Message out = to_quickfix(message);
                FIX::Session::sendToTarget(out, session_);
                ++sent_;
            }
        }
    }

    const FixAcceptorConfig config_;
    const std::uint16_t port_;
    const FIX::SessionID session_;
    FIX::SessionSettings settings_;
    FIX::FileStoreFactory store_;
    MessageQueue inbound_;
    MessageQueue outbound_;
    Application application_;
    FIX::ThreadedSocketAcceptor acceptor_;
    std::atomic<std::uint64_t> queued_{0};
    std::atomic<std::uint64_t> sent_{0};
    std::atomic<bool> stopped_{false};
    std::thread sender_;
};

}  // namespace

std::unique_ptr<FixAcceptor> FixAcceptor::start(const FixAcceptorConfig& config, std::string& error) {
    if (::mkdir(config.dir.c_str(), 0755) != 0 && errno != EEXIST) {
        error = config.dir + ": " + std::strerror(errno);
        return nullptr;
    }
    const std::string dictionaries = dictionary_settings(config);
    if (dictionaries.empty()) {
        error = config.dir + ": the dictionaries cannot be written";
        return nullptr;
    }
    const std::uint16_t port = config.port != 0 ? config.port : free_port();
    try {
        return std::unique_ptr<FixAcceptor>(new QuickFixAcceptor(config, port, dictionaries));
    } catch (const std::exception& e) {
        error = std::string("FIX acceptor on 127.0.0.1:") + std::to_string(port) + ": " + e.what();
        return nullptr;
    }
}

}  // namespace exchange
}  // namespace hw
