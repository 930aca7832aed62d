// Words that were meant: the nearest known key to one that nobody knows, and the words that no configuration
// file may hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hw::deploy {

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The known word nearest to `word`, or an empty view when none is near enough to have been meant.
std::string_view nearest_word(std::string_view word, const std::vector<std::string>& known);
/// True for the names that credentials go by.
bool names_a_secret(std::string_view key);

}  // namespace hw::deploy
