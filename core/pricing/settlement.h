// Settlement on an average: what is left of a contract's variance, value and delta while its price is fixed.
//
// The venue settles at the time-weighted average of its index over a window W before the expiry. Before the
// window that only takes variance away: the average of a Brownian path over W has a third of its variance.
// Inside it, with the part u over and averaging A so far, the settlement price is X = u A + (1 - u) M, with M
// the average still to come: lognormal about the spot forward F with variance vol^2 (1 - u) W / 3. An option
// on X is (1 - u) options on M struck at K' = (K - u A) / (1 - u); once K' is zero or less, exercise no
// longer depends on M. What the venue's own Greeks do instead, letting the plain delta fall linearly, stands
// beside.
#pragma once

#include <optional>
#include <type_traits>

#include "core/instrument.h"
#include "core/pricing/black76.h"
#include "core/types.h"

namespace hw::pricing {

/// Years (ACT/365) of variance left for a price that is averaged over the last `window` before `expiry`:
/// before the window the time to its start plus W/3, inside it (1-u) W/3. Zero from the expiry on; with a
/// window of zero, or less, the plain time. The expiry at most 97 years away.
double variance_years(Nanos expiry, Nanos now, Nanos window);

/// The part of the window that is over, 0 to 1; with a window of zero, 0 before the expiry and 1 from it on.
double window_elapsed(Nanos expiry, Nanos now, Nanos window);

/// How far the settlement price is fixed.
struct WindowState {
    double elapsed = 0;  ///< u: the part of the window that is over, 0 to 1
    double average =
        0;  ///< A: of the index over that part, quote currency; without meaning when elapsed is 0
};

/// An option inside its window.
struct WindowTerms {
    Settlement settlement = Settlement::linear;
    OptionType type = OptionType::call;
    double strike = 0;   ///< > 0
    double forward = 0;  ///< F: of the index for the rest of the window, > 0
    double vol = 0;      ///< 0.65 is 65 %; >= 0
    Nanos window;        ///< W, > 0
};

/// V is the value in quote currency; the coin-settled price is c = V / (u A + (1 - u) F). Gamma, vega and
/// theta are V's, as in Greeks. Time passes at an index that stays at F, which therefore enters the average.
struct WindowGreeks {
    double price = 0;      ///< quote currency (linear) or coin (inverse)
    double delta = 0;      ///< dV/dF
    double net_delta = 0;  ///< coins: F dc/dF when inverse, delta when linear
    double gamma = 0;      ///< d(delta)/dF
    double vega = 0;       ///< quote currency per vol point (0.01)
    double theta = 0;      ///< quote currency per day
};

/// Exact for the settlement price described above. Once the window is over only the price is left.
WindowGreeks window_greeks(const WindowTerms&, const WindowState&);

/// The venue's convention: plain Black-76 to the expiry, all Greeks times (1 - u); the price as it is.
WindowGreeks linear_convention(const WindowTerms&, const WindowState&);

/// What is left of the delta of a future that settles on the same average.
inline double unfixed(const WindowState& s) { return 1 - s.elapsed; }

/// The index's running time-weighted average over one window. Each sample holds until the next, sums are
/// exact. It is known only while it is complete: no hole before, between or after the samples may be longer
/// than a limit. A hole (a start in the middle, a silent feed) is closed by the venue's own running average.
/// Part of the engine's state: no pointers, all-zero is empty.
class WindowAverage {
  public:
    /// Takes up the window of an expiry; what is known of that same window stays. `window` > 0; `hole` >= 0
    /// is the longest time without a sample that still counts as complete.
    void begin(Nanos expiry, Nanos window, Nanos hole);
    /// The index from `time` on. Samples before the window give the price it starts with; what is not newer
    /// than the last one, or not positive, is left out.
    void add(Nanos time, Price index);
    /// The venue says that the window averages `average` up to `time`, and the index is now `index`. It
    /// replaces what we had; not inside the window or not positive, it is left out.
    void take_venue(Nanos time, Price average, Price index);
    /// Nothing when it is not known. Before the window: elapsed 0, known without a sample.
    std::optional<WindowState> at(Nanos now) const;

    Nanos expiry() const { return expiry_; }

  private:
    Nanos start() const { return expiry_ - window_; }
    Int128 sum_to(Nanos time) const;

    Int128 sum_;    // price nanos times ns, from the window's start to time_
    Nanos expiry_;  // zero: empty
    Nanos window_;
    Nanos hole_;
    Nanos time_;           // of the last sample, not before the window's start; meaningful with a price
    Nanos heard_;          // when it really came, which may be before the window
    Price price_;          // the last sample; zero: none
    std::int64_t broken_;  // 1: a hole was too long, only the venue can tell
    std::int64_t reserved_;
};
static_assert(sizeof(WindowAverage) == 80);
static_assert(std::is_trivially_copyable_v<WindowAverage>);

}  // namespace hw::pricing
