// Where the demonstration keeps its things: a directory of results that the user names, and a short-lived one
// for sockets, whose paths must be short and free of what DPDK's arguments cannot hold.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hw::demo {

class Workspace {
  public:
    /// Makes both and clears what an earlier demonstration left in `out`; refuses to clear anything else.
    static std::optional<Workspace> make(const std::filesystem::path& out, std::string& error);

    Workspace(Workspace&&) noexcept;
    Workspace& operator=(Workspace&&) = delete;
    Workspace(const Workspace&) = delete;
    /// Removes the sockets' directory.
    ~Workspace();

    std::filesystem::path out(const char* name) const { return out_ / name; }
    std::filesystem::path socket(const char* name) const { return sockets_ / name; }
    /// Removes all of ours in the results' directory but the summary.
    void remove_bulk() const;

  private:
    Workspace(std::filesystem::path out, std::filesystem::path sockets)
        : out_(std::move(out)), sockets_(std::move(sockets)) {}

    std::filesystem::path out_;
    std::filesystem::path sockets_;  // empty once moved from
};

}  // namespace hw::demo
