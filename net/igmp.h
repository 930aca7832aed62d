// IGMP as a receiver speaks it: which multicast groups we want, said to the switches and routers around us.
//
// Where the kernel keeps the interface it does this itself (membership.h). Where DPDK owns the port nobody
// does, and without reports the network stops forwarding the groups after some minutes. IgmpReporter is that
// somebody (RFC 3376, as a host): it reports a change of state when it begins and when it leaves, repeats
// that against losses, answers queries within the time they allow after a random delay, and reports on a
// timer of its own too, for networks that have a snooping switch and no querier. Older queriers (versions 1
// and 2) are answered in their own words for as long as RFC 3376 says.
//
// Groups are joined from any source: the feed's addresses say who sends. Deterministic for a seed and the
// times it is told; nothing allocates after construction. Frames go out through the sink it is given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "core/types.h"
#include "net/packet.h"

namespace hw::net {

inline constexpr std::uint32_t kAllHosts = 0xe0000001;     ///< 224.0.0.1: general queries go there
inline constexpr std::uint32_t kAllRouters = 0xe0000002;   ///< 224.0.0.2: version 2 leaves go there
inline constexpr std::uint32_t kIgmpRouters = 0xe0000016;  ///< 224.0.0.22: version 3 reports go there

/// Types of a version 3 group record; all ours are without sources.
enum class GroupRecord : std::uint8_t {
    is_exclude = 2,  ///< we want it: the state as it is
    to_include = 3,  ///< we do not want it any more
    to_exclude = 4   ///< we want it from now on
};

enum class IgmpType : std::uint8_t {
    query = 0x11,
    report_v1 = 0x12,
    report_v2 = 0x16,
    leave_v2 = 0x17,
    report_v3 = 0x22
};

struct IgmpSender {
    MacAddress mac{};
    std::uint32_t ip = 0;  ///< zero is allowed to a host that has none
};

/// Groups that fit into one version 3 report.
inline constexpr std::size_t kMaxGroupRecords = (1500 - 24 - 8) / 8;

/// Writes a version 3 report as a whole frame: to 224.0.0.22, TTL 1, with the router alert option. Its size;
/// 0 when `out` is too small or the groups do not fit.
std::size_t build_igmp_report(const IgmpSender&, GroupRecord, std::span<const std::uint32_t> groups,
                              std::span<std::byte> out);
/// Writes a version 1 or 2 message about one group, as a whole frame to `dst`.
std::size_t build_igmp_message(const IgmpSender&, IgmpType, std::uint32_t group, std::uint32_t dst,
                               std::span<std::byte> out);

struct IgmpQuery {
    int version = 3;
    std::uint32_t group = 0;  ///< zero: a general query
    Nanos max_response;
};
/// The query in an IPv4 packet; nothing when it is none, or one that has to be ignored (bad checksum, no
/// router alert, a general query to another address than 224.0.0.1).
std::optional<IgmpQuery> parse_igmp_query(std::span<const std::byte> ip);

struct IgmpCounters {
    std::uint64_t received = 0;       ///< IGMP packets
    std::uint64_t queries = 0;        ///< of them: queries that count
    std::uint64_t ignored = 0;        ///< of them: all the others, other hosts' reports for example
    std::uint64_t older_queries = 0;  ///< of the queries: of version 1 or 2
    std::uint64_t reports = 0;        ///< frames sent
    std::uint64_t unsent = 0;         ///< frames that the port did not take
};

struct IgmpConfig {
    int robustness = 2;                              ///< how often a change of state is reported
    Nanos change_interval = Nanos::from_seconds(1);  ///< between these, at most
    Nanos refresh = Nanos::from_seconds(60);         ///< between two reports that nobody asked for
    Nanos older_querier = Nanos::from_seconds(260);  ///< after its last query an older querier is forgotten
};

class IgmpReporter {
  public:
    using Sink = std::function<bool(std::span<const std::byte> frame)>;

    IgmpReporter(const IgmpSender& sender, std::vector<std::uint32_t> groups, std::uint64_t seed, Sink sink,
                 const IgmpConfig& config = {});

    /// To be called every turn; the first call joins. `now` never decreases.
    void on_time(Nanos now) {
        if (now >= next_due_) [[unlikely]]
            act(now);
    }
    /// An IPv4 packet that `classify` found to be IGMP. `now` never decreases.
    void on_packet(std::span<const std::byte> ip, Nanos now);
    /// Reports that no group is wanted any more, at once and as often as robustness says. Nothing is reported
    /// or answered after that.
    void leave();

    const IgmpCounters& counters() const { return counters_; }
    const std::vector<std::uint32_t>& groups() const { return groups_; }

  private:
    void act(Nanos now);
    void set_next_due(Nanos now);
    void answer(const IgmpQuery&, Nanos now);
    void report_due_groups(Nanos now);
    void report_all(GroupRecord);
    void report(GroupRecord, std::span<const std::uint32_t> groups);
    void report_older(GroupRecord, std::uint32_t group);
    void send(std::size_t size);
    Nanos up_to(Nanos most);

    IgmpSender sender_;
    std::vector<std::uint32_t> groups_;
    std::mt19937_64 random_;
    Sink sink_;
    IgmpConfig config_;
    int version_ = 3;  ///< of the querier
    Nanos older_until_;
    bool has_left_ = false;
    int changes_left_;
    Nanos next_change_;
    Nanos next_refresh_;
    Nanos answer_all_at_;           ///< zero: nobody asked
    std::vector<Nanos> answer_at_;  ///< by group
    std::vector<std::uint32_t> due_;
    Nanos next_due_;
    IgmpCounters counters_;
    std::array<std::byte, 1514> frame_{};
};

}  // namespace hw::net
