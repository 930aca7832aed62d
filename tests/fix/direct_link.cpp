#include "tests/fix/direct_link.h"

#include <algorithm>

#include "fix/timestamp.h"

namespace hw::fix::test {

std::string with_soh(std::string text) {
    std::replace(text.begin(), text.end(), '|', '\x01');
    return text;
}

std::string raw_value(const std::string& message, int tag) {
    const std::string key = "\x01" + std::to_string(tag) + "=";
    const auto at = message.find(key);
    if (at == std::string::npos) return {};
    const auto begin = at + key.size();
    return message.substr(begin, message.find('\x01', begin) - begin);
}

std::string DirectLink::message(const std::string& type, std::uint32_t sequence, Nanos now,
                                const std::string& fields) const {
    const auto stamp = format_timestamp_ms(now);
    return seal(with_soh("35=" + type + "|49=" + venue_ + "|56=" + customer_ +
                         "|34=" + std::to_string(sequence) +
                         "|52=" + std::string(stamp.data(), stamp.size()) + "|" + fields));
}

bool DirectLink::come_up(OrderSession& session, Nanos now, ByteSinkRef sink) {
    if (session.attached()) session.on_disconnected(now, "again");
    heard.clear();
    answered = 0;
    session.on_connected(sink, now);
    answer(session, now);
    return session.up();
}

void DirectLink::answer(OrderSession& session, Nanos now) {
    const auto say = [&](const std::string& said) { session.on_bytes(said.data(), said.size(), now); };
    while (answered < heard.size()) {
        const std::string asked = heard[answered++];
        const std::string type = raw_value(asked, 35);
        if (type == "A") say(next_message("A", now, "98=0|108=" + raw_value(asked, 108) + "|"));
        if (type == "1") say(next_message("0", now, "112=" + raw_value(asked, 112) + "|"));
        if (type != "2") continue;
        const auto begin = static_cast<std::uint32_t>(std::stoul(raw_value(asked, 7)));
        const auto stamp = format_timestamp_ms(now);
        say(message("4", begin, now,
                    "43=Y|122=" + std::string(stamp.data(), stamp.size()) +
                        "|123=Y|36=" + std::to_string(next) + "|"));
    }
}

}  // namespace hw::fix::test
