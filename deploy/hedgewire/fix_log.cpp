// `hedgewire fix-log`: what a FIX session said and heard, for people and for scripts.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>

#include "deploy/hedgewire/commands.h"
#include "deploy/runtime/config.h"
#include "fix/history.h"
#include "fix/names.h"
#include "fix/timestamp.h"

namespace hw::deploy {
namespace {

struct Wanted {
    std::string store;
    std::string config;
    std::string direction = "both";
    std::vector<std::string> type_words;
    std::set<std::string> types;  ///< empty: all
    std::string order;
    std::uint32_t from = 0;
    std::uint32_t to = UINT32_MAX;
    bool no_admin = false;
    bool json = false;
};

constexpr const char* kHelp =
    R"(Prints the messages of an order session, both directions in order of time, one a line. It reads only,
and may be run while the hedger runs.

Sent messages come from the message store (the last fix.store_slots of the present sequence numbers),
received ones from the record beside it (the last fix.received_mib MiB). What was let go is told on stderr.
Passwords, raw data and nonces are masked. The time of a sent message is its SendingTime.

Examples:
  hedgewire fix-log --config deploy/config/deribit.toml
  hedgewire fix-log --store /var/lib/hedgewire/fix --order 0001000000000700
  hedgewire fix-log --store /var/lib/hedgewire/fix --direction received --type ExecutionReport,3 --json
  hedgewire fix-log --store /var/lib/hedgewire/fix --direction sent --from 100 --to 120

A line is: time (UTC), -> sent or <- received, sequence number, type, fields by name. With --json it is an
object: time, direction, sequence, type, type_name, fields [{tag, name, value}], and for sent messages
replayed, gap_filled, acknowledged.
Exit codes: 0 done; 1 messages are damaged (the others are printed); 2 bad usage, or no store to be read.)";

/// Tags under which the id of an order, or of a request, may stand.
constexpr int kOrderTags[] = {11, 37, 41, 198, 379, 526, 584, 790};
/// What every message has and the line already says, or what only the wire needs.
constexpr int kFraming[] = {8, 9, 10, 34, 35, 49, 52, 56};

template <std::size_t N>
bool is_one_of(int tag, const int (&tags)[N]) {
    return std::find(std::begin(tags), std::end(tags), tag) != std::end(tags);
}

/// Control characters would garble a terminal.
std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 32 && byte < 127) {
            out += c;
            continue;
        }
        out += fmt::format("\\x{:02x}", byte);
    }
    return out;
}

std::string time_text(Nanos time) {
    const auto stamp = fix::format_timestamp_ms(time);
    const std::string_view text(stamp.data(), stamp.size());
    return fmt::format("{}-{}-{}T{}{:03}Z", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2),
                       text.substr(9), time.ns() / 1'000 % 1'000);
}

bool is_wanted(const fix::History::Entry& entry, const std::vector<fix::MessageField>& fields,
               const Wanted& wanted) {
    if (wanted.direction == (entry.sent ? "received" : "sent")) return false;
    if (entry.sequence < wanted.from || entry.sequence > wanted.to) return false;
    const std::string type(entry.type());
    if (!wanted.types.empty() && !wanted.types.contains(type)) return false;
    if (wanted.no_admin && type.size() == 1 &&
        std::string_view("012345A").find(type[0]) != std::string_view::npos)
        return false;
    if (wanted.order.empty()) return true;
    return std::any_of(fields.begin(), fields.end(), [&](const fix::MessageField& field) {
        return is_one_of(field.tag, kOrderTags) && field.value == wanted.order;
    });
}

void print_line(const fix::History::Entry& entry, const std::vector<fix::MessageField>& fields) {
    const std::string type(entry.type());
    const std::string_view name = fix::type_name(type);
    std::string line = time_text(entry.time) + (entry.sent ? " -> " : " <- ") +
                       std::to_string(entry.sequence) + " " +
                       (name.empty() ? "MsgType " + printable(type) : std::string(name));
    if (entry.text.empty()) line += " (only its number was kept)";
    for (const fix::MessageField& field : fields) {
        if (is_one_of(field.tag, kFraming)) continue;
        const std::string_view tag = fix::tag_name(field.tag);
        line +=
            " " + (tag.empty() ? std::to_string(field.tag) : std::string(tag)) + "=" + printable(field.value);
        const std::string_view meaning = fix::value_name(field.tag, field.value);
        if (!meaning.empty()) line += "(" + std::string(meaning) + ")";
    }
    if ((entry.flags & fix::kReplayed) != 0) line += " [sent again]";
    if ((entry.flags & fix::kGapFilled) != 0) line += " [gap-filled instead of sent again]";
    std::printf("%s\n", line.c_str());
}

void print_json(const fix::History::Entry& entry, const std::vector<fix::MessageField>& fields) {
    nlohmann::ordered_json out{{"time", time_text(entry.time)},
                               {"direction", entry.sent ? "sent" : "received"},
                               {"sequence", entry.sequence},
                               {"type", printable(entry.type())},
                               {"type_name", fix::type_name(entry.type())},
                               {"fields", nlohmann::ordered_json::array()}};
    for (const fix::MessageField& field : fields) {
        out["fields"].push_back(
            {{"tag", field.tag}, {"name", fix::tag_name(field.tag)}, {"value", printable(field.value)}});
    }
    if (entry.sent) {
        out["replayed"] = (entry.flags & fix::kReplayed) != 0;
        out["gap_filled"] = (entry.flags & fix::kGapFilled) != 0;
        out["acknowledged"] = (entry.flags & fix::kAcknowledged) != 0;
    }
    std::printf("%s\n", out.dump().c_str());
}

bool read_types(Wanted& wanted) {
    for (const std::string& word : wanted.type_words) {
        const std::string_view type = fix::type_of(word);
        // A type of one or two characters may be one that the dictionary does not have.
        if (type.empty() && word.size() > 2) {
            std::fprintf(stderr, "hedgewire fix-log: there is no message type '%s'\n",
                         printable(word).c_str());
            return false;
        }
        wanted.types.insert(type.empty() ? word : std::string(type));
    }
    return true;
}

bool find_store(Wanted& wanted) {
    if (wanted.config.empty()) return true;
    const auto loaded = load_config(wanted.config);
    if (const auto* errors = std::get_if<ConfigErrors>(&loaded)) {
        std::fputs(to_string(*errors).c_str(), stderr);
        return false;
    }
    wanted.store = std::get<RunConfig>(loaded).fix.store_dir;
    if (!wanted.store.empty()) return true;
    std::fprintf(stderr, "hedgewire fix-log: %s names no fix.store_dir\n", wanted.config.c_str());
    return false;
}

/// What is not there any more, and what should be and is not.
void print_losses(const fix::History& history) {
    const auto say = [](const std::string& text) {
        std::fprintf(stderr, "hedgewire fix-log: %s\n", text.c_str());
    };
    if (history.sent_let_go() != 0)
        say(fmt::format("the oldest {} sent messages were let go: the store keeps the last {}",
                        history.sent_let_go(), history.sent_slots()));
    if (history.received_let_go() != 0)
        say(fmt::format("the oldest {} received messages were let go: the record keeps the last {} MiB",
                        history.received_let_go(), history.received_capacity() >> 20));
    if (history.sent_missing() != 0) say(fmt::format("{} sent messages are damaged", history.sent_missing()));
    if (history.received_damaged() != 0)
        say(fmt::format("{} received messages are damaged", history.received_damaged()));
    if (!history.received_fault().empty()) say("no received messages: " + history.received_fault());
}

int print_history(const Wanted& wanted) {
    std::string error;
    auto history = fix::History::open(wanted.store, error);
    if (!history) {
        std::fprintf(stderr, "hedgewire fix-log: %s\n", error.c_str());
        return 2;
    }
    fix::History::Entry entry;
    std::vector<fix::MessageField> fields;
    std::uint64_t read = 0;
    std::uint64_t printed = 0;
    for (; history->next(entry); ++read) {
        fix::read_fields(entry.text, fields);
        if (!is_wanted(entry, fields, wanted)) continue;
        ++printed;
        wanted.json ? print_json(entry, fields) : print_line(entry, fields);
    }
    std::fflush(stdout);
    print_losses(*history);
    std::fprintf(stderr, "hedgewire fix-log: session %s, sequence numbers since %s: %llu of %llu messages\n",
                 std::string(history->owner()).c_str(), time_text(history->numbers_since()).c_str(),
                 static_cast<unsigned long long>(printed), static_cast<unsigned long long>(read));
    if (std::ferror(stdout) != 0) {
        std::fputs("hedgewire fix-log: cannot write the output\n", stderr);
        return 1;
    }
    return history->sent_missing() + history->received_damaged() == 0 ? 0 : 1;
}

}  // namespace

int cmd_fix_log(int argc, char** argv) {
    CLI::App app{kHelp, "hedgewire fix-log"};
    Wanted wanted;
    auto* const store = app.add_option("--store", wanted.store, "the session's folder (fix.store_dir)");
    auto* const config = app.add_option("--config", wanted.config, "or the configuration that names it");
    store->excludes(config);
    app.add_option("--direction", wanted.direction, "sent, received or both")
        ->check(CLI::IsMember({"sent", "received", "both"}));
    app.add_option("--type", wanted.type_words, "message types, by code or name: D,8 or NewOrderSingle")
        ->delimiter(',');
    app.add_option("--order", wanted.order,
                   "only messages that carry this id: ours, the venue's, a request's");
    app.add_option("--from", wanted.from, "sequence numbers from here on");
    app.add_option("--to", wanted.to, "and up to here, each in its direction");
    app.add_flag("--no-admin", wanted.no_admin, "without heartbeats and the like");
    app.add_flag("--json", wanted.json, "one JSON object a line");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (wanted.store.empty() && wanted.config.empty()) {
        std::fputs("hedgewire fix-log: needs --store DIR or --config F\n", stderr);
        return 2;
    }
    if (!read_types(wanted) || !find_store(wanted)) return 2;
    return print_history(wanted);
}

}  // namespace hw::deploy
