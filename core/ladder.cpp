#include "core/ladder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hw {

namespace {

constexpr std::uint32_t kVersion = 1;

/// The blob: this, the groups, the points.
struct LadderHeader {
    std::uint32_t version = kVersion;
    std::uint32_t count = 0;
    std::uint32_t group_count = 0;
    std::uint32_t reserved = 0;
    double x0 = 0;
    double step = 0;
    Nanos t0, t1;
    double reference = 0;
    std::uint64_t surface = 0;
    std::uint64_t position_sequence = 0;
    double error_bound = 0;
    double gross = 0;
};
static_assert(sizeof(LadderHeader) == 88);

/// The cubic with these ends, at u in 0..1; slopes are per step.
double hermite(const LadderPoint& a, const LadderPoint& b, int instant, double u) {
    const double rise = b.value[instant] - a.value[instant];
    // What the slopes have over the chord's: none on a straight line.
    const double first = a.slope[instant] - rise;
    const double second = b.slope[instant] - rise;
    const double rest = 1 - u;
    const double inner = std::fma(rest, first, -u * second);
    return std::fma(u, std::fma(rest, inner, rise), a.value[instant]);
}

bool finite(double v) { return std::abs(v) < 1e15; }

bool usable(const LadderHeader& h) {
    return h.version == kVersion && h.count >= 2 && h.count <= kMaxLadderPoints && h.group_count >= 1 &&
           h.group_count <= kMaxLadderGroups && std::abs(h.x0) < 100 && h.step > 1e-9 && h.step < 1 &&
           h.t0 > Nanos{} && h.t0 < h.t1 && h.reference > 0 && h.reference < 1e12 && h.error_bound >= 0 &&
           finite(h.error_bound) && h.gross >= 0 && finite(h.gross);
}

bool usable(const LadderGroup& g, Nanos t1) { return g.settlement <= Settlement::linear && g.expiry > t1; }

bool usable(const LadderPoint& p) {
    return finite(p.value[0]) && finite(p.value[1]) && finite(p.slope[0]) && finite(p.slope[1]);
}

template <class T>
void append(std::vector<std::byte>& bytes, const T* from, std::size_t count) {
    const auto* first = reinterpret_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), first, first + count * sizeof(T));
}

Ladder from_header(const LadderHeader& h) {
    Ladder l;
    l.x0 = h.x0;
    l.step = h.step;
    l.count = h.count;
    l.group_count = h.group_count;
    l.t0 = h.t0;
    l.t1 = h.t1;
    l.reference = h.reference;
    l.surface = h.surface;
    l.position_sequence = h.position_sequence;
    l.error_bound = h.error_bound;
    l.gross = h.gross;
    return l;
}

}  // namespace

bool Ladder::covers(Nanos expiry, Settlement settlement) const {
    return std::any_of(groups.begin(), groups.begin() + group_count, [&](const LadderGroup& g) {
        return g.expiry == expiry && g.settlement == settlement;
    });
}

std::optional<double> look_up(const Ladder& l, double x, Nanos now) {
    if (l.count < 2 || now < l.t0 || now > l.t1) return std::nullopt;
    const double place = (x - l.x0) / l.step;
    if (!(place >= 0 && place <= static_cast<double>(l.count - 1))) return std::nullopt;
    const auto cell = std::min(static_cast<std::uint32_t>(place), l.count - 2);
    const double u = place - static_cast<double>(cell);
    const double later = static_cast<double>((now - l.t0).ns()) / static_cast<double>((l.t1 - l.t0).ns());
    const double first = hermite(l.points[cell], l.points[cell + 1], 0, u);
    const double second = hermite(l.points[cell], l.points[cell + 1], 1, u);
    return std::fma(later, second - first, first);
}

std::vector<std::byte> encode_ladder(const Ladder& l) {
    LadderHeader h;
    h.count = l.count;
    h.group_count = l.group_count;
    h.x0 = l.x0;
    h.step = l.step;
    h.t0 = l.t0;
    h.t1 = l.t1;
    h.reference = l.reference;
    h.surface = l.surface;
    h.position_sequence = l.position_sequence;
    h.error_bound = l.error_bound;
    h.gross = l.gross;
    std::vector<std::byte> bytes;
    bytes.reserve(sizeof h + h.group_count * sizeof(LadderGroup) + h.count * sizeof(LadderPoint));
    append(bytes, &h, 1);
    append(bytes, l.groups.data(), l.group_count);
    append(bytes, l.points.data(), l.count);
    return bytes;
}

std::optional<Ladder> parse_ladder(std::span<const std::byte> bytes) {
    LadderHeader h;
    if (bytes.size() < sizeof h) return std::nullopt;
    std::memcpy(&h, bytes.data(), sizeof h);
    if (!usable(h)) return std::nullopt;
    const std::size_t groups = h.group_count * sizeof(LadderGroup);
    const std::size_t points = h.count * sizeof(LadderPoint);
    if (bytes.size() != sizeof h + groups + points) return std::nullopt;
    std::optional<Ladder> l = from_header(h);
    std::memcpy(l->groups.data(), bytes.data() + sizeof h, groups);
    std::memcpy(l->points.data(), bytes.data() + sizeof h + groups, points);
    const auto held = std::span(l->groups).first(l->group_count);
    const auto grid = std::span(l->points).first(l->count);
    const bool good =
        std::all_of(held.begin(), held.end(), [&](const LadderGroup& g) { return usable(g, l->t1); }) &&
        std::all_of(grid.begin(), grid.end(), [](const LadderPoint& p) { return usable(p); });
    if (!good) return std::nullopt;
    return l;
}

}  // namespace hw
