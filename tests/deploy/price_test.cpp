// `hedgewire price` as its users run it.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace hw::deploy {
namespace {

namespace fs = std::filesystem;
constexpr const char* kHeader = "style,type,forward,strike,years,vol,rate\n";

class Price : public testing::Test {
  protected:
    void SetUp() override {
        dir_ =
            fs::path(testing::TempDir()) /
            ("hedgewire_price_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
        fs::create_directories(dir_);
    }
    void TearDown() override { fs::remove_all(dir_); }

    /// Runs it on this text and gives the exit code; the output's lines are in `out`, the words in `err`.
    int run(const std::string& text, const std::string& options = "") {
        std::ofstream(dir_ / "in.csv", std::ios::binary) << text;
        return run_file((dir_ / "in.csv").string(), options);
    }
    int run_file(const std::string& path, const std::string& options = "") {
        const std::string command = "'" HW_BIN_DIR "/hedgewire' price --in '" + path + "' " + options +
                                    " >'" + (dir_ / "out").string() + "' 2>'" + (dir_ / "err").string() + "'";
        const int status = std::system(command.c_str());
        out.clear();
        std::ifstream file(dir_ / "out");
        for (std::string line; std::getline(file, line);) out.push_back(line);
        std::ifstream words(dir_ / "err");
        err.assign(std::istreambuf_iterator<char>(words), {});
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    static std::vector<std::string> fields(const std::string& line) {
        std::vector<std::string> all;
        std::stringstream s(line);
        for (std::string field; std::getline(s, field, ',');) all.push_back(field);
        if (!line.empty() && line.back() == ',') all.emplace_back();
        return all;
    }
    double figure(std::size_t row, std::size_t column) {
        return std::strtod(fields(out.at(row)).at(column).c_str(), nullptr);
    }

    fs::path dir_;
    std::vector<std::string> out;
    std::string err;
};

TEST_F(Price, KnownAnswers) {
    ASSERT_EQ(run(std::string(kHeader) + "linear,call,100,100,1,0.2,0\nlinear,put,100,100,1,0.2,0.05\n"
                                         "inverse,call,50000,50000,0.25,0.8,0\n"),
              0)
        << err;
    ASSERT_EQ(out.size(), 4u);
    EXPECT_EQ(out[0],
              "style,type,forward,strike,years,vol,rate,price,delta,net_delta,gamma,vega,theta,error");
    // F = K: price = F (2 N(v/2) - 1), delta N(v/2), gamma phi(v/2)/(F v), vega F phi/100, theta -F phi
    // v/(2*365).
    const auto normal = [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    const double phi = std::exp(-0.005) / std::sqrt(2 * M_PI);
    EXPECT_NEAR(figure(1, 7), 100 * (2 * normal(0.1) - 1), 1e-12);
    EXPECT_NEAR(figure(1, 8), normal(0.1), 1e-14);
    EXPECT_NEAR(figure(1, 9), normal(0.1), 1e-14);
    EXPECT_NEAR(figure(1, 10), phi / 20, 1e-15);
    EXPECT_NEAR(figure(1, 11), phi, 1e-13);
    EXPECT_NEAR(figure(1, 12), -100 * phi * 0.2 / 2 / 365, 1e-14);
    const double discount = std::exp(-0.05);
    EXPECT_NEAR(figure(2, 7), discount * 100 * (2 * normal(0.1) - 1), 1e-12);
    EXPECT_NEAR(figure(2, 8), -discount * normal(-0.1), 1e-14);
    EXPECT_NEAR(figure(2, 12), (-discount * 100 * phi * 0.1 + 0.05 * figure(2, 7)) / 365, 1e-14);
    EXPECT_NEAR(figure(3, 7), 2 * normal(0.2) - 1, 1e-14);          // coins
    EXPECT_NEAR(figure(3, 9), figure(3, 8) - figure(3, 7), 1e-14);  // net delta
    EXPECT_EQ(fields(out[1]).size(), 14u);
    EXPECT_EQ(fields(out[1]).back(), "");
}

TEST_F(Price, RowsThatCannotBePricedSayWhyAndTheOthersArePriced) {
    const std::string good = "linear,call,100,100,1,0.2,0\n";
    EXPECT_EQ(run(std::string(kHeader) + good + "quanto,call,1,1,1,1,0\n" + "linear,straddle,1,1,1,1,0\n" +
                  "linear,call,-1,1,1,1,0\n" + "linear,call,1,0,1,1,0\n" + "linear,call,1,1,-1,1,0\n" +
                  "linear,call,1,1,1,-0.5,0\n" + "linear,call,1,1,1,1,nan\n" + "linear,call,1e,1,1,1,0\n" +
                  "linear,call,1,1,1,1\n" + "linear,call,1,1,1,1,0,7\n" + "linear,call,1, 1,1,1,0\n" +
                  std::string(10'000, 'x') + "\n" + std::string("\0\1\2,\xff", 5) + "\n" + good),
              1);
    ASSERT_EQ(out.size(), 16u);
    const char* reasons[] = {"style must be linear or inverse: 'quanto'",
                             "type must be call or put: 'straddle'",
                             "forward must be above 0: -1",
                             "strike must be above 0: 0",
                             "years must be at least 0: -1",
                             "vol must be at least 0: -0.5",
                             "rate is not a number: 'nan'",
                             "forward is not a number: '1e'",
                             "6 columns instead of 7",
                             "8 columns instead of 7",
                             "strike is not a number: ' 1'",
                             "line longer than 4096 bytes",
                             "2 columns instead of 7"};
    for (std::size_t n = 0; n < std::size(reasons); ++n) {
        const auto row = fields(out[n + 2]);
        ASSERT_EQ(row.size(), 14u) << out[n + 2];
        EXPECT_EQ(row.back(), reasons[n]);
        EXPECT_EQ(row[7] + row[8] + row[9] + row[10] + row[11] + row[12], "");
    }
    EXPECT_EQ(out[15], out[1]);
    EXPECT_NE(err.find("13 of 15 rows"), std::string::npos) << err;
}

TEST_F(Price, ExpiredOptionsAreWorthTheirExerciseValue) {
    ASSERT_EQ(run(std::string(kHeader) + "linear,call,110,100,0,0.5,0\ninverse,put,80,100,0,0.5,0\n"), 0);
    EXPECT_EQ(figure(1, 7), 10);
    EXPECT_EQ(figure(2, 7), 0.25);
    EXPECT_EQ(figure(2, 10), 0);
    // Without volatility, but with time: paid at the expiry.
    ASSERT_EQ(run(std::string(kHeader) + "linear,call,110,100,1,0,0.05\n"), 0);
    EXPECT_NEAR(figure(1, 7), 10 * std::exp(-0.05), 1e-13);
    EXPECT_NEAR(figure(1, 12), 0.05 * 10 * std::exp(-0.05) / 365, 1e-15);
}

TEST_F(Price, SpreadsheetsLineEndsAndEmptyLinesAreFine) {
    EXPECT_EQ(run("\xef\xbb\xbfstyle,type,forward,strike,years,vol,rate\r\n\r\nlinear,put,1,1,1,1,0\r\n"), 0)
        << err;
    EXPECT_EQ(out.size(), 2u);
    EXPECT_EQ(run(kHeader), 0);
    EXPECT_EQ(out.size(), 1u);
}

TEST_F(Price, BadInputIsRefused) {
    EXPECT_EQ(run_file("/does/not/exist.csv"), 2);
    EXPECT_NE(err.find("/does/not/exist.csv"), std::string::npos);
    EXPECT_EQ(run("forward,strike\n1,2\n"), 2);
    EXPECT_NE(err.find(":1: the header must be 'style,type,forward,strike,years,vol,rate'"),
              std::string::npos)
        << err;
    EXPECT_EQ(run(""), 2);
    EXPECT_EQ(run(kHeader, "--nonsense"), 2);
}

// A million rows, and no more memory than for ten.
TEST_F(Price, AMillionRowsAreStreamed) {
    std::FILE* file = std::fopen((dir_ / "in.csv").c_str(), "wb");
    std::fputs(kHeader, file);
    for (int n = 0; n < 1'000'000; ++n)
        std::fprintf(file, "inverse,call,50000,%d,0.1,0.6,0\n", 20'000 + n % 60'000);
    std::fclose(file);
    const auto peak_kib = [&](const std::string& path) {
        const std::string command = "sh -c 'exec \"" HW_BIN_DIR "/hedgewire\" price --in \"" + path +
                                    "\" | wc -l' >'" + (dir_ / "out").string() + "'";
        EXPECT_EQ(std::system(command.c_str()), 0);
        rusage used{};
        getrusage(RUSAGE_CHILDREN, &used);
        return used.ru_maxrss;
    };
    std::ofstream(dir_ / "ten.csv") << kHeader << "linear,call,1,1,1,1,0\n";
    const long little = peak_kib((dir_ / "ten.csv").string());
    const long much = peak_kib((dir_ / "in.csv").string());
    std::ifstream lines(dir_ / "out");
    long count = 0;
    lines >> count;
    EXPECT_EQ(count, 1'000'001);
    EXPECT_LE(much, little + 4096) << "KiB";
}

}  // namespace
}  // namespace hw::deploy
