#include "tests/fix/scripted_venue.h"

#include <cstdlib>
#include <stdexcept>

#include "fix/timestamp.h"

namespace hw::fix::test {

std::string body_of(const std::string& type, int sequence, const std::string& fields, bool duplicate) {
    const auto stamp = format_timestamp_ms(wall_clock());
    const std::string now{stamp.data(), stamp.size()};
    return "35=" + type +
           "\x01"
           "34=" +
           std::to_string(sequence) +
           "\x01"
           "49=VENUE\x01"
           "52=" +
           now +
           "\x01"
           "56=HEDGER\x01" +
           (duplicate ? "43=Y\x01"
                        "122=" +
                            now + "\x01"
                      : "") +
           fields;
}

std::string fill_fields(int n) {
    return "37=V" + std::to_string(n) +
           "\x01"
           "11=x\x01"
           "17=E" +
           std::to_string(n) +
           "\x01"
           "150=F\x01"
           "39=2\x01"
           "55=BTC-OPT\x01"
           "54=1\x01"
           "32=1\x01"
           "31=0.05\x01"
           "14=1\x01"
           "151=0\x01";
}

ScriptedVenue::ScriptedVenue() : ScriptedVenue(make_config({})) {}

ScriptedVenue::ScriptedVenue(SessionConfig config) {
    config.store_dir = dir / "store";
    std::string error;
    session = OrderSession::create(config, {}, *instruments, EventSinkRef{events}, wall_clock(), error);
    if (session == nullptr) throw std::runtime_error(error);
}

bool ScriptedVenue::send(const char* data, std::size_t size) {
    heard_.emplace_back(data, size);
    spoken.push_back(heard_.back());
    return true;
}

void ScriptedVenue::say(const std::string& bytes) {
    session->on_bytes(bytes.data(), bytes.size(), wall_clock());
    answer();
}

void ScriptedVenue::say(const std::string& type, const std::string& fields) {
    say(seal(body_of(type, next++, fields)));
}

bool ScriptedVenue::come_up() {
    if (session->attached()) session->on_disconnected(wall_clock(), "again");
    heard_.clear();
    spoken.clear();
    closed = false;
    session->on_connected(ByteSinkRef{*this}, wall_clock());
    answer();
    return session->up();
}

void ScriptedVenue::answer() {
    while (!heard_.empty()) {
        const std::string message = heard_.front();
        heard_.pop_front();
        const std::string type = raw_value(message, 35);
        if (type == "A")
            say("A",
                "98=0\x01"
                "108=1\x01");
        if (type == "1") say("0", "112=" + raw_value(message, 112) + "\x01");
        if (type == "2") {
            const std::string begin = raw_value(message, 7);
            say(seal(body_of("4", std::atoi(begin.c_str()),
                             "123=Y\x01"
                             "36=" +
                                 std::to_string(next) + "\x01",
                             true)));
        }
    }
}
}  // namespace hw::fix::test
