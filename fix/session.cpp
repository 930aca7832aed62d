#include "fix/session.h"

#include "fix/session_impl.h"

namespace hw::fix {
std::unique_ptr<OrderSession> OrderSession::create(const SessionConfig& config,
                                                   const Credentials& credentials,
                                                   const InstrumentTable& instruments, EventSinkRef sink,
                                                   Nanos now, std::string& error) {
    error.clear();
    if (config.protocol != Protocol::fix44) error = "FIX session: orders go by FIX.4.4 only";
    auto dialect = error.empty() ? make_dialect(config, credentials, error) : nullptr;
    auto files = dialect == nullptr ? std::nullopt : open_session_files(config, now, error);
    if (!files) return nullptr;
    auto impl = std::make_unique<Impl>(config, instruments, sink, now, std::move(dialect), std::move(*files));
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
void OrderSession::tidy() { impl_->tidy(); }
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
