#include "fix/session_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace hw::fix {
namespace {

bool make_directory(const std::string& dir, std::string& error) {
    if (::mkdir(dir.c_str(), 0700) == 0 || errno == EEXIST) return true;
    error = "message store: cannot create " + dir + ": " + std::strerror(errno);
    return false;
}

std::string owner_of(const SessionConfig& config) {
    return config.sender_comp_id + "->" + config.target_comp_id;
}

std::string config_error(const SessionConfig& config) {
    if (config.sender_comp_id.empty()) return "FIX session: sender_comp_id is missing";
    if (config.target_comp_id.empty()) return "FIX session: target_comp_id is missing";
    if (config.heartbeat_s < 1 || config.heartbeat_s > 3600) {
        return "FIX session: heartbeat_s has to be 1 to 3600";
    }
    if (config.store_dir.empty()) return "FIX session: store_dir is missing";
    return {};
}

}  // namespace

std::optional<SessionFiles> open_session_files(const SessionConfig& config, Nanos now, std::string& error) {
    error = config_error(config);
    if (!error.empty() || !make_directory(config.store_dir, error)) return std::nullopt;
    SessionFiles files;
    files.messages = MessageStore::open(config.store_dir, owner_of(config), config.store_slots, now, error);
    if (files.messages == nullptr) return std::nullopt;
    files.received = ReceivedRing::open(config.store_dir, owner_of(config), config.received_mib, error);
    if (files.received == nullptr) return std::nullopt;
    return files;
}

}  // namespace hw::fix
