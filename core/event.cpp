#include "core/event.h"

#include <immintrin.h>

#include "core/hash.h"

namespace hw {

std::string_view to_string(EventType type) {
    switch (type) {
        case EventType::none:
            return "none";
        case EventType::run_started:
            return "run_started";
        case EventType::instrument_definition:
            return "instrument_definition";
        case EventType::definitions_complete:
            return "definitions_complete";
        case EventType::book_clear:
            return "book_clear";
        case EventType::book_level:
            return "book_level";
        case EventType::book_trust:
            return "book_trust";
        case EventType::ticker:
            return "ticker";
        case EventType::trade:
            return "trade";
        case EventType::index_price:
            return "index_price";
        case EventType::line_state:
            return "line_state";
        case EventType::execution:
            return "execution";
        case EventType::order_update:
            return "order_update";
        case EventType::cancel_reject:
            return "cancel_reject";
        case EventType::order_unsent:
            return "order_unsent";
        case EventType::session_state:
            return "session_state";
        case EventType::settle_complete:
            return "settle_complete";
        case EventType::position:
            return "position";
        case EventType::timer:
            return "timer";
        case EventType::command:
            return "command";
        case EventType::surface:
            return "surface";
        case EventType::run_stopping:
            return "run_stopping";
        case EventType::ladder:
            return "ladder";
        case EventType::equity:
            return "equity";
        case EventType::port_state:
            return "port_state";
        case EventType::account_snapshot:
            return "account_snapshot";
        case EventType::venue_order:
            return "venue_order";
        case EventType::thresholds:
            return "thresholds";
        case EventType::risk_figures:
            return "risk_figures";
        case EventType::overlay:
            return "overlay";
        case EventType::host_state:
            return "host_state";
        case EventType::quote_orders:
            return "quote_orders";
        case EventType::contract_terms:
            return "contract_terms";
        case EventType::count_:
            break;
    }
    return "invalid";
}

std::size_t payload_size(EventType type) {
    switch (type) {
        case EventType::run_started:
            return sizeof(RunStarted);
        case EventType::instrument_definition:
            return sizeof(Instrument);
        case EventType::book_level:
            return sizeof(BookLevel);
        case EventType::book_trust:
            return sizeof(BookTrust);
        case EventType::ticker:
            return sizeof(Ticker);
        case EventType::trade:
            return sizeof(Trade);
        case EventType::index_price:
            return sizeof(IndexPrice);
        case EventType::line_state:
            return sizeof(LineState);
        case EventType::execution:
            return sizeof(Execution);
        case EventType::order_update:
            return sizeof(OrderUpdate);
        case EventType::cancel_reject:
            return sizeof(CancelReject);
        case EventType::order_unsent:
            return sizeof(OrderUnsent);
        case EventType::session_state:
            return sizeof(SessionState);
        case EventType::settle_complete:
            return sizeof(SettleComplete);
        case EventType::position:
            return sizeof(Position);
        case EventType::timer:
            return sizeof(Timer);
        case EventType::command:
            return sizeof(Command);
        case EventType::surface:
        case EventType::ladder:
            return sizeof(SurfaceEvent);
        case EventType::equity:
            return sizeof(Equity);
        case EventType::port_state:
            return sizeof(PortState);
        case EventType::account_snapshot:
            return sizeof(AccountSnapshot);
        case EventType::venue_order:
            return sizeof(VenueOrder);
        case EventType::thresholds:
            return sizeof(Thresholds);
        case EventType::risk_figures:
            return sizeof(RiskFigures);
        case EventType::overlay:
            return sizeof(Overlay);
        case EventType::host_state:
            return sizeof(HostState);
        case EventType::quote_orders:
            return sizeof(QuoteOrders);
        case EventType::contract_terms:
            return sizeof(ContractTerms);
        case EventType::definitions_complete:
        case EventType::book_clear:
        case EventType::run_stopping:
            return 0;
        case EventType::none:
        case EventType::count_:
            break;
    }
    return Event::kPayloadBytes + 1;
}

std::string_view to_string(SessionRole r) {
    switch (r) {
        case SessionRole::order:
            return "order";
        case SessionRole::account:
            return "account";
    }
    return "invalid";
}

std::string_view to_string(TradeChange c) {
    switch (c) {
        case TradeChange::none:
            return "none";
        case TradeChange::bust:
            return "bust";
        case TradeChange::correction:
            return "correction";
    }
    return "invalid";
}

std::string_view to_string(SnapshotPhase p) {
    switch (p) {
        case SnapshotPhase::begin:
            return "begin";
        case SnapshotPhase::end:
            return "end";
        case SnapshotPhase::failed:
            return "failed";
    }
    return "invalid";
}

std::string_view to_string(TrustReason r) {
    switch (r) {
        case TrustReason::snapshot_applied:
            return "snapshot_applied";
        case TrustReason::channel_gap:
            return "channel_gap";
        case TrustReason::change_id_gap:
            return "change_id_gap";
        case TrustReason::line_silent:
            return "line_silent";
        case TrustReason::restarted:
            return "restarted";
        case TrustReason::depth_exhausted:
            return "depth_exhausted";
        case TrustReason::recovery_overflow:
            return "recovery_overflow";
        case TrustReason::malformed:
            return "malformed";
        case TrustReason::chain_intact:
            return "chain_intact";
    }
    return "invalid";
}

std::string_view to_string(PortCondition c) {
    switch (c) {
        case PortCondition::link_down:
            return "link_down";
        case PortCondition::link_up:
            return "link_up";
        case PortCondition::missed:
            return "missed";
        case PortCondition::no_buffers:
            return "no_buffers";
    }
    return "invalid";
}

std::string_view to_string(LineStatus s) {
    switch (s) {
        case LineStatus::up:
            return "up";
        case LineStatus::gap:
            return "gap";
        case LineStatus::silent:
            return "silent";
        case LineStatus::recovered:
            return "recovered";
        case LineStatus::side_down:
            return "side_down";
        case LineStatus::side_up:
            return "side_up";
        case LineStatus::switched:
            return "switched";
    }
    return "invalid";
}

std::string_view to_string(OrderStatus s) {
    switch (s) {
        case OrderStatus::pending_new:
            return "pending_new";
        case OrderStatus::live:
            return "live";
        case OrderStatus::partially_filled:
            return "partially_filled";
        case OrderStatus::filled:
            return "filled";
        case OrderStatus::canceled:
            return "canceled";
        case OrderStatus::rejected:
            return "rejected";
        case OrderStatus::expired:
            return "expired";
        case OrderStatus::pending_cancel:
            return "pending_cancel";
        case OrderStatus::unknown:
            return "unknown";
    }
    return "invalid";
}

std::string_view to_string(EquitySource s) {
    switch (s) {
        case EquitySource::configuration:
            return "configuration";
        case EquitySource::venue:
            return "venue";
        case EquitySource::paper:
            return "paper";
        case EquitySource::person:
            return "person";
    }
    return "invalid";
}

std::string_view to_string(CommandKind k) {
    switch (k) {
        case CommandKind::kill:
            return "kill";
        case CommandKind::reset:
            return "reset";
        case CommandKind::pause:
            return "pause";
        case CommandKind::resume:
            return "resume";
        case CommandKind::accept_surface:
            return "accept-surface";
        case CommandKind::set_band:
            return "set-band";
        case CommandKind::set_limit:
            return "set-limit";
        case CommandKind::manual_hedge:
            return "hedge";
        case CommandKind::external_position:
            return "external-position";
        case CommandKind::reset_stop:
            return "reset-stop";
    }
    return "invalid";
}

std::string_view to_string(LimitKind k) {
    switch (k) {
        case LimitKind::max_order:
            return "max_order_coins";
        case LimitKind::max_position:
            return "max_position_coins";
        case LimitKind::max_delta:
            return "max_delta_coins";
        case LimitKind::max_notional:
            return "max_order_notional";
        case LimitKind::orders_per_second:
            return "max_orders_per_second";
        case LimitKind::daily_fill:
            return "max_daily_fill_coins";
        case LimitKind::count_:
            break;
    }
    return "invalid";
}

std::string_view to_string(HostCondition h) {
    switch (h) {
        case HostCondition::core_late:
            return "core_late";
        case HostCondition::clock_jumped:
            return "clock_jumped";
        case HostCondition::clock_steady:
            return "clock_steady";
    }
    return "invalid";
}

std::array<char, 16> OrderId::to_text() const {
    const __m128i digits =
        _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f');
    const __m128i low_half = _mm_set1_epi8(15);
    const __m128i bytes = _mm_cvtsi64_si128(static_cast<std::int64_t>(__builtin_bswap64(value)));
    const __m128i nibbles =
        _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi64(bytes, 4), low_half), _mm_and_si128(bytes, low_half));
    std::array<char, 16> text;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(text.data()), _mm_shuffle_epi8(digits, nibbles));
    return text;
}

std::optional<OrderId> OrderId::parse(std::string_view text) {
    if (text.size() != 16) return std::nullopt;
    OrderId id;
    for (const char c : text) {
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return std::nullopt;
        id.value = id.value << 4 | static_cast<std::uint64_t>(digit);
    }
    if (id.is_none()) return std::nullopt;
    return id;
}

ExecKey ExecKey::of(std::string_view text) {
    return {hash64(text, 0x68'65'64'67), hash64(text, 0x77'69'72'65)};
}

}  // namespace hw
