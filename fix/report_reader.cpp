#include "fix/report_reader.h"

#include "fix/decimal.h"
#include "fix/raw_message.h"
#include "fix/report_fields.h"
#include "fix/timestamp.h"

namespace hw::fix {
namespace {

constexpr VerdictOn kAccepted{Verdict::accepted, 0};
constexpr std::uint32_t kOtherReason = 99;  // FIX's "other", for 102 and 103

bool is_ok(const VerdictOn& answer) { return answer.verdict == Verdict::accepted; }

std::uint32_t reason_or_other(std::string_view text) { return parse_count(text).value_or(kOtherReason); }

}  // namespace

// What most reports have in common, parsed.
struct ReportReader::Report {
    char exec_type = 0;
    TradeChange change = TradeChange::none;
    OrderStatus status = OrderStatus::unknown;
    OrderId order;  ///< none: not ours
    InstrumentId instrument = kNoInstrument;
    Nanos time;
    std::string_view cum;
    std::string_view leaves;
};

VerdictOn ReportReader::read(const InboundMessage& message) {
    ++counters_.application_received;
    const std::string_view type{message.type, message.type_size};
    if (type == "8") return read_execution_report(message);
    if (type == "9") return read_cancel_reject(message);
    if (type == "j") return read_business_reject(message);
    if (type == "r") return read_mass_cancel_report(message);
    ++counters_.unsupported_messages;
    return {Verdict::unsupported, 0};
}

VerdictOn ReportReader::bad(Verdict verdict, int tag, std::uint64_t& counter) {
    ++counter;
    return {verdict, tag};
}

// The order's id, the instrument and the time; marks the order as one that the venue knows.
VerdictOn ReportReader::read_common(const InboundMessage& message, Report& report) {
    const std::string_view our_id = dialect_.our_id(field(message, 11), field(message, 41));
    report.order = OrderId::parse(our_id).value_or(OrderId{});
    report.instrument = symbols_(field(message, 55));
    const std::string_view transact_time = field(message, 60);
    const int time_tag = transact_time.empty() ? 52 : 60;
    const auto time = parse_timestamp(transact_time.empty() ? field(message, 52) : transact_time);
    if (!time) return bad(Verdict::bad_format, time_tag, counters_.field_bad_time);
    report.time = *time;
    if (!report.order.is_none()) store_.set_flag(store_.find_order(report.order), kAcknowledged);
    return kAccepted;
}

// A report that cannot be read is rejected; one that may have told of a fill has told of it all the same:
// from there on the position is not known, and the engine stops.
VerdictOn ReportReader::read_execution_report(const InboundMessage& message) {
    Report report;
    const VerdictOn answer = read_any_report(message, report);
    const std::string_view exec_type = field(message, 150);
    constexpr std::string_view kNoFill = "03456789ABCDEI";
    const bool no_fill = report.change == TradeChange::none && exec_type.size() == 1 &&
                         kNoFill.find(exec_type[0]) != std::string_view::npos;
    if (!is_ok(answer) && !no_fill) stop_engine(message, report);
    return answer;
}

VerdictOn ReportReader::read_any_report(const InboundMessage& message, Report& report) {
    const std::string_view exec_type = field(message, 150);
    constexpr std::string_view kExecTypes = "0123456789ABCDEFGHI";
    if (exec_type.size() != 1 || kExecTypes.find(exec_type[0]) == std::string_view::npos) {
        return bad(Verdict::bad_value, 150, counters_.field_bad_status);
    }
    report.exec_type = exec_type[0];
    report.change = change_of(message);
    auto status = parse_status(field(message, 39));
    const bool changed = report.change != TradeChange::none;
    // CME's own: 39 says what became of the trade, not of the order.
    if (changed && (field(message, 39) == "G" || field(message, 39) == "H")) status = OrderStatus::unknown;
    if (!status) return bad(Verdict::bad_value, 39, counters_.field_bad_status);
    report.status = *status;
    if (const VerdictOn answer = read_common(message, report); !is_ok(answer)) return answer;
    report.cum = field(message, 14);
    report.leaves = field(message, 151);
    if (changed) return read_changed_trade(message, report);

    switch (report.exec_type) {
        case 'F':
            return read_fill(message, report);
        case '1':  // fills as FIX 4.2 told them; without a price and a quantity, news of the order only
        case '2':
            return field(message, 32).empty() || field(message, 31).empty() ? read_update(message, report)
                                                                            : read_fill(message, report);
        case 'I':
            return note_status_report(message, report);
        default:
            return read_update(message, report);
    }
}

VerdictOn ReportReader::read_quantities(const Report& report, Qty& cum, Qty& leaves) {
    if (report.cum.empty()) return missing(14);
    const auto filled = parse_qty(report.cum);
    if (!filled || *filled < Qty{}) return bad(Verdict::bad_format, 14, counters_.field_bad_qty);
    cum = *filled;
    leaves = Qty{};
    if (report.leaves.empty()) return is_terminal(report.status) ? kAccepted : missing(151);
    const auto open = parse_qty(report.leaves);
    if (!open || *open < Qty{}) return bad(Verdict::bad_format, 151, counters_.field_bad_qty);
    leaves = *open;
    return kAccepted;
}

VerdictOn ReportReader::read_fill(const InboundMessage& message, const Report& report) {
    if (field(message, 442) == "3") {
        ++counters_.multileg_parents;
        return report.order.is_none() ? kAccepted : read_update(message, report);
    }
    Execution fill{};
    if (const auto answer = read_quantities(report, fill.cum_qty, fill.leaves_qty); !is_ok(answer)) {
        return answer;
    }
    if (const auto answer = read_trade(message, report, fill); !is_ok(answer)) return answer;
    fill.key = dialect_.execution_key(message, fill.cum_qty);
    stage_execution(report, fill);
    ++counters_.executions;
    if (report.instrument == kNoInstrument) ++counters_.executions_unknown_symbol;
    if (fill.order.is_none()) ++counters_.executions_other_orders;
    return kAccepted;
}

// What was traded, and how the report names itself.
VerdictOn ReportReader::read_trade(const InboundMessage& message, const Report& report, Execution& fill) {
    fill.order = report.order;
    if (field(message, 55).empty()) return missing(55);
    if (field(message, 32).empty()) return missing(32);
    const auto qty = parse_qty(field(message, 32));
    if (!qty || *qty <= Qty{}) return bad(Verdict::bad_format, 32, counters_.field_bad_qty);
    fill.last_qty = *qty;
    if (field(message, 31).empty()) return missing(31);
    const auto price = parse_price(field(message, 31));
    if (!price) return bad(Verdict::bad_format, 31, counters_.field_bad_price);
    fill.last_price = *price;
    const auto side = parse_side(field(message, 54));
    if (!side) return bad(Verdict::bad_value, 54, counters_.field_bad_side);
    fill.side = *side;
    read_fee(message, fill);
    read_group(message, fill);
    identify(message, fill);
    return kAccepted;
}

void ReportReader::identify(const InboundMessage& message, Execution& fill) const {
    std::string_view id = field(message, 17);
    for (const int tag : {880, 37}) id = id.empty() ? field(message, tag) : id;
    fill.exec_id = Name<40>::cut(id);
    fill.possible_resend = message.possible_duplicate || message.possible_resend ? 1 : 0;
    fill.source = role_;
}

void ReportReader::stage_execution(const Report& report, const Execution& execution) {
    sink_.stage(EventType::execution, report.instrument, report.time).payload.execution = execution;
    sink_.flush();
}

// An absolute amount counts (13=3); a commission of another kind, or one that is no number, is left to be
// computed from the definition: a fill is not refused for its fee.
void ReportReader::read_fee(const InboundMessage& message, Execution& fill) {
    if (!dialect_.commission_is_meant() || field(message, 12).empty() || field(message, 13) != "3") return;
    const auto fee = parse_decimal_rounded(field(message, 12));
    if (!fee) {
        ++counters_.field_bad_fee;
        return;
    }
    fill.fee = Cash::from_nanos(*fee);
    fill.fee_known = 1;
}

// A leg whose group's size cannot be read still belongs to its group, which then ends by its timeout.
void ReportReader::read_group(const InboundMessage& message, Execution& fill) {
    const std::string_view group = field(message, 527);
    if (field(message, 442) != "2" || group.empty()) return;
    fill.group = group_key(group);
    if (field(message, 5527).empty()) return;
    const auto legs = parse_count(field(message, 5527));
    if (legs && *legs <= UINT8_MAX) {
        fill.group_legs = static_cast<std::uint8_t>(*legs);
    } else {
        ++counters_.field_bad_count;
    }
}

// A trade was corrected or busted after the fact. Which one has to be known: without that the position is no
// longer what the fills say, and only a person can put it right. An execution without instrument stops the
// engine.
VerdictOn ReportReader::read_changed_trade(const InboundMessage& message, const Report& report) {
    if (field(message, 442) == "3") {
        ++counters_.multileg_parents;
        return kAccepted;
    }
    Execution changed{};
    changed.change = report.change;
    changed.ref = dialect_.original_key(message);
    if (changed.ref.is_none()) {
        stop_engine(message, report);
        ++counters_.trades_unnamed;
        return kAccepted;
    }
    if (const VerdictOn answer = read_change(message, report, changed); !is_ok(answer)) return answer;
    stage_execution(report, changed);
    ++(report.change == TradeChange::bust ? counters_.trades_busted : counters_.trades_corrected);
    if (report.instrument == kNoInstrument) ++counters_.executions_unknown_symbol;
    return kAccepted;
}

// A correction says what was traded after all. A bust need not, nor has either to say how the order stands.
VerdictOn ReportReader::read_change(const InboundMessage& message, const Report& report, Execution& changed) {
    if (field(message, 55).empty()) return missing(55);
    const bool stands = !report.cum.empty() && !report.leaves.empty();
    if (stands) {
        const VerdictOn answer = read_quantities(report, changed.cum_qty, changed.leaves_qty);
        if (!is_ok(answer)) return answer;
    }
    if (report.change == TradeChange::correction || !field(message, 32).empty()) {
        if (const VerdictOn answer = read_trade(message, report, changed); !is_ok(answer)) return answer;
    }
    changed.order = report.order;
    identify(message, changed);
    const std::string_view id = field(message, 17);
    const bool has_own_id = !id.empty() && id != field(message, 19);
    changed.key = has_own_id ? dialect_.execution_key(message, changed.cum_qty) : key_of_change(message);
    return kAccepted;
}

void ReportReader::stop_engine(const InboundMessage& message, const Report& report) {
    Execution unread{};
    unread.order = report.order;
    unread.key = dialect_.execution_key(message, parse_qty(report.cum).value_or(Qty{}));
    identify(message, unread);
    sink_.stage(EventType::execution, kNoInstrument, report.time).payload.execution = unread;
    sink_.flush();
}

VerdictOn ReportReader::read_update(const InboundMessage& message, const Report& report) {
    OrderUpdate update{};
    update.order = report.order;
    if (const auto answer = read_quantities(report, update.cum_qty, update.leaves_qty); !is_ok(answer)) {
        return answer;
    }
    update.status = report.status;
    update.from_status_request = report.exec_type == 'I' ? 1 : 0;
    if (report.status == OrderStatus::rejected) update.reject_code = reason_or_other(field(message, 103));
    update.text = Name<64>::cut(field(message, 58));
    // How our orders stand the order session tells: the account's may be ahead of the fills that it has told.
    if (report.order.is_none() || role_ == SessionRole::account) {
        ++counters_.other_order_updates;
        return kAccepted;
    }
    sink_.stage(EventType::order_update, report.instrument, report.time).payload.order_update = update;
    sink_.flush();
    ++counters_.order_updates;
    return kAccepted;
}

// One answer to a status request. A mass status ends with 912=Y, or after as many reports as 911 says where a
// venue does not send that; with no open orders it is a single empty report.
VerdictOn ReportReader::note_status_report(const InboundMessage& message, const Report& report) {
    const std::string_view total = field(message, 911);
    const std::string_view last = field(message, 912);
    const auto announced = parse_count(total);
    if (!total.empty() && !announced) return bad(Verdict::bad_format, 911, counters_.field_bad_count);
    const bool empty = announced == 0u;
    if (!empty) {
        if (const auto answer = read_update(message, report); !is_ok(answer)) return answer;
    }
    ++counters_.status_reports;
    const auto request = OrderId::parse(field(message, 584));
    const bool mass = announced.has_value() || last == "Y" || request.has_value();
    if (!mass || settle_request_.is_none() || (request && *request != settle_request_)) return kAccepted;
    if (!empty) {
        ++settle_answers_;
        if (!report.order.is_none()) ++settle_ours_;
    }
    if (last == "Y" || (last.empty() && announced && settle_answers_ >= *announced)) complete_settlement();
    return kAccepted;
}

void ReportReader::complete_settlement() {
    SettleComplete& settled =
        sink_.stage(EventType::settle_complete, kNoInstrument, Nanos{}).payload.settle_complete;
    settled.reported = settle_ours_;
    sink_.flush();
    ++counters_.settlements_complete;
    settle_requested(OrderId{});
}

void ReportReader::settle_requested(OrderId request) {
    settle_request_ = request;
    settle_answers_ = 0;
    settle_ours_ = 0;
}

VerdictOn ReportReader::read_cancel_reject(const InboundMessage& message) {
    Report report;
    const auto status = parse_status(field(message, 39));
    if (!status) return bad(Verdict::bad_value, 39, counters_.field_bad_status);
    if (const auto answer = read_common(message, report); !is_ok(answer)) return answer;
    auto order = OrderId::parse(field(message, 41));
    if (!order) order = OrderId::parse(field(message, 11));
    ++counters_.cancel_rejects;
    if (!order || role_ == SessionRole::account) return kAccepted;
    CancelReject reject{};
    reject.order = *order;
    reject.reason = reason_or_other(field(message, 102));
    reject.status = *status;
    reject.text = Name<64>::cut(field(message, 58));
    sink_.stage(EventType::cancel_reject, report.instrument, report.time).payload.cancel_reject = reject;
    sink_.flush();
    return kAccepted;
}

VerdictOn ReportReader::read_business_reject(const InboundMessage& message) {
    ++counters_.business_rejects_received;
    const auto named = OrderId::parse(field(message, 379));
    refused(message, reason_or_other(field(message, 380)), named.value_or(OrderId{}));
    return kAccepted;
}

void ReportReader::read_session_reject(const InboundMessage& message) {
    ++counters_.rejects_received;
    refused(message, reason_or_other(field(message, 373)), OrderId{});
}

// A message of ours was not processed at all. Which one: the store knows what it had under that number.
void ReportReader::refused(const InboundMessage& message, std::uint32_t code, OrderId named) {
    const std::uint32_t sequence = parse_count(field(message, 45)).value_or(0);
    const std::string_view sent = store_.get(sequence);
    const bool was_order = sent.find(
                               "\x01"
                               "35=D\x01") != std::string_view::npos;
    const bool was_cancel = sent.find(
                                "\x01"
                                "35=F\x01") != std::string_view::npos;
    // The account's session sends no orders: what it is told of one is another session's.
    const bool ours_alone = sent.empty() && role_ == SessionRole::order;
    const OrderId order = ours_alone ? named : store_.order_at(sequence);
    const std::string_view type = field(message, 372);
    const Nanos time = parse_timestamp(field(message, 52)).value_or(Nanos{});
    const auto text = Name<64>::cut(field(message, 58));
    if (!order.is_none() && (was_order || (ours_alone && type == "D"))) {
        OrderUpdate update{};
        update.order = order;
        update.status = OrderStatus::rejected;
        update.reject_code = code;
        update.text = text;
        sink_.stage(EventType::order_update, kNoInstrument, time).payload.order_update = update;
        sink_.flush();
        return;
    }
    const auto original = was_cancel ? sent.find(
                                           "\x01"
                                           "41=")
                                     : std::string_view::npos;
    if (original != std::string_view::npos) {
        if (const auto canceled = OrderId::parse(sent.substr(original + 4, 16))) {
            CancelReject reject{};
            reject.order = *canceled;
            reject.reason = kOtherReason;
            reject.status = OrderStatus::unknown;
            reject.text = text;
            sink_.stage(EventType::cancel_reject, kNoInstrument, time).payload.cancel_reject = reject;
            sink_.flush();
            return;
        }
    }
    ++counters_.requests_rejected;
}

VerdictOn ReportReader::read_mass_cancel_report(const InboundMessage& message) {
    ++(field(message, 531) == "0" ? counters_.mass_cancels_rejected : counters_.mass_cancel_reports);
    return kAccepted;
}

}  // namespace hw::fix
