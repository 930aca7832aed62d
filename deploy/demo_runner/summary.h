// What the demonstration amounts to: the hedger's figures beside the exchange's, and whether they are what a
// hedger that works would have.
#pragma once

#include <string>
#include <vector>

namespace hw::demo {

struct Outcome {
    std::string summary_json;           ///< demo-summary.json
    std::string words;                  ///< the same for people
    std::vector<std::string> failures;  ///< empty: all is well
};

/// Merges the two reports, JSON texts. A figure that a report lacks is a failure, never a zero. With the
/// transport "paper" the exchange's books are not the hedger's, and are not compared. `stress`: the market
/// was extreme, and that has to show.
Outcome summarize(const std::string& hedger_json, const std::string& exchange_json, bool replay_identical,
                  const std::string& transport = "bypass", bool stress = false);

}  // namespace hw::demo
