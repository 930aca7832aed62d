#include "deploy/runtime/config_starbase.h"

#include "deploy/runtime/ipv4.h"

namespace hw::deploy {

net::StarbaseConfig starbase_config(const RunConfig& config) {
    net::StarbaseConfig feed = config.starbase;
    for (std::size_t i = 0; i < feed.channels.size() && i < config.requests.retransmit.size(); ++i)
        feed.channels[i].retransmit =
            parse_endpoint(config.requests.retransmit[i]).value_or(net::UdpEndpoint{});
    return feed;
}

}  // namespace hw::deploy
