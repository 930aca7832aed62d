// Why an order was sent and what became of it, as a page for people and as JSON for programs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "deploy/runtime/order_stories.h"

namespace hw::deploy {

/// Some ten lines, the last one ended.
std::string story_text(const OrderStory&, const JournalNames&);
nlohmann::ordered_json story_json(const OrderStory&, const JournalNames&);

}  // namespace hw::deploy
