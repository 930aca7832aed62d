// What was found while a configuration was read: where each key stands, and what is wrong with it.
//
// TomlReader fills it; config_limits adds what two values owe each other. A path names a key as
// "underlying[1].band". An error about a key that the file does not have is placed at its table.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "deploy/runtime/config.h"

namespace hw::deploy {

/// A place in the file; lines and columns count from 1.
struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
};

class ConfigFindings {
  public:
    explicit ConfigFindings(std::string file) : file_(std::move(file)) {}

    void remember(const std::string& path, Place place) { places_[path] = place; }
    /// The key's place, else that of the nearest table around it, else the beginning of the file.
    Place place_of(std::string_view path) const;

    /// An error about the key at `path`.
    void add(const std::string& path, std::string message);
    /// An error about something that has no path of its own.
    void add_at(Place, std::string message);
    /// True when nothing is wrong with the key so far: a comparison with it makes sense.
    bool sound(const std::string& path) const { return !faulty_.contains(path); }

    bool empty() const { return errors_.empty(); }
    /// All errors in the order of the file.
    ConfigErrors sorted() const;

  private:
    std::string file_;
    std::map<std::string, Place, std::less<>> places_;
    std::set<std::string, std::less<>> faulty_;
    ConfigErrors errors_;
};

}  // namespace hw::deploy
