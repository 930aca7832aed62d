// A folder in which `hedgewire run --in` is tried: the example configuration for captures with a journal of
// its own, a capture, a book. It goes with the test.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/scenario/capture_day.h"
#include "tests/scenario/command.h"

namespace hw::scenario {

class CaptureWorld : public testing::Test {
  protected:
    CaptureWorld();
    ~CaptureWorld() override;

    std::string path(const std::string& name) const { return (dir_ / name).string(); }
    /// Writes a file here; its path.
    std::string write(const std::string& name, const std::string& text) const;
    /// deploy/config/capture.toml with its journal in `journal`, in segments of one MiB; its path.
    std::string config(const std::string& journal = "journal") const;
    /// Replaces text that has to be there.
    static std::string changed(std::string text, const std::string& from, const std::string& to);

    CommandResult command(const std::vector<std::string>& arguments) const;
    /// `hedgewire run` on a capture, its report in out.json.
    CommandResult run(const std::string& journal, const std::string& capture,
                      const std::vector<std::string>& more = {}) const;
    CommandResult replay(const std::string& journal, const std::vector<std::string>& more = {}) const;
    /// The report of the last run.
    nlohmann::json report() const;
    /// Removes what the last run reported.
    void forget_report() const;

    const std::filesystem::path dir_;
};

}  // namespace hw::scenario
