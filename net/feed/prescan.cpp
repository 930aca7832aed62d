#include "net/feed/prescan.h"

#include <map>

#include "net/feed/deribit_decoder.h"
#include "net/feed/starbase_config.h"
#include "net/feed/starbase_decoder.h"
#include "net/feed/starbase_translate.h"
#include "net/feed/translate.h"
#include "net/packet.h"
#include "net/pcapng.h"

namespace hw::net {

namespace {

constexpr std::uint16_t kEventPort = 6100;
constexpr std::uint16_t kSnapshotPort = 6101;

class DefinitionCollector {
  public:
    void on(const deribit::Instrument& m) {
        const TranslatedDefinition definition = to_definition(m);
        if (definition.defect != DefinitionDefect::none) return;
        const auto [at, is_new] = places_.try_emplace(m.instrument(), instruments_.size());
        if (is_new) return instruments_.push_back(definition.instrument);
        Instrument& known = instruments_[at->second];
        const Instrument before = known;
        known = definition.instrument;
        if (!m.is_v1()) return;
        // The older template knows no tick steps: those of the newer one stand.
        known.tick_threshold = before.tick_threshold;
        known.tick_above = before.tick_above;
    }
    template <class View>
    void on(const View&) {}

    std::vector<Instrument> take() { return std::move(instruments_); }

  private:
    std::vector<Instrument> instruments_;
    std::map<std::uint32_t, std::size_t> places_;
};

class StarbaseCollector {
  public:
    void on(const starbase::InstrumentDefinition& m) {
        const starbase::StarbaseDefinition definition = starbase::to_definition(m);
        if (definition.defect != DefinitionDefect::none) return;
        const auto [at, is_new] = places_.try_emplace(m.instrument(), instruments_.size());
        if (is_new) return instruments_.push_back(definition.instrument);
        instruments_[at->second] = definition.instrument;
    }
    template <class View>
    void on(const View&) {}
    void begin_message(const starbase::Message&) {}
    void end_message(const starbase::Message&) {}

    std::vector<Instrument> take() { return std::move(instruments_); }

  private:
    std::vector<Instrument> instruments_;
    std::map<std::int64_t, std::size_t> places_;
};

}  // namespace

std::vector<Instrument> prescan_starbase_definitions(const std::string& path, std::string& error) {
    const auto reader = CaptureReader::open(path, error);
    if (!reader) return {};
    StarbaseCollector collector;
    starbase::DecodeCounters counters;
    for (CaptureFrame frame; reader->next(frame);) {
        const Classified packet = classify(frame.bytes);
        if (packet.verdict != Verdict::udp || !is_multicast(packet.udp.dst_ip)) continue;
        if (packet.udp.dst_port != kStarbaseEventPort && packet.udp.dst_port != kStarbaseSnapshotPort)
            continue;
        const starbase::PacketCheck check = starbase::check_packet(packet.udp.payload);
        if (check.believable)
            starbase::dispatch_packet(packet.udp.payload, 0, check.sound, collector, counters);
    }
    error = reader->error();
    return collector.take();
}

std::vector<Instrument> prescan_definitions(const std::string& path, std::string& error) {
    const auto reader = CaptureReader::open(path, error);
    if (!reader) return {};
    DefinitionCollector collector;
    deribit::DecodeCounters counters;
    for (CaptureFrame frame; reader->next(frame);) {
        const Classified packet = classify(frame.bytes);
        if (packet.verdict != Verdict::udp || !is_multicast(packet.udp.dst_ip)) continue;
        if (packet.udp.dst_port != kEventPort && packet.udp.dst_port != kSnapshotPort) continue;
        deribit::decode_frame(packet.udp.payload, collector, counters);
    }
    error = reader->error();
    return collector.take();
}

}  // namespace hw::net
