#include "tests/scenario/capture_world.h"

#include <stdlib.h>

#include <fstream>

namespace hw::scenario {

namespace fs = std::filesystem;

namespace {
fs::path new_folder() {
    std::string pattern = (fs::temp_directory_path() / "hedgewire-capture-XXXXXX").string();
    return mkdtemp(pattern.data());
}
}  // namespace

CaptureWorld::CaptureWorld() : dir_(new_folder()) {}

CaptureWorld::~CaptureWorld() {
    if (HasFailure()) {
        fprintf(stderr, "kept for inspection: %s\n", dir_.c_str());
        return;
    }
    fs::remove_all(dir_);
}

std::string CaptureWorld::write(const std::string& name, const std::string& text) const {
    std::ofstream(dir_ / name, std::ios::binary) << text;
    return path(name);
}

std::string CaptureWorld::changed(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos) {
        ADD_FAILURE() << "the example configuration does not hold " << from;
        return text;
    }
    return text.replace(at, from.size(), to);
}

std::string CaptureWorld::config(const std::string& journal) const {
    // Less memory than the example: mapping it is most of such a short run.
    const std::string text = changed(read_file(fs::path(HW_SOURCE_DIR) / "deploy/config/capture.toml"),
                                     "\"-m\", \"256\"", "\"-m\", \"64\"");
    const std::string name = journal + ".toml";
    return write(name, changed(text, "dir = \"demo-out/capture-journal\"",
                               "dir = \"" + path(journal) + "\"\nsegment_mib = 1"));
}

CommandResult CaptureWorld::command(const std::vector<std::string>& arguments) const {
    return hedgewire(dir_, arguments);
}

CommandResult CaptureWorld::run(const std::string& journal, const std::string& capture,
                                const std::vector<std::string>& more) const {
    forget_report();
    std::vector<std::string> arguments{"run",   "--config", config(journal), "--in",
                                       capture, "--json",   path("out.json")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return command(arguments);
}

CommandResult CaptureWorld::replay(const std::string& journal, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"replay", "--journal", path(journal)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return command(arguments);
}

nlohmann::json CaptureWorld::report() const {
    return nlohmann::json::parse(read_file(path("out.json")), nullptr, false);
}

void CaptureWorld::forget_report() const { fs::remove(path("out.json")); }

}  // namespace hw::scenario
