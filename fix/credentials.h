// Where a session's username and secret come from: the environment, or a file that only its owner can read.
// Never from the configuration, never into a log.
#pragma once

#include <optional>
#include <string>

#include "fix/session_config.h"

namespace hw::fix {

/// The environment's names for them.
struct CredentialVariables {
    const char* username;
    const char* secret;
};
inline constexpr CredentialVariables kOrderCredentials{"HEDGEWIRE_FIX_USERNAME", "HEDGEWIRE_FIX_SECRET"};
inline constexpr CredentialVariables kAccountCredentials{"HEDGEWIRE_ACCOUNT_USERNAME",
                                                         "HEDGEWIRE_ACCOUNT_SECRET"};

/// From the environment when both variables are set; else from `file` (empty: none), else empty credentials
/// for a venue that wants none. The file has mode 0600 or stricter and either two lines (username, secret) or
/// `username=...` and `secret=...` in any order; empty lines and lines that begin with # do not count.
/// Nothing, and the reason in `error` (which never holds the secret), when one of two is missing, the file
/// cannot be read, is not ours, can be read by others, or says anything else.
std::optional<Credentials> load_credentials(const std::string& file, std::string& error,
                                            const CredentialVariables& = kOrderCredentials);

}  // namespace hw::fix
