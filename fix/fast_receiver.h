// ExecutionReports read past QuickFIX: what the session engine would make of a report in sequence, without
// it.
//
// `read` looks at the start of a piece of the stream and gives the report reader the same view that QuickFIX
// would. It takes a message only when it is sure that QuickFIX would hand it on: framed and summed up right,
// from the venue to us, with the number expected next, no duplicate, its SendingTime near ours, every field
// that the dictionary gives a type well formed, none twice, none missing that is required, no repeating group
// and no data field. Whatever else comes, right or wrong, is not taken; nothing has happened then, and
// QuickFIX deals with it. So this is allowed to be too strict, and never too lenient.
//
// Whether the session is in a state for it (up, nothing asked for again) the caller knows.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/types.h"
#include "fix/quickfix_bridge.h"
#include "fix/scan.h"
#include "fix/session_config.h"

namespace hw::fix {

class FastReceiver {
  public:
    /// Field types come from the session's dictionary. `level`: this machine supports it.
    explicit FastReceiver(const SessionConfig&, pricing::SimdLevel level = best_scan_level());

    /// The report at the start of `bytes`: its size, with `message` a view into it that lives until the next
    /// read. Zero: none, or not one to be taken.
    std::size_t read(std::string_view bytes, std::uint32_t expected, Nanos now, InboundMessage& message);

  private:
    /// What a field has to be, by its tag.
    enum class Rule : std::uint8_t {
        text,
        character,
        integer,
        decimal,
        boolean,
        time,
        refused,  ///< a group, data, a duplicate's flag: QuickFIX's
        sender,
        target,
        sequence,
        sending_time
    };
    static constexpr std::size_t kMaxFields = 128;
    static constexpr std::size_t kTags = 10'240;  ///< that have a rule each; others are text
    static constexpr std::size_t kMaxLarge = 8;   ///< fields of larger tags

    void learn_rules();
    std::size_t cut_message(std::string_view bytes, Scan&);
    bool obeys(const FieldView&, Nanos now, std::uint32_t expected) const;
    bool is_first(std::size_t field);
    bool has(int tag, std::size_t count) const;

    const std::string sender_;
    const std::string target_;
    const ScanFunction scan_;
    const bool on_;
    bool large_tags_have_types_ = false;
    std::vector<Rule> rules_;
    std::array<std::uint8_t, InboundMessage::kPlacedTags> places_{};  ///< not cleared: see InboundMessage
    std::array<int, kMaxLarge> large_{};
    std::size_t large_count_ = 0;
    std::array<FieldView, kMaxFields> fields_{};
};

}  // namespace hw::fix
