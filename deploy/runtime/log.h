// Words for people, on stderr, never from the hot thread: one line each, with a stable code in front.
#pragma once

#include <string_view>

#include "core/action.h"
#include "hedge/state.h"

namespace hw::deploy {

void log_info(std::string_view code, std::string_view text);
void log_warning(std::string_view code, std::string_view text);
void log_error(std::string_view code, std::string_view text);
/// An alert of the engine, named by its code; the same code is shown at most 10 times a second.
void log_alert(const Action&, const hedge::EngineState&);

}  // namespace hw::deploy
