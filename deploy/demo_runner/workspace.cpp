#include "deploy/demo_runner/workspace.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

namespace hw::demo {
namespace {

namespace fs = std::filesystem;

// Says that the directory is a demonstration's, so that clearing it takes nobody's journal away.
constexpr const char* kMarker = ".hedgewire-demo";
constexpr std::array kBulk{"journal",     "fix",         "exchange-fix",  "account",     "exchange-account",
                           "hedger.toml", "hedger.json", "exchange.json", "replay.json", "exchange.log"};

void remove_all_of(const fs::path& out) {
    std::error_code ignored;
    for (const char* name : kBulk) fs::remove_all(out / name, ignored);
}

bool has_strangers(const fs::path& out) {
    std::error_code ignored;
    if (fs::exists(out / kMarker, ignored)) return false;
    for (const char* name : kBulk)
        if (fs::exists(out / name, ignored)) return true;
    return false;
}

}  // namespace

std::optional<Workspace> Workspace::make(const fs::path& out, std::string& error) {
    std::error_code code;
    fs::create_directories(out, code);
    if (code) {
        error = out.string() + ": " + code.message();
        return std::nullopt;
    }
    if (has_strangers(out)) {
        error = out.string() + " holds files that no demonstration wrote; name another directory with --out";
        return std::nullopt;
    }
    if (!std::ofstream(out / kMarker)) {
        error = out.string() + ": cannot be written to";
        return std::nullopt;
    }
    remove_all_of(out);
    fs::remove(out / "demo-summary.json", code);
    char sockets[] = "/tmp/hedgewire-demo-XXXXXX";
    if (mkdtemp(sockets) == nullptr) {
        error = std::string("/tmp: ") + std::strerror(errno);
        return std::nullopt;
    }
    return Workspace(out, sockets);
}

Workspace::Workspace(Workspace&& other) noexcept
    : out_(std::move(other.out_)), sockets_(std::move(other.sockets_)) {
    other.sockets_.clear();
}

Workspace::~Workspace() {
    std::error_code ignored;
    if (!sockets_.empty()) fs::remove_all(sockets_, ignored);
}

void Workspace::remove_bulk() const { remove_all_of(out_); }

}  // namespace hw::demo
