#include "fix/account_snapshot.h"

#include <algorithm>
#include <utility>

#include "fix/decimal.h"
#include "fix/raw_message.h"
#include "fix/report_fields.h"

namespace hw::fix {
namespace {

constexpr VerdictOn kAccepted{Verdict::accepted, 0};
constexpr int kPositionEntries = 702;
constexpr int kContractEntries = 146;

bool is_ok(const VerdictOn& answer) { return answer.verdict == Verdict::accepted; }

/// An entry of a group, to be read like a message.
InboundMessage as_message(const GroupEntry& entry) {
    InboundMessage message{};
    message.fields = entry.fields;
    message.field_count = entry.field_count;
    return message;
}

std::string_view first_of(const InboundMessage& entry, const InboundMessage& body, int tag) {
    const std::string_view value = field(entry, tag);
    return value.empty() ? field(body, tag) : value;
}

std::string words(std::string_view type, int tag, std::string_view what) {
    return std::string(type) + ": " + std::to_string(tag) + " " + std::string(what);
}

}  // namespace

AccountSnapshotReader::AccountSnapshotReader(const AccountConfig& config, std::string username,
                                             const Dialect& dialect, SymbolLookup symbols, EventSinkRef sink,
                                             Counters& counters)
    : config_(config),
      username_(std::move(username)),
      dialect_(dialect),
      symbols_(symbols),
      sink_(sink),
      counters_(counters) {}

std::vector<AccountQuestion>& AccountSnapshotReader::begin(std::uint64_t id, Nanos now) {
    id_ = id;
    asked_ = now;
    pending_ = true;
    failure_.clear();
    positions_.clear();
    orders_.clear();
    contracts_.clear();
    list_ = ContractList::not_asked;
    equities_.clear();
    order_ids_.clear();
    unknown_positions_ = position_reports_ = 0;
    symbols_told_.clear();
    reports_announced_.reset();
    orders_announced_.reset();
    questions_.clear();
    ask("AN", 710, "P", {{724, "0"}, {263, "0"}});
    ask("AF", 584, "O", {{585, "7"}});
    for (const std::string& currency : config_.currencies)
        ask("BE", 923, currency, {{924, "4"}, {553, username_}, {15, currency}}, currency);
    // Futures and perpetuals: what is hedged in. Of what is held the positions tell.
    if (list_due_) ask("x", 320, "L", {{559, "0"}, {263, "0"}, {167, "FUT"}});

    AccountSnapshot& event =
        sink_.stage(EventType::account_snapshot, kNoInstrument, Nanos{}).payload.account_snapshot;
    event.id = id_;
    event.phase = SnapshotPhase::begin;
    sink_.flush();
    ++counters_.snapshots_requested;
    return questions_;
}

void AccountSnapshotReader::ask(const char* type, int id_tag, std::string_view suffix,
                                std::vector<TextField> fields, std::string_view currency) {
    AccountQuestion question;
    question.type = type;
    question.id = "HW" + std::to_string(id_) + "-" + std::string(suffix);
    question.fields = std::move(fields);
    question.fields.insert(question.fields.begin(), {id_tag, question.id});
    question.currency = currency;
    questions_.push_back(std::move(question));
}

AccountQuestion* AccountSnapshotReader::question(const char* type, std::string_view id) {
    if (!pending_) return nullptr;
    for (AccountQuestion& q : questions_) {
        if (q.type == std::string_view(type) && (id.empty() || q.id == id) && !q.answered) return &q;
    }
    return nullptr;
}

/// Answers a question of this snapshot, by its id.
bool AccountSnapshotReader::is_of_this_snapshot(const char* type, std::string_view id) const {
    return pending_ && std::any_of(questions_.begin(), questions_.end(), [&](const AccountQuestion& q) {
               return q.type == std::string_view(type) && q.id == id;
           });
}

std::optional<VerdictOn> AccountSnapshotReader::read(const InboundMessage& message) {
    const std::string_view type{message.type, message.type_size};
    if (type == "AP" || type == "AO") return read_positions(message, type == "AP");
    if (type == "BF") return read_equity(message);
    if (type == "y") return read_contracts(message);
    if (type == "8" && field(message, 150) == "I") return read_status(message);
    return std::nullopt;
}

VerdictOn AccountSnapshotReader::unreadable(const InboundMessage& message, Verdict verdict, int tag,
                                            std::uint64_t& counter) {
    ++counter;
    const std::string_view value = field(message, tag);
    fail(words({message.type, message.type_size}, tag,
               value.empty() ? "is missing" : "cannot be read: " + std::string(value)),
         counters_.snapshots_refused);
    return {verdict, tag};
}

VerdictOn AccountSnapshotReader::read_positions(const InboundMessage& message, bool is_report) {
    AccountQuestion* const asked = question("AN", field(message, 710));
    if (asked == nullptr) {
        // More reports than there were to be, while the snapshot waits for other answers: it is not whole.
        if (is_report && is_of_this_snapshot("AN", field(message, 710)))
            fail("AP: more reports than 727 announces", counters_.snapshots_refused);
        ++counters_.answers_too_late;
        return kAccepted;
    }
    const std::string_view result = field(message, 728);
    constexpr std::string_view kNone = "2";  // no positions found that match the criteria
    if (!result.empty() && result != "0" && result != kNone) {
        fail(words(is_report ? "AP" : "AO", 728, "refuses: " + std::string(result)) + " " +
                 std::string(field(message, 58)),
             counters_.snapshots_refused);
        return kAccepted;
    }
    constexpr std::string_view kRejected = "2";
    if (!is_report && field(message, 729) == kRejected) {
        fail(words("AO", 729, "refuses: ") + std::string(field(message, 58)), counters_.snapshots_refused);
        return kAccepted;
    }
    if (result == kNone) return answered(*asked);
    if (const std::string_view total = field(message, 727); !total.empty()) {
        reports_announced_ = parse_count(total);
        if (!reports_announced_)
            return unreadable(message, Verdict::bad_format, 727, counters_.field_bad_count);
    }
    if (is_report) {
        if (const VerdictOn answer = read_entries(message); !is_ok(answer)) return answer;
        ++position_reports_;
    }
    // An acknowledgment without a count says that one report follows, or more that say how many they are.
    const bool all = position_reports_ >= reports_announced_.value_or(1);
    return all ? answered(*asked) : kAccepted;
}

VerdictOn AccountSnapshotReader::read_entries(const InboundMessage& message) {
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < message.entry_count; ++i)
        found += message.entries[i].group == kPositionEntries;
    // QuickFIX keeps the count of a group among the fields; a report may say in 728 that all is well, and
    // none.
    const std::string_view count = field(message, kPositionEntries);
    const bool none = count.empty() && field(message, 728) == "0";
    if (count.empty() && !none) return unreadable(message, Verdict::missing, 702, counters_.field_missing);
    if (!none && parse_count(count) != found)
        return unreadable(message, Verdict::bad_value, 702, counters_.field_bad_count);
    for (std::size_t i = 0; i < message.entry_count; ++i) {
        if (message.entries[i].group != kPositionEntries) continue;
        InboundMessage entry = as_message(message.entries[i]);
        entry.type = message.type;
        entry.type_size = message.type_size;
        if (const VerdictOn answer = read_entry(message, entry); !is_ok(answer)) return answer;
    }
    return kAccepted;
}

VerdictOn AccountSnapshotReader::read_entry(const InboundMessage& body, const InboundMessage& entry) {
    const std::string_view symbol = first_of(entry, body, 55);
    if (symbol.empty()) return unreadable(entry, Verdict::missing, 55, counters_.field_missing);
    // 854: contracts is what they are, unless it says otherwise.
    const std::string_view unit = field(entry, 854);
    if (!unit.empty() && unit != "1")
        return unreadable(entry, Verdict::bad_value, 854, counters_.field_bad_qty);
    if (field(entry, 704).empty() && field(entry, 705).empty())
        return unreadable(entry, Verdict::missing, 704, counters_.field_missing);
    Qty held[2];
    for (const int tag : {704, 705}) {
        if (field(entry, tag).empty()) continue;
        const auto qty = parse_qty(field(entry, tag));
        if (!qty || *qty < Qty{}) return unreadable(entry, Verdict::bad_format, tag, counters_.field_bad_qty);
        held[tag - 704] = *qty;
    }
    Position position{};
    position.qty = held[0] - held[1];
    position.source = 1;
    // The average price, else the mark: what a position that is taken up is worth.
    const int price_tag = first_of(entry, body, 730).empty() ? 883 : 730;
    const std::string_view price_text = first_of(entry, body, price_tag);
    if (!price_text.empty()) {
        const auto price = parse_decimal_rounded(price_text);
        if (!price) return unreadable(entry, Verdict::bad_format, price_tag, counters_.field_bad_price);
        position.average_price = Price::from_nanos(*price);
    } else if (!position.qty.is_zero()) {
        return unreadable(entry, Verdict::missing, 730, counters_.field_missing);
    }
    // Two figures of one instrument: which of them, or their sum, is not for us to say.
    if (!symbols_told_.emplace(symbol).second) {
        ++counters_.field_told_twice;
        fail(words("AP", 55, "is told twice: ") + std::string(symbol), counters_.snapshots_refused);
        return {Verdict::bad_value, 55};
    }
    const InstrumentId instrument = symbols_(symbol);
    if (const std::string_view multiplier = field(entry, 231); !multiplier.empty()) {
        const auto size = parse_decimal_rounded(multiplier);
        if (!size) return unreadable(entry, Verdict::bad_format, 231, counters_.field_bad_qty);
        contracts_.push_back({instrument, Qty::from_nanos(*size)});
    }
    if (instrument == kNoInstrument) ++unknown_positions_;
    positions_.push_back({instrument, position});
    return kAccepted;
}

VerdictOn AccountSnapshotReader::read_contracts(const InboundMessage& message) {
    AccountQuestion* const asked = question("x", field(message, 320));
    if (asked == nullptr) {
        ++counters_.answers_too_late;
        return kAccepted;
    }
    const std::string_view result = field(message, 560);
    if (!result.empty() && result != "0") {
        do_without_contracts(words("y", 560, "refuses: ") + std::string(result));
        return kAccepted;
    }
    for (std::size_t i = 0; i < message.entry_count; ++i) {
        if (message.entries[i].group != kContractEntries) continue;
        const InboundMessage entry = as_message(message.entries[i]);
        const std::string_view multiplier = field(entry, 231);
        if (field(entry, 55).empty() || multiplier.empty()) continue;  // an index has none
        const auto size = parse_decimal_rounded(multiplier);
        if (!size) {
            ++counters_.field_bad_qty;
            do_without_contracts(words("y", 231, "cannot be read: ") + std::string(multiplier));
            return {Verdict::bad_format, 231};
        }
        contracts_.push_back({symbols_(field(entry, 55)), Qty::from_nanos(*size)});
    }
    if (field(message, 893) == "N") return kAccepted;  // not the last fragment
    list_ = ContractList::told;
    return answered(*asked);
}

/// The rest of the snapshot counts all the same.
void AccountSnapshotReader::do_without_contracts(std::string reason) {
    AccountQuestion* const asked = question("x", {});
    if (asked == nullptr) return;
    contracts_failure_ = std::move(reason);
    ++counters_.contract_lists_missing;
    list_ = ContractList::not_told;
    answered(*asked);
}

bool AccountSnapshotReader::waits_for_contracts_only() const {
    return std::all_of(questions_.begin(), questions_.end(), [](const AccountQuestion& q) {
        return q.answered || q.type == std::string_view("x");
    });
}

// Which reports belong to the answer: those with our 584, or with 911 or 912 and no 584. Where the count is
// in the first of them only, the reports that follow it without any belong to it, too, up to that count.
bool AccountSnapshotReader::answers_status(const InboundMessage& message,
                                           const AccountQuestion& asked) const {
    const std::string_view id = field(message, 584);
    if (!id.empty()) return id == asked.id;
    return !field(message, 911).empty() || !field(message, 912).empty() || orders_announced_.has_value();
}

std::optional<VerdictOn> AccountSnapshotReader::read_status(const InboundMessage& message) {
    AccountQuestion* const asked = question("AF", {});
    if (asked == nullptr || !answers_status(message, *asked)) {
        if (field(message, 584).empty()) return std::nullopt;
        ++counters_.answers_too_late;
        return kAccepted;
    }
    ++counters_.status_reports;
    const std::string_view total = field(message, 911);
    if (!total.empty()) {
        orders_announced_ = parse_count(total);
        if (!orders_announced_)
            return unreadable(message, Verdict::bad_format, 911, counters_.field_bad_count);
    }
    if (orders_announced_ == 0u) return answered(*asked);
    if (const VerdictOn answer = read_order(message); !is_ok(answer)) return answer;
    const std::string_view last = field(message, 912);
    const bool all = last.empty() && orders_announced_ && order_ids_.size() >= *orders_announced_;
    return last == "Y" || all ? answered(*asked) : kAccepted;
}

VerdictOn AccountSnapshotReader::read_order(const InboundMessage& message) {
    if (field(message, 37).empty()) return unreadable(message, Verdict::missing, 37, counters_.field_missing);
    ToldOrder told{};
    const auto status = parse_status(field(message, 39));
    if (!status) return unreadable(message, Verdict::bad_value, 39, counters_.field_bad_status);
    told.order.order =
        OrderId::parse(dialect_.our_id(field(message, 11), field(message, 41))).value_or(OrderId{});
    for (const int tag : {151, 14}) {
        if (field(message, tag).empty())
            return unreadable(message, Verdict::missing, tag, counters_.field_missing);
        const auto qty = parse_qty(field(message, tag));
        if (!qty || *qty < Qty{})
            return unreadable(message, Verdict::bad_format, tag, counters_.field_bad_qty);
        (tag == 151 ? told.order.leaves : told.order.cum) = *qty;
    }
    told.order.limit = kNoPrice;
    if (const std::string_view text = field(message, 44); !text.empty()) {
        const auto price = parse_price(text);
        if (!price) return unreadable(message, Verdict::bad_format, 44, counters_.field_bad_price);
        told.order.limit = *price;
    }
    const auto side = parse_side(field(message, 54));
    if (!side) return unreadable(message, Verdict::bad_value, 54, counters_.field_bad_side);
    told.order.side = *side;
    told.instrument = symbols_(field(message, 55));
    // An order twice in one answer is told as it was last; one that has ended meanwhile is not open.
    told.is_open = !is_terminal(*status);
    const auto [at, is_new] = order_ids_.try_emplace(std::string(field(message, 37)), orders_.size());
    if (is_new) {
        orders_.push_back(told);
    } else {
        orders_[at->second] = told;
    }
    return kAccepted;
}

VerdictOn AccountSnapshotReader::read_equity(const InboundMessage& message) {
    AccountQuestion* const asked = question("BE", field(message, 923));
    if (asked == nullptr || field(message, 923).empty()) {
        ++counters_.answers_too_late;
        return kAccepted;
    }
    const std::string_view status = field(message, 926);
    if (!status.empty() && status != "1") {
        fail(words("BF", 926, "refuses: " + std::string(status)) + " " + std::string(field(message, 927)),
             counters_.snapshots_refused);
        return kAccepted;
    }
    const std::string_view currency = field(message, 15);
    if (!currency.empty() && currency != asked->currency)
        return unreadable(message, Verdict::bad_value, 15, counters_.field_bad_currency);
    Equity equity{};
    equity.currency = Currency::cut(asked->currency);
    equity.source = EquitySource::venue;
    Cash* const amounts[] = {&equity.amount, &equity.initial_margin, &equity.maintenance_margin};
    constexpr int kTags[] = {100001, 100003, 100004};
    int margins = 0;
    for (int i = 0; i < 3; ++i) {
        const std::string_view text = field(message, kTags[i]);
        if (text.empty() && i > 0) continue;
        if (text.empty()) return unreadable(message, Verdict::missing, kTags[i], counters_.field_missing);
        const auto nanos = parse_decimal_rounded(text);
        if (!nanos) return unreadable(message, Verdict::bad_format, kTags[i], counters_.field_bad_amount);
        *amounts[i] = Cash::from_nanos(*nanos);
        margins += i > 0;
    }
    equity.margin_known = margins == 2 ? 1 : 0;
    equities_.push_back(equity);
    return answered(*asked);
}

VerdictOn AccountSnapshotReader::answered(AccountQuestion& asked) {
    asked.answered = true;
    for (const AccountQuestion& q : questions_) {
        if (!q.answered) return kAccepted;
    }
    complete();
    return kAccepted;
}

void AccountSnapshotReader::complete() {
    std::erase_if(orders_, [](const ToldOrder& told) { return !told.is_open; });
    for (const ToldPosition& told : positions_) {
        if (told.instrument == kNoInstrument) continue;
        sink_.stage(EventType::position, told.instrument, Nanos{}).payload.position = told.position;
    }
    for (const ToldContract& told : contracts_) {
        if (told.instrument == kNoInstrument) continue;
        sink_.stage(EventType::contract_terms, told.instrument, Nanos{})
            .payload.contract_terms.contract_size = told.size;
    }
    for (const ToldOrder& told : orders_)
        sink_.stage(EventType::venue_order, told.instrument, Nanos{}).payload.venue_order = told.order;
    for (const Equity& equity : equities_)
        sink_.stage(EventType::equity, kNoInstrument, Nanos{}).payload.equity = equity;
    pending_ = false;
    list_due_ = list_due_ && list_ == ContractList::not_asked;
    stage_end(SnapshotPhase::end, unknown_positions_);
    ++counters_.snapshots_complete;
    counters_.positions_told += positions_.size();
    counters_.venue_orders_told += orders_.size();
    counters_.equities_told += equities_.size();
}

void AccountSnapshotReader::stage_end(SnapshotPhase phase, std::uint32_t unknown) {
    AccountSnapshot& event =
        sink_.stage(EventType::account_snapshot, kNoInstrument, Nanos{}).payload.account_snapshot;
    event.id = id_;
    event.phase = phase;
    event.positions = static_cast<std::uint32_t>(positions_.size());
    event.open_orders = static_cast<std::uint32_t>(orders_.size());
    event.unknown = unknown;
    if (phase == SnapshotPhase::end) event.contracts = list_;
    sink_.flush();
}

void AccountSnapshotReader::fail(std::string reason, std::uint64_t& counter) {
    if (!pending_) return;
    pending_ = false;
    failure_ = std::move(reason);
    positions_.clear();
    orders_.clear();
    ++counter;
    stage_end(SnapshotPhase::failed, 0);
}

bool AccountSnapshotReader::refused(std::uint32_t sequence, std::string_view reason) {
    for (const AccountQuestion& q : questions_) {
        if (q.sequence == 0 || q.sequence != sequence) continue;
        if (q.type == std::string_view("x")) {
            do_without_contracts("x was refused: " + std::string(reason));
            return true;
        }
        fail(std::string(q.type) + " was refused: " + std::string(reason), counters_.snapshots_refused);
        return true;
    }
    return false;
}

void AccountSnapshotReader::unread(std::string_view type, std::uint32_t sequence, int reason) {
    if (type == "y")
        do_without_contracts("y (34=" + std::to_string(sequence) +
                             ") had to be rejected, 373=" + std::to_string(reason));
    if (type != "AP" && type != "AO" && type != "BF" && type != "8") return;
    fail(std::string(type) + " (34=" + std::to_string(sequence) +
             ") had to be rejected, 373=" + std::to_string(reason),
         counters_.snapshots_refused);
}

void AccountSnapshotReader::check_time(Nanos now) {
    if (!pending_ || now - asked_ < config_.snapshot_patience) return;
    if (waits_for_contracts_only()) return do_without_contracts("no answer in time to x");
    std::string waiting;
    for (const AccountQuestion& q : questions_) {
        if (!q.answered) waiting += (waiting.empty() ? "" : ", ") + std::string(q.type) + " " + q.id;
    }
    fail("no answer in time: " + waiting, counters_.snapshots_timed_out);
}

}  // namespace hw::fix
