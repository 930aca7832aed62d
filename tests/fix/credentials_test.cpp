#include "fix/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "tests/fix/harness.h"

namespace hw::fix::test {
namespace {

class CredentialsFile : public ::testing::Test {
  protected:
    void SetUp() override {
        ::unsetenv(kOrderCredentials.username);
        ::unsetenv(kOrderCredentials.secret);
    }
    void TearDown() override { SetUp(); }
    std::optional<Credentials> load(const std::string& text, mode_t mode = 0600) {
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        error.clear();
        return load_credentials(path, error);
    }

    ScratchDir dir;
    std::string path = dir / "fix.credentials";
    std::string error;
};

TEST_F(CredentialsFile, TwoLinesOrKeyValue) {
    for (const char* text : {"me\nhidden\n", "me\r\nhidden", "# ours\nusername=me\n\nsecret=hidden\n",
                             "secret=hidden\nusername=me\n"}) {
        const auto credentials = load(text);
        ASSERT_TRUE(credentials) << error;
        EXPECT_EQ(credentials->username, "me");
        EXPECT_EQ(credentials->secret, "hidden");
    }
    EXPECT_EQ(load("username=me\nsecret=a=b==\n")->secret, "a=b==");
}

TEST_F(CredentialsFile, RefusesWhatOthersCanReadAndWhatItDoesNotUnderstand) {
    EXPECT_FALSE(load("me\nhidden\n", 0644));
    EXPECT_NE(error.find("0644"), std::string::npos) << error;
    EXPECT_NE(error.find("0600"), std::string::npos) << error;
    for (const char* text :
         {"", "me\n", "username=me\n", "secret=hidden\n", "username=me\nsecret=hidden\nport=1\n",
          "username=me\nusername=you\nsecret=hidden", "username=\nsecret=hidden\n", "a\nb\nhidden\n"}) {
        EXPECT_FALSE(load(text)) << text;
        EXPECT_FALSE(error.empty());
        EXPECT_EQ(error.find("hidden"), std::string::npos) << error;
    }
    EXPECT_FALSE(load_credentials(dir / "none", error));
    EXPECT_NE(error.find("none"), std::string::npos);
    EXPECT_FALSE(load_credentials(dir.path(), error));
    EXPECT_NE(error.find("regular"), std::string::npos);
}

TEST_F(CredentialsFile, TheEnvironmentComesFirst) {
    ::setenv(kOrderCredentials.username, "env", 1);
    EXPECT_FALSE(load("me\nhidden\n")) << "half an environment is a mistake";
    EXPECT_NE(error.find(kOrderCredentials.secret), std::string::npos) << error;
    ::setenv(kOrderCredentials.secret, "env-secret", 1);
    EXPECT_EQ(load("me\nhidden\n")->username, "env");
    EXPECT_EQ(load_credentials("", error)->secret, "env-secret");
}

TEST_F(CredentialsFile, NoneAtAllIsAllowed) { EXPECT_TRUE(load_credentials("", error)->username.empty()); }

}  // namespace
}  // namespace hw::fix::test
