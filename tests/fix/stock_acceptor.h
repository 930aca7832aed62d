// A counterparty that is not ours: QuickFIX's stock acceptor on 127.0.0.1, with its own threads and its own
// file store, driven from a test. Compiles as C++14 in one unit; this header is plain.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hw {
namespace fix {
namespace test {

using Fields = std::vector<std::pair<int, std::string>>;

class StockAcceptor {
  public:
    /// Listens on `port` as VENUE for HEDGER. `settings`: lines of QuickFIX's that replace the defaults of a
    /// session without end. `begin_string`: FIX.4.4, or FIXT.1.1 with FIX 5.0 SP2 messages. Throws
    /// std::runtime_error when it cannot.
    static std::unique_ptr<StockAcceptor> start(std::uint16_t port, const std::string& store_dir,
                                                const std::string& settings = kNoEnd,
                                                const std::string& begin_string = "FIX.4.4");
    static const char* const kNoEnd;
    virtual ~StockAcceptor() = default;

    virtual bool logged_on() const = 0;
    /// Sends an application or admin message; stored for a resend when nobody is logged on.
    virtual void send(const std::string& type, const Fields& body) = 0;
    /// The same with a repeating group: its count's tag, and its entries.
    virtual void send(const std::string& type, const Fields& body, int group,
                      const std::vector<Fields>& entries) = 0;
    /// Every message received in sequence so far, '|' between fields.
    virtual std::vector<std::string> received() const = 0;
    /// Of these, the ones of a type.
    std::vector<std::string> received(const std::string& type) const;
    /// From here on every NewOrderSingle is filled as it comes, and not kept for `received`.
    virtual void execute_orders() = 0;
    /// How often each ClOrdID was executed, and the ExecIDs of the fills sent.
    virtual std::map<std::string, int> executed() const = 0;
    virtual std::vector<std::string> exec_ids() const = 0;
    virtual void log_out(const std::string& text) = 0;
    virtual void drop_connection() = 0;
    virtual int next_sender() const = 0;
    virtual int next_target() const = 0;
    virtual void set_next_target(int) = 0;
};

/// The value of a field in a message as `received` tells it; empty when absent.
std::string field_of(const std::string& message, int tag);

}  // namespace test
}  // namespace fix
}  // namespace hw
