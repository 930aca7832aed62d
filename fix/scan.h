// A FIX message cut into fields in one pass, with the sum of its bytes.
//
// 64 bytes at a time are compared with SOH and summed up; each SOH found ends a field, whose tag is read from
// eight bytes at once. The one source (scan_impl.h) is compiled as scalar, AVX2 and AVX-512 code, chosen at
// start-up as in core/pricing; all three find the same.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/pricing/kernel.h"
#include "fix/quickfix_bridge.h"

namespace hw::fix {

inline constexpr char kSoh = '\x01';

struct Scan {
    std::size_t count = 0;  ///< fields, in the order of the message
    std::uint64_t sum = 0;  ///< of all bytes, not yet taken modulo 256
};

/// Bytes behind the text that have to be readable: a trailer ("10=nnn|") is long enough.
inline constexpr std::size_t kScanSlack = 7;

/// Cuts `size` bytes into at most `room` fields. False, with anything in `fields`, when there are more, when
/// the text does not end with SOH, or when some field is not a tag of one to seven digits without leading
/// zero, '=', and a value that is not empty.
using ScanFunction = bool (*)(const char* text, std::size_t size, FieldView* fields, std::size_t room, Scan&);

/// The fastest that this machine can run: AVX-512 needs its byte and word instructions, too.
pricing::SimdLevel best_scan_level();
/// The caller knows that the machine supports it.
ScanFunction scan_function(pricing::SimdLevel);

}  // namespace hw::fix
