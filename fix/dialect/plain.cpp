// FIX 4.4 as the specification has it.
#include "fix/dialect/dialect.h"
#include "fix/raw_message.h"
#include "fix/report_fields.h"

namespace hw::fix {
namespace {

class Plain final : public Dialect {
  public:
    explicit Plain(Credentials credentials) : credentials_(std::move(credentials)) {}

    void logon_fields(std::uint64_t, std::vector<TextField>& fields) const override {
        if (!credentials_.username.empty()) fields.push_back({553, credentials_.username});
        if (!credentials_.secret.empty()) fields.push_back({554, credentials_.secret});
    }
    void logout_fields(std::vector<TextField>&) const override {}
    void order_fields(std::vector<TextField>&) const override {}
    void mass_cancel_fields(std::vector<TextField>& fields) const override { fields.push_back({530, "7"}); }
    /// A report that answers a cancel carries the cancel's id in 11 and the order's in 41.
    std::string_view our_id(std::string_view tag11, std::string_view tag41) const override {
        return tag41.empty() ? tag11 : tag41;
    }
    /// ExecID (17), or the cumulative quantity where a venue sends none.
    ExecKey execution_key(const InboundMessage& message, Qty cum) const override {
        const std::string_view exec_id = field(message, 17);
        return exec_id.empty() ? key_by_cum(message, cum) : key_by_exec_id(message, exec_id);
    }
    ExecKey original_key(const InboundMessage& message) const override {
        const std::string_view original = field(message, 19);
        return original.empty() ? ExecKey{} : key_by_exec_id(message, original);
    }
    bool commission_is_meant() const override { return true; }

  private:
    Credentials credentials_;
};

}  // namespace

std::unique_ptr<Dialect> make_plain_dialect(const SessionConfig&, const Credentials& credentials) {
    return std::make_unique<Plain>(credentials);
}

}  // namespace hw::fix
