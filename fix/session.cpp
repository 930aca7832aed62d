#include "fix/session.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "fix/session_impl.h"

namespace hw::fix {
namespace {

bool make_directory(const std::string& dir, std::string& error) {
    if (::mkdir(dir.c_str(), 0700) == 0 || errno == EEXIST) return true;
    error = "message store: cannot create " + dir + ": " + std::strerror(errno);
    return false;
}

std::string owner_of(const SessionConfig& config) {
    return config.sender_comp_id + "->" + config.target_comp_id;
}

std::string config_error(const SessionConfig& config) {
    if (config.sender_comp_id.empty()) return "FIX session: sender_comp_id is missing";
    if (config.target_comp_id.empty()) return "FIX session: target_comp_id is missing";
    if (config.heartbeat_s < 1 || config.heartbeat_s > 3600) {
        return "FIX session: heartbeat_s has to be 1 to 3600";
    }
    if (config.store_dir.empty()) return "FIX session: store_dir is missing";
    return {};
}

}  // namespace

std::unique_ptr<OrderSession> OrderSession::create(const SessionConfig& config,
                                                   const Credentials& credentials,
                                                   const InstrumentTable& instruments, EventSinkRef sink,
                                                   Nanos now, std::string& error) {
    error = config_error(config);
    if (!error.empty()) return nullptr;
    auto dialect = make_dialect(config, credentials, error);
    if (dialect == nullptr || !make_directory(config.store_dir, error)) return nullptr;
    auto store = MessageStore::open(config.store_dir, owner_of(config), config.store_slots, now, error);
    if (store == nullptr) return nullptr;
    auto received = ReceivedRing::open(config.store_dir, owner_of(config), config.received_mib, error);
    if (received == nullptr) return nullptr;
    auto impl = std::make_unique<Impl>(config, instruments, sink, now, std::move(dialect), std::move(store),
                                       std::move(received));
    if (!impl->start(config, error)) return nullptr;
    return std::unique_ptr<OrderSession>{new OrderSession(std::move(impl))};
}

OrderSession::OrderSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
OrderSession::~OrderSession() = default;

void OrderSession::on_connected(ByteSinkRef sink, Nanos now) { impl_->on_connected(sink, now); }
void OrderSession::on_bytes(const char* data, std::size_t size, Nanos now) {
    impl_->on_bytes(data, size, now);
}
void OrderSession::on_disconnected(Nanos now, std::string_view why) { impl_->on_disconnected(now, why); }
void OrderSession::poll(Nanos now) { impl_->poll(now); }
bool OrderSession::send(const Action& action, Nanos now) { return impl_->send(action, now); }
void OrderSession::prepare(InstrumentId instrument) { impl_->prepare(instrument); }
void OrderSession::rehearse(Nanos now) { impl_->rehearse(now); }
void OrderSession::begin_logout(Nanos now) { impl_->begin_logout(now); }
bool OrderSession::wanted(Nanos now) const { return impl_->wanted(now); }
bool OrderSession::attached() const { return impl_->attached(); }
bool OrderSession::logged_on() const { return impl_->logged_on(); }
bool OrderSession::up() const { return impl_->up(); }
bool OrderSession::has_slot(OrderId order) const { return impl_->has_slot(order); }
const Counters& OrderSession::counters() const { return impl_->counters(); }
const StreamFramer::Counters& OrderSession::framing_counters() const { return impl_->framing_counters(); }
std::string_view OrderSession::last_note() const { return impl_->last_note(); }

}  // namespace hw::fix
