// The control socket: a Unix stream socket, one JSON object a line each way, for `hedgewire ctl` and scripts.
//
// {"command":"status"} answers with the run's report, "positions" with ours beside the venue's. What people
// tell the engine (kill, reset, pause, set-band and the rest of CommandKind, with "who" and "why") becomes an
// Event in the journal; see operator_commands.h for what each needs. "reload" reads the configuration file
// again and takes what only tightens. {"command":"capture"} with "out" and perhaps "seconds" has the last
// packets written to a file, and answers at once; "capture-status" says what became of it. Served by the
// follower's thread; the socket file has mode 0600, so that only the hedger's own user can command it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/event.h"
#include "deploy/runtime/run_config.h"
#include "hedge/state.h"

namespace hw::deploy {

class Housekeeper;

class ControlSocket {
  public:
    /// Null and `error` when the path cannot be bound or another hedger listens on it.
    static std::unique_ptr<ControlSocket> open(const std::string& path, std::string& error);
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    struct Handlers {
        std::function<std::string()> status;         ///< JSON
        std::function<bool(const Command&)> submit;  ///< false: the hot thread's inbox is full
        std::function<bool(const Equity&)> equity;   ///< false: too many waiting
        Housekeeper* housekeeper = nullptr;          ///< writes captures
        const hedge::EngineState* state = nullptr;   ///< to find underlyings by name
        const RunConfig* config = nullptr;           ///< of this run
        std::string config_path;                     ///< where it came from
    };
    /// Serves what has arrived; never blocks.
    void poll(const Handlers&);

  private:
    struct Client {
        int fd = -1;
        std::string in;
        std::string out;
    };

    ControlSocket(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    void accept_clients();
    static void serve(Client&, const Handlers&);

    int fd_;
    std::string path_;
    std::vector<Client> clients_;
};

}  // namespace hw::deploy
