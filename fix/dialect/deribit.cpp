// Deribit's FIX 4.4: a signed Logon, tags of its own, its order id in 11 and ours in 41.
#include "fix/dialect/deribit.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

#include "fix/dialect/dialect.h"
#include "fix/report_fields.h"

namespace hw::fix {
namespace {

constexpr std::size_t kNonceBytes = 32;  // the least that Deribit takes

class Deribit final : public Dialect {
  public:
    Deribit(const SessionConfig& config, Credentials credentials)
        : credentials_(std::move(credentials)),
          label_(config.label),
          cancel_on_disconnect_(config.cancel_on_disconnect) {}

    /// Without a nonce or a digest the fields stay away and the venue refuses the Logon.
    void logon_fields(std::uint64_t stamp_ms, std::vector<TextField>& fields) const override {
        std::array<unsigned char, kNonceBytes> nonce;
        if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1) return;
        const std::string raw_data = deribit_raw_data(stamp_ms, nonce);
        const std::string password = deribit_password(raw_data, credentials_.secret);
        if (password.empty()) return;
        fields.push_back({96, raw_data});
        fields.push_back({553, credentials_.username});
        fields.push_back({554, password});
        fields.push_back({9001, cancel_on_disconnect_ ? "Y" : "N"});
        fields.push_back({9015, "Y"});  // fills come as ExecutionReports of their own, 150=F
    }
    /// A quoting engine may share the connection's scope: its orders stay when we leave.
    void logout_fields(std::vector<TextField>& fields) const override { fields.push_back({9003, "Y"}); }
    void order_fields(std::vector<TextField>& fields) const override { fields.push_back({100010, label_}); }
    void mass_cancel_fields(std::vector<TextField>& fields) const override {
        fields.push_back({530, "10"});
        fields.push_back({100010, label_});
    }
    std::string_view our_id(std::string_view, std::string_view tag41) const override { return tag41; }
    /// No ExecID is documented on its order session: how far the order was filled says which fill it was.
    ExecKey execution_key(const InboundMessage& message, Qty cum) const override {
        return key_by_cum(message, cum);
    }
    ExecKey original_key(const InboundMessage&) const override { return {}; }
    bool commission_is_meant() const override { return false; }

  private:
    Credentials credentials_;
    std::string label_;
    bool cancel_on_disconnect_;
};

}  // namespace

std::string base64(std::span<const unsigned char> bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::string deribit_raw_data(std::uint64_t stamp_ms, std::span<const unsigned char> nonce) {
    return std::to_string(stamp_ms) + "." + base64(nonce);
}

std::string deribit_password(std::string_view raw_data, std::string_view secret) {
    std::string text{raw_data};
    text += secret;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
    return base64({digest.data(), size});
}

std::unique_ptr<Dialect> make_deribit_dialect(const SessionConfig& config, const Credentials& credentials) {
    return std::make_unique<Deribit>(config, credentials);
}

}  // namespace hw::fix
