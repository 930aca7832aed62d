#include "deploy/runtime/order_stories.h"

#include <algorithm>

#include "core/journal/reader.h"
#include "deploy/runtime/replica.h"

namespace hw::deploy {

namespace {

/// The first pass.
class Collector {
  public:
    Collector(const OrderQuestion& question, std::deque<OrderStory>& orders)
        : question_(question), orders_(orders) {}

    void event(const Event& e) {
        last_ = e.header;
        switch (e.header.type) {
            case EventType::execution:
                if (OrderStory* s = find(e.payload.execution.order)) fill(*s, e);
                break;
            case EventType::order_update:
                if (OrderStory* s = find(e.payload.order_update.order)) update(*s, e);
                break;
            case EventType::order_unsent:
                if (OrderStory* s = find(e.payload.order_unsent.order)) s->unsent = true;
                break;
            default:
                break;
        }
    }
    void action(const Action& a) {
        if (a.header.type != ActionType::new_order && a.header.type != ActionType::shadow_order) return;
        const OrderId id = a.payload.new_order.order;
        if (question_.order && *question_.order != id) return;
        OrderStory story;
        story.action = a;
        story.decided_on = last_;
        places_[id.value] = first_ + orders_.size();
        orders_.push_back(std::move(story));
        if (question_.last == 0 || orders_.size() <= question_.last) return;
        places_.erase(orders_.front().order().order.value);
        orders_.pop_front();
        ++first_;
    }
    /// Comes after the Actions of its Event.
    void timing(const Timing& t) {
        for (auto s = orders_.rbegin(); s != orders_.rend(); ++s) {
            if (s->action.header.sequence != t.sequence) break;
            if (!s->shadow()) s->timing = t;
        }
    }

  private:
    OrderStory* find(OrderId id) {
        const auto found = places_.find(id.value);
        return found == places_.end() ? nullptr : &orders_[found->second - first_];
    }

    static void fill(OrderStory& s, const Event& e) {
        const Execution& x = e.payload.execution;
        if (x.change != TradeChange::none) {
            ++s.busts;
            return;
        }
        if (std::find(s.keys.begin(), s.keys.end(), x.key) != s.keys.end()) return;
        s.keys.push_back(x.key);
        s.filled += x.last_qty;
        s.value += x.last_qty.to_double() * x.last_price.to_double();
        s.last_fill = e.header.recv_time;
        if (s.first_fill.is_zero()) s.first_fill = s.last_fill;
        const bool over = s.status == OrderStatus::canceled || s.status == OrderStatus::expired;
        if (over) return;  // it came after the end
        s.status = s.filled >= s.order().qty ? OrderStatus::filled : OrderStatus::partially_filled;
        s.status_time = e.header.recv_time;
    }

    static void update(OrderStory& s, const Event& e) {
        const OrderUpdate& u = e.payload.order_update;
        s.status = u.status;
        s.status_time = e.header.recv_time;
        s.reject_code = u.reject_code;
        if (!u.text.empty()) s.text = std::string(u.text.view());
    }

    const OrderQuestion& question_;
    std::deque<OrderStory>& orders_;
    std::map<std::uint64_t, std::size_t> places_;  ///< by order: its number since the beginning
    std::size_t first_ = 0;                        ///< the number of the oldest one kept
    EventHeader last_;
};

std::string collect(const OrderQuestion& question, JournalReader& reader, std::deque<OrderStory>& orders) {
    Collector collector(question, orders);
    for (;;) {
        switch (reader.next()) {
            case JournalReader::Next::event:
                collector.event(reader.event());
                break;
            case JournalReader::Next::action:
                collector.action(reader.action());
                break;
            case JournalReader::Next::timing:
                collector.timing(reader.timing());
                break;
            case JournalReader::Next::new_run:
                break;
            case JournalReader::Next::end:
                return {};
            case JournalReader::Next::damaged:
                return reader.error();
        }
    }
}

/// Where reading on is slower than looking the place up.
constexpr std::uint64_t kFar = 100'000;

/// The second pass: the Events that the why-records name.
void find_triggers(const std::string& dir, std::deque<OrderStory>& orders) {
    std::multimap<std::uint64_t, OrderStory*> wanted;
    for (OrderStory& s : orders) {
        if (s.order().why.trigger_sequence != 0) wanted.emplace(s.order().why.trigger_sequence, &s);
    }
    std::optional<JournalReader> reader;
    for (auto& [sequence, story] : wanted) {
        if (!reader || sequence > reader->last_sequence() + kFar) {
            reader.emplace(dir);
            if (!reader->open_at(sequence)) return;
        }
        while (reader->event().header.sequence < sequence) {
            const auto next = reader->next();
            if (next == JournalReader::Next::end || next == JournalReader::Next::damaged) return;
        }
        if (reader->event().header.sequence == sequence) story->trigger = reader->event().header;
    }
}

JournalNames names_of(const std::string& dir) {
    JournalNames names;
    Replica replica(dir, false);
    if (!replica.begin_at_snapshot()) return names;
    replica.advance();  // as far as it goes: names are not decided on
    const hedge::EngineState& state = replica.state();
    for (std::uint32_t n = 0; n < state.instruments.size(); ++n)
        names.instruments.emplace_back(state.instruments[InstrumentId{n}].symbol.view());
    for (std::uint16_t n = 0; n < state.underlying_count; ++n)
        names.underlyings.emplace_back(state.underlyings[n].name.view());
    return names;
}

}  // namespace

std::string JournalNames::instrument(InstrumentId id) const {
    if (id == kNoInstrument) return {};
    return index(id) < instruments.size() ? instruments[index(id)]
                                          : "instrument " + std::to_string(index(id));
}

std::string JournalNames::underlying(UnderlyingId id) const {
    return index(id) < underlyings.size() ? underlyings[index(id)]
                                          : "underlying " + std::to_string(index(id));
}

std::optional<OrderAnswer> read_orders(const OrderQuestion& question, std::string& error) {
    JournalReader reader(question.journal);
    if (!reader.open_at(1)) {
        error = reader.error();
        return std::nullopt;
    }
    OrderAnswer answer;
    answer.damage = collect(question, reader, answer.orders);
    if (answer.orders.empty()) return answer;
    find_triggers(question.journal, answer.orders);
    answer.names = names_of(question.journal);
    return answer;
}

}  // namespace hw::deploy
