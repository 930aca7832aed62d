// `hedgewire why`: for each order of a journal, why it was sent and what became of it.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "deploy/hedgewire/commands.h"
#include "deploy/runtime/order_story_text.h"

namespace hw::deploy {

namespace {

void print_all(const OrderAnswer& answer, bool as_json) {
    if (as_json) {
        nlohmann::ordered_json all = nlohmann::ordered_json::array();
        for (const OrderStory& s : answer.orders) all.push_back(story_json(s, answer.names));
        const auto replace = nlohmann::ordered_json::error_handler_t::replace;
        std::printf("%s\n", all.dump(2, ' ', false, replace).c_str());
        return;
    }
    for (const OrderStory& s : answer.orders)
        std::printf("%s%s", &s == &answer.orders.front() ? "" : "\n", story_text(s, answer.names).c_str());
}

}  // namespace

int cmd_why(int argc, char** argv) {
    CLI::App app{
        "Prints why each order of a journal was sent, or in shadow mode would have been: the event that "
        "took\n"
        "the net delta out of its band, delta, band, what was in flight, headroom at the gate, the time at "
        "each\n"
        "stage, and what became of it. Oldest first. Works beside a running hedger.\n"
        "Example: hedgewire why --journal /var/lib/hedgewire/journal --last 3\n"
        "Exit codes: 0 done; 1 there is no such order; 2 bad usage, or a journal that cannot be read to its "
        "end.",
        "hedgewire why"};
    OrderQuestion question;
    std::string id;
    bool as_json = false;
    app.add_option("--journal", question.journal, "journal folder")->required();
    auto* const one = app.add_option("--order", id, "only this one: 16 hex digits, its ClOrdID");
    app.add_option("--last", question.last, "only the newest so many")
        ->check(CLI::PositiveNumber)
        ->excludes(one);
    app.add_flag("--json", as_json, "an array of objects instead of text");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    if (one->count() != 0) {
        question.order = OrderId::parse(id);
        if (!question.order) {
            std::fprintf(stderr, "hedgewire why: \"%s\" is no order: 16 lower-case hex digits\n", id.c_str());
            return 2;
        }
    }
    std::string error;
    const auto answer = read_orders(question, error);
    if (!answer) {
        std::fprintf(stderr, "hedgewire why: %s\n", error.c_str());
        return 2;
    }
    print_all(*answer, as_json);
    if (!answer->damage.empty()) {
        std::fprintf(stderr, "hedgewire why: %s\n", answer->damage.c_str());
        return 2;
    }
    if (!answer->orders.empty()) return 0;
    std::fprintf(stderr, "hedgewire why: %s in %s\n",
                 question.order ? ("no order " + id).c_str() : "no orders", question.journal.c_str());
    return question.order ? 1 : 0;
}

}  // namespace hw::deploy
