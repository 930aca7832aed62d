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

/// A TCP port on 127.0.0.1 that nobody listens on; 0 when there is none.
std::uint16_t free_port();

/// The example configuration with its paths and processors replaced; nothing, and the reason in `error`, when
/// the example lacks one of them.
std::optional<std::string> hedger_config(std::string example, const Workspace&, std::string& error);

/// The example with its [feed] part replaced by one for Starbase; nothing, and the reason in `error`, when
/// the example lacks that part.
std::optional<std::string> with_starbase(std::string example, std::string& error);

/// The example with orders over a kernel socket on `fix_port` or on paper, as `options` want; nothing, and
/// the reason in `error`, when the example lacks what has to be changed for that.
std::optional<std::string> with_transport(std::string example, const Options& options, std::uint16_t fix_port,
                                          std::string& error);

/// With paper orders no fills come from the exchange: the hedger starts with this to hedge.
std::string paper_positions();

Command exchange_command(const Options&, const Workspace&, std::uint16_t fix_port);
Command hedger_command(const Options&, const Workspace&);
Command replay_command(const Options&, const Workspace&);

}  // namespace hw::demo
