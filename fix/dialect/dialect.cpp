#include "fix/dialect/dialect.h"

namespace hw::fix {

std::unique_ptr<Dialect> make_dialect(const SessionConfig& config, const Credentials& credentials,
                                      std::string& error) {
    switch (config.dialect) {
        case DialectKind::plain:
            return make_plain_dialect(config, credentials);
        case DialectKind::deribit:
            if (credentials.username.empty() || credentials.secret.empty()) {
                error = "FIX session: Deribit's Logon needs a username and a secret";
                return nullptr;
            }
            // Without one, a mass cancel could only take the quoting engine's orders with ours.
            if (config.label.empty()) {
                error = "FIX session: Deribit needs a label, to tell our orders from others of the account";
                return nullptr;
            }
            return make_deribit_dialect(config, credentials);
    }
    error = "FIX session: unknown dialect";
    return nullptr;
}

}  // namespace hw::fix
