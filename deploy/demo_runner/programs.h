// How the two programs and the replay are called: their command lines, and the hedger's configuration made
// from the example.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "deploy/demo_runner/child_process.h"
#include "deploy/demo_runner/options.h"
#include "deploy/demo_runner/workspace.h"

namespace hw::demo {

/// The example configuration with its paths and processors replaced; nothing, and the reason in `error`, when
/// the example lacks one of them.
std::optional<std::string> hedger_config(std::string example, const Workspace&, std::string& error);

/// The example with its [feed] part replaced by one for Starbase; nothing, and the reason in `error`, when
/// the example lacks that part.
std::optional<std::string> with_starbase(std::string example, std::string& error);

/// TCP ports on 127.0.0.1 that the exchange listens on.
struct FixPorts {
    std::uint16_t orders = 0;
    std::uint16_t account = 0;  ///< the second session

    bool found() const { return orders != 0 && account != 0; }
};
/// Free ones; not `found` when there are none.
FixPorts free_ports();

/// The example with the exchange's ports in it, and orders over a kernel socket or on paper, as `options`
/// want; nothing, and the reason in `error`, when the example lacks what has to be changed for that. With
/// paper orders there is no second session: the exchange knows nothing of them.
std::optional<std::string> with_transport(std::string example, const Options& options, const FixPorts&,
                                          std::string& error);

/// With paper orders no fills come from the exchange: the hedger starts with this to hedge.
std::string paper_positions();

Command exchange_command(const Options&, const Workspace&, const FixPorts&);
Command hedger_command(const Options&, const Workspace&);
Command replay_command(const Options&, const Workspace&);

}  // namespace hw::demo
