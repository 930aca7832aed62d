// Deribit's Logon signature: RawData (96) is "<milliseconds>.<base64 nonce>", Password (554) is
// base64(SHA-256(RawData ++ secret)). The milliseconds must rise with every Logon.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hw::fix {

std::string base64(std::span<const unsigned char>);
std::string deribit_raw_data(std::uint64_t stamp_ms, std::span<const unsigned char> nonce);
/// Empty when the digest cannot be computed.
std::string deribit_password(std::string_view raw_data, std::string_view secret);

}  // namespace hw::fix
