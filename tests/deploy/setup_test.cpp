// deploy/setup without touching the system: what it asks of dpkg-query, apt-get and cmake, which stand-ins on
// the PATH record.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "deploy/demo_runner/child_process.h"

namespace hw::deploy {
namespace {

namespace fs = std::filesystem;

class Setup : public testing::Test {
  protected:
    void SetUp() override {
        dir_ = fs::path(testing::TempDir()) / (std::string("hedgewire_setup_") +
                                               testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(dir_);
        fs::create_directories(dir_);
        // Knows every package but $MISSING.
        script("dpkg-query",
               "for p; do case $p in -*|\"$MISSING\") ;; *) echo \"$p installed\";; esac; done");
        script("apt-get", "echo \"apt-get $* $DEBIAN_FRONTEND\" >>" + log());
        script("cmake", "echo \"cmake $*\" >>" + log());
        script("id", "echo $AS_USER");
    }
    void TearDown() override { fs::remove_all(dir_); }

    std::string log() const { return dir_ / "log"; }
    std::string read(const char* name) const {
        std::ifstream file(dir_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    void script(const char* name, const std::string& body) {
        std::ofstream(dir_ / name) << "#!/bin/sh\n" << body << "\n";
        fs::permissions(dir_ / name, fs::perms::owner_all);
    }

    int setup(const std::string& environment, const std::string& arguments) {
        const std::string line = "cd / && " + environment + " PATH=" + dir_.string() +
                                 ":$PATH " HW_SOURCE_DIR "/deploy/setup " + arguments;
        std::string error;
        auto child = demo::ChildProcess::start({{"/bin/sh", "-c", line}, dir_ / "out", dir_ / "err"}, error);
        EXPECT_TRUE(child) << error;
        for (int i = 0; i < 3'000 && child->running(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        child->stop(std::chrono::milliseconds(0));
        return child->exit_code();
    }

    fs::path dir_;
};

TEST_F(Setup, WithEverythingThereItOnlyBuilds) {
    EXPECT_EQ(setup("AS_USER=1000 MISSING=none", "release one two"), 0) << read("err");
    EXPECT_EQ(read("log"), "cmake --preset release\ncmake --build --preset release --target one two\n");
}

TEST_F(Setup, WithoutTargetsItBuildsAll) {
    EXPECT_EQ(setup("AS_USER=0 MISSING=none", "asan"), 0) << read("err");
    EXPECT_EQ(read("log"), "cmake --preset asan\ncmake --build --preset asan\n");
}

TEST_F(Setup, WithoutRootItSaysWhatToRunAndDoesNothing) {
    EXPECT_EQ(setup("AS_USER=1000 MISSING=libdpdk-dev", "release"), 2);
    EXPECT_EQ(read("err"),
              "deploy/setup: packages are missing; run as root: apt-get update && apt-get install -y "
              "--no-install-recommends libdpdk-dev\n");
    EXPECT_EQ(read("log"), "");
}

TEST_F(Setup, AsRootItInstallsWhatIsMissingAndThatOnly) {
    EXPECT_EQ(setup("AS_USER=0 MISSING=ninja-build", "release"), 0) << read("err");
    EXPECT_EQ(read("log"),
              "apt-get -o DPkg::Lock::Timeout=300 -q update noninteractive\n"
              "apt-get -o DPkg::Lock::Timeout=300 -q install -y --no-install-recommends ninja-build "
              "noninteractive\n"
              "cmake --preset release\ncmake --build --preset release\n");
}

TEST_F(Setup, AFailedBuildIsAFailedSetup) {
    script("cmake", "exit 1");
    EXPECT_EQ(setup("AS_USER=1000 MISSING=none", "release"), 1);
}

TEST_F(Setup, BadUsageExitsWith2) { EXPECT_EQ(setup("AS_USER=1000 MISSING=none", ""), 2); }

}  // namespace
}  // namespace hw::deploy
