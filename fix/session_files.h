// A session's files: the messages it sent, and those that came in; and what any session asks of its
// configuration.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "fix/message_store.h"
#include "fix/received_ring.h"
#include "fix/session_config.h"

namespace hw::fix {

struct SessionFiles {
    std::unique_ptr<MessageStore> messages;
    std::unique_ptr<ReceivedRing> received;
};

/// Opens both in `config.store_dir`, created if it does not exist. Nothing, and the reason in `error`, when
/// the configuration lacks what every session needs, or one of them cannot be opened.
std::optional<SessionFiles> open_session_files(const SessionConfig&, Nanos now, std::string& error);

}  // namespace hw::fix
