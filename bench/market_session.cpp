#include "bench/market_session.h"

#include <cstring>
#include <map>

#include "net/feed/deribit_decoder.h"
#include "net/feed/translate.h"
#include "net/packet.h"
#include "net/pcapng.h"
#include "tests/exchange/simulation.h"

namespace hw::bench {

using namespace hw::net;

/// Finds what has to be moved on from one pass to the next.
class Scan {
  public:
    /// What a channel or a book has been seen to span.
    struct Span {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };

    explicit Scan(MarketSession& session) : session_(session) {}

    void run() {
        deribit::DecodeCounters counters;
        for (const std::span<const std::byte> frame : session_.frames_) {
            const Classified c = classify(frame);
            if (c.udp.payload.size() < deribit::FrameHeader::kSize) continue;
            sequence(c.udp.payload.data());
            session_.messages_ += deribit::decode_frame(c.udp.payload, *this, counters).messages;
        }
        for (const auto& [at, channel] : sequences_) {
            const Span& s = channels_[channel];
            session_.sequences_.push_back({at, static_cast<std::uint32_t>(s.last - s.first + 1)});
        }
        for (const auto& [at, book] : change_ids_) {
            const auto seen = books_.find(book);
            if (seen == books_.end()) continue;
            session_.change_ids_.push_back({at, seen->second.last - seen->second.first});
        }
    }

    void on(const deribit::Book& m) {
        Span& s = books_.try_emplace(m.instrument(), Span{m.prev_change_id(), 0}).first->second;
        s.last = m.change_id();
        change_ids_.emplace_back(writable(m.m.block + 12), m.instrument());
        change_ids_.emplace_back(writable(m.m.block + 20), m.instrument());
    }
    void on(const deribit::Snapshot& m) {
        change_ids_.emplace_back(writable(m.m.block + 12), m.instrument());
    }
    void on(const deribit::Instrument& m) {
        const TranslatedDefinition d = to_definition(m);
        if (d.defect != DefinitionDefect::none || !defined_.emplace(d.instrument.feed_id, true).second)
            return;
        session_.definitions_.push_back(d.instrument);
    }
    template <class Other>
    void on(const Other&) {}

  private:
    void sequence(const std::byte* payload) {
        const auto channel = deribit::load<std::uint16_t>(payload + 2);
        const auto number = deribit::load<std::uint32_t>(payload + 4);
        channels_.try_emplace(channel, Span{number, 0}).first->second.last = number;
        sequences_.emplace_back(writable(payload + 4), channel);
    }
    std::byte* writable(const std::byte* at) {
        return session_.bytes_.data() + (at - session_.bytes_.data());
    }

    MarketSession& session_;
    std::map<std::uint16_t, Span> channels_;
    std::map<std::uint32_t, Span> books_;
    std::map<std::uint64_t, bool> defined_;
    std::vector<std::pair<std::byte*, std::uint16_t>> sequences_;
    std::vector<std::pair<std::byte*, std::uint32_t>> change_ids_;
};

void MarketSession::add(std::span<const std::byte> frame) {
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
    ends_.push_back(bytes_.size());
}

void MarketSession::scan() {
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
        frames_.emplace_back(bytes_.data() + begin, end - begin);
        begin = end;
    }
    Scan(*this).run();
}

MarketSession MarketSession::of_capture(const std::string& path, std::string& error) {
    MarketSession session;
    const auto reader = CaptureReader::open(path, error);
    if (!reader) return session;
    for (CaptureFrame frame; reader->next(frame);) {
        if (classify(frame.bytes).verdict == Verdict::udp) session.add(frame.bytes);
    }
    error = reader->error();
    session.scan();
    return session;
}

MarketSession MarketSession::generated() {
    MarketSession session;
    std::vector<std::byte> frame(kUdpFrameHeader + kMaxUdpPayload);
    const auto take = [&](const exchange::Packet& p) {
        const UdpEndpoints to{{2, 0, 0, 0, 0, 1}, {}, 10u << 24 | 1, p.group_ip, 4'000, p.port, 16};
        session.add(std::span(frame).first(build_udp_frame(to, p.payload, frame)));
    };
    exchange::Simulation simulation({}, Nanos::from_seconds(1'700'000'000), take, [](const auto&) {});
    constexpr int kSteps = 10'000;  // 2.5 s
    for (int n = 0; n < kSteps; ++n) simulation.step();
    session.scan();
    return session;
}

void MarketSession::advance() {
    for (const Patch32& p : sequences_) {
        const std::uint32_t next = deribit::load<std::uint32_t>(p.at) + p.by;
        std::memcpy(p.at, &next, sizeof next);
    }
    for (const Patch64& p : change_ids_) {
        const std::uint64_t next = deribit::load<std::uint64_t>(p.at) + p.by;
        std::memcpy(p.at, &next, sizeof next);
    }
}

}  // namespace hw::bench
