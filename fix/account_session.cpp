#include "fix/account_session.h"

#include <algorithm>
#include <utility>

#include "fix/account_snapshot.h"
#include "fix/decimal.h"
#include "fix/raw_message.h"
#include "fix/session_life.h"

namespace hw::fix {

class AccountSession::Impl final : public SessionLife {
  public:
    Impl(const AccountConfig& config, std::string username, SymbolLookup symbols, EventSinkRef sink,
         Journaled journaled, Nanos now, std::unique_ptr<Dialect> dialect, SessionFiles files)
        : SessionLife(SessionRole::account, config.session, symbols, sink, now, std::move(dialect),
                      std::move(files)),
          account_(config.session.account),
          snapshot_(config, std::move(username), *dialect_, symbols, sink, counters_),
          journaled_(std::move(journaled)) {}

    void on_bytes(const char* data, std::size_t size, Nanos now);
    void poll(Nanos now);
    bool request_snapshot(Nanos now);
    const AccountSnapshotReader& snapshot() const { return snapshot_; }

    // QuickFixHost
    void on_reject_sent(const std::string& type, std::uint32_t sequence, int reason) override;
    bool may_replay(const std::string&, std::uint32_t, const std::string&) override;
    void set_next_target(std::uint32_t) override;

  private:
    VerdictOn read(const InboundMessage&) override;
    void on_rejected(const InboundMessage&) override;
    void on_lost(std::uint32_t) override { ++counters_.drop_copy_gaps; }
    void on_down() override;

    const std::string account_;  ///< tag 1; empty: left out
    AccountSnapshotReader snapshot_;
    const Journaled journaled_;
    bool abandoned_ = false;  ///< something was not journaled: nothing more is taken
};

void AccountSession::Impl::on_bytes(const char* data, std::size_t size, Nanos now) {
    now_ = now;
    if (!engine_->attached() || abandoned_) return;
    framer_.push(data, size);
    for (auto message = framer_.next(); !message.empty(); message = framer_.next()) {
        keep(message);
        receive(message);
        if (!engine_->attached() || abandoned_) break;
    }
}

void AccountSession::Impl::poll(Nanos now) {
    SessionLife::poll(now);
    snapshot_.check_time(now);
}

bool AccountSession::Impl::request_snapshot(Nanos now) {
    now_ = now;
    if (!up() || snapshot_.pending() || abandoned_) return false;
    const auto ms = static_cast<std::uint64_t>(std::max<std::int64_t>(now.ns() / 1'000'000, 0));
    for (AccountQuestion& question : snapshot_.begin(store_->rising_stamp(ms), now)) {
        if (!account_.empty()) question.fields.push_back({1, account_});
        question.sequence = store_->next_sender();
        if (engine_->send(question.type, question.fields)) continue;
        snapshot_.fail(std::string(question.type) + " could not be sent", counters_.snapshots_refused);
        break;
    }
    follow();
    return true;
}

VerdictOn AccountSession::Impl::read(const InboundMessage& message) {
    if (const auto answer = snapshot_.read(message)) {
        ++counters_.application_received;
        return *answer;
    }
    if (std::string_view{message.type, message.type_size} == "j")
        snapshot_.refused(parse_count(field(message, 45)).value_or(0), field(message, 58));
    return reader_.read(message);
}

void AccountSession::Impl::on_rejected(const InboundMessage& message) {
    snapshot_.refused(parse_count(field(message, 45)).value_or(0), field(message, 58));
    SessionLife::on_rejected(message);
}

void AccountSession::Impl::on_reject_sent(const std::string& type, std::uint32_t sequence, int reason) {
    SessionLife::on_reject_sent(type, sequence, reason);
    snapshot_.unread(type, sequence, reason);
}

// An old question would only be answered late.
bool AccountSession::Impl::may_replay(const std::string&, std::uint32_t, const std::string&) {
    ++counters_.messages_gap_filled;
    return false;
}

void AccountSession::Impl::set_next_target(std::uint32_t n) {
    abandoned_ = abandoned_ || (journaled_ && !journaled_());
    if (!abandoned_) SessionLife::set_next_target(n);
}

void AccountSession::Impl::on_down() {
    snapshot_.fail("the session went down: " + std::string(last_note()), counters_.snapshots_cut_off);
}

std::unique_ptr<AccountSession> AccountSession::create(const AccountConfig& config,
                                                       const Credentials& credentials, SymbolLookup symbols,
                                                       EventSinkRef sink, Journaled journaled, Nanos now,
                                                       std::string& error) {
    auto dialect = make_dialect(config.session, credentials, error);
    auto files = dialect == nullptr ? std::nullopt : open_session_files(config.session, now, error);
    if (!files) return nullptr;
    // A venue that wants no credentials knows us by our CompID.
    std::string username =
        credentials.username.empty() ? config.session.sender_comp_id : credentials.username;
    auto impl = std::make_unique<Impl>(config, std::move(username), symbols, sink, std::move(journaled), now,
                                       std::move(dialect), std::move(*files));
    if (!impl->start(config.session, error)) return nullptr;
    return std::unique_ptr<AccountSession>{new AccountSession(std::move(impl))};
}

AccountSession::AccountSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AccountSession::~AccountSession() = default;

void AccountSession::on_connected(ByteSinkRef sink, Nanos now) { impl_->on_connected(sink, now); }
void AccountSession::on_bytes(const char* data, std::size_t size, Nanos now) {
    impl_->on_bytes(data, size, now);
}
void AccountSession::on_disconnected(Nanos now, std::string_view why) { impl_->on_disconnected(now, why); }
void AccountSession::poll(Nanos now) { impl_->poll(now); }
void AccountSession::begin_logout(Nanos now) { impl_->begin_logout(now); }
bool AccountSession::wanted(Nanos now) const { return impl_->wanted(now); }
bool AccountSession::attached() const { return impl_->attached(); }
bool AccountSession::logged_on() const { return impl_->logged_on(); }
bool AccountSession::up() const { return impl_->up(); }
bool AccountSession::request_snapshot(Nanos now) { return impl_->request_snapshot(now); }
bool AccountSession::snapshot_pending() const { return impl_->snapshot().pending(); }
std::string_view AccountSession::snapshot_failure() const { return impl_->snapshot().failure(); }
std::string_view AccountSession::contracts_failure() const { return impl_->snapshot().contracts_failure(); }
const Counters& AccountSession::counters() const { return impl_->counters(); }
const StreamFramer::Counters& AccountSession::framing_counters() const { return impl_->framing_counters(); }
std::string_view AccountSession::last_note() const { return impl_->last_note(); }

}  // namespace hw::fix
