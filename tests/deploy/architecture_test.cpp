// Who may include whom, over the whole source tree; and what stands at its top.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"core", {"core"}},
    {"hedge", {"hedge", "core"}},
    {"net", {"net", "core"}},
    {"fix", {"fix", "core"}},
    {"deploy", {"deploy", "hedge", "net", "fix", "core"}},
    {"tests", {"tests", "deploy", "hedge", "net", "fix", "core"}},
    {"bench", {"bench", "tests", "deploy", "hedge", "net", "fix", "core"}},
};

// What stands between the quotes of an #include; nothing on other lines and for <...>.
std::optional<std::string> quoted_include(const std::string& line) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') return std::nullopt;
    const auto word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) return std::nullopt;
    const auto open = line.find('"', word);
    if (open == std::string::npos) return std::nullopt;
    return line.substr(open + 1, line.find('"', open + 1) - open - 1);
}

// What is wrong with an include of `included` in a file of `room`; empty when nothing is.
std::string include_fault(const std::string& room, const std::string& included) {
    const std::string target = included.substr(0, included.find('/'));
    if (!kMayInclude.contains(target) || target.size() == included.size())
        return "\"" + included + "\" does not begin with a room; includes are \"room/file.h\"";
    if (!kMayInclude.at(room).contains(target))
        return room + " may not include " + target + " (" + included + ")";
    return {};
}

std::vector<std::string> faults_of(const fs::path& file, const std::string& room) {
    std::vector<std::string> faults;
    std::ifstream in(file);
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        const auto included = quoted_include(line);
        if (!included) continue;
        const std::string fault = include_fault(room, *included);
        if (!fault.empty()) faults.push_back(file.string() + ":" + std::to_string(number) + ": " + fault);
    }
    return faults;
}

bool is_source(const fs::path& file) {
    static const std::set<std::string> kExtensions = {".h", ".hpp", ".cpp", ".cc", ".c", ".in", ".inc"};
    return kExtensions.contains(file.extension().string());
}

TEST(Architecture, EveryIncludeFollowsTheDesignsDirections) {
    const fs::path root = HW_SOURCE_DIR;
    int files = 0;
    for (const auto& [room, allowed] : kMayInclude) {
        if (!fs::exists(root / room)) continue;
        for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
            if (!entry.is_regular_file() || !is_source(entry.path())) continue;
            ++files;
            for (const auto& fault : faults_of(entry.path(), room)) ADD_FAILURE() << fault;
        }
    }
    EXPECT_GT(files, 50) << "the tree was not found where it should be";
}

TEST(Architecture, ForbiddenDirectionsAreRecognised) {
    EXPECT_EQ(include_fault("hedge", "core/types.h"), "");
    EXPECT_EQ(include_fault("tests", "deploy/runtime/config.h"), "");
    EXPECT_NE(include_fault("core", "hedge/engine.h"), "");
    EXPECT_NE(include_fault("net", "fix/codec.h"), "");
    EXPECT_NE(include_fault("fix", "net/port.h"), "");
    EXPECT_NE(include_fault("hedge", "net/port.h"), "");
    EXPECT_NE(include_fault("deploy", "tests/exchange/venue.h"), "");
    EXPECT_NE(include_fault("fix", "deploy/runtime/config.h"), "");
    EXPECT_NE(include_fault("core", "types.h"), "");
    EXPECT_NE(include_fault("core", "../core/types.h"), "");
}

TEST(Architecture, AFaultNamesItsLine) {
    const fs::path file = fs::path(testing::TempDir()) / "hedgewire_architecture_sample.h";
    std::ofstream(file)
        << "#pragma once\n#include <vector>\n\n #  include \"net/port.h\"\n// #include \"net/x.h\"\n";
    const auto faults = faults_of(file, "hedge");
    fs::remove(file);
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0], file.string() + ":4: hedge may not include net (net/port.h)");
}

TEST(Architecture, TheTopLevelHoldsWhatTheDesignSaysAndNothingElse) {
    const std::set<std::string> wanted = {"CMakeLists.txt",
                                          "CMakePresets.json",
                                          "LICENSE",
                                          "README.md",
                                          "core",
                                          "hedge",
                                          "fix",
                                          "net",
                                          "tests",
                                          "bench",
                                          "deploy"};
    // Made by the build and the programs; git ignores them too.
    const std::set<std::string> ignored = {"build", "demo-out", "compile_commands.json"};
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(HW_SOURCE_DIR)) {
        const std::string name = entry.path().filename().string();
        if (name[0] != '.' && !ignored.contains(name)) found.insert(name);
    }
    EXPECT_EQ(found, wanted);
}

}  // namespace
