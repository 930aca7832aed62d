#include <rte_eal.h>
#include <rte_errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <sstream>

#include "net/port.h"

namespace hw::net {

namespace {

std::vector<std::string>& started_with() {
    static std::vector<std::string> arguments;
    return arguments;
}
bool is_started = false;

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

/// The device description of every `--vdev X` and `--vdev=X`.
std::vector<std::string> vdevs(const std::vector<std::string>& arguments) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i].starts_with("--vdev=")) found.push_back(arguments[i].substr(7));
        if (arguments[i] == "--vdev" && i + 1 < arguments.size()) found.push_back(arguments[i + 1]);
    }
    return found;
}

/// "net_memif0,role=server,id=0" -> {"": "net_memif0", "role": "server", "id": "0"}
std::map<std::string, std::string> device_arguments(const std::string& vdev) {
    std::map<std::string, std::string> map;
    std::istringstream stream(vdev);
    for (std::string word; std::getline(stream, word, ',');) {
        const auto equals = word.find('=');
        if (equals == std::string::npos) {
            map[""] = word;
        } else {
            map[word.substr(0, equals)] = word.substr(equals + 1);
        }
    }
    return map;
}

bool somebody_listens(const std::string& path) {
    sockaddr_un address{};
    if (path.size() >= sizeof address.sun_path) return true;  // not ours to judge
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return true;
    const bool refused = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
                         errno == ECONNREFUSED;
    close(fd);
    return !refused;
}

}  // namespace

void remove_stale_memif_sockets(const std::vector<std::string>& arguments) {
    for (const std::string& vdev : vdevs(arguments)) {
        auto device = device_arguments(vdev);
        const bool file_server = device[""].starts_with("net_memif") && device["role"] == "server" &&
                                 device["socket-abstract"] == "no" && !device["socket"].empty();
        const std::string path = device["socket"];
        if (file_server && access(path.c_str(), F_OK) == 0 && !somebody_listens(path)) unlink(path.c_str());
    }
}

bool Eal::started() { return is_started; }

bool Eal::is_memif_client(const std::string& device) {
    for (const std::string& vdev : vdevs(started_with())) {
        auto arguments = device_arguments(vdev);
        if (arguments[""] == device) return device.starts_with("net_memif") && arguments["role"] == "client";
    }
    return false;
}

bool Eal::start(const std::vector<std::string>& arguments, std::string& error) {
    if (is_started) {
        if (arguments == started_with()) return true;
        error = "DPDK already runs in this process, with other arguments: " + join(started_with());
        return false;
    }
    remove_stale_memif_sockets(arguments);
    // DPDK keeps pointers into what it is given: the words live as long as the process.
    started_with() = arguments;
    static std::vector<char*> argv;
    static std::string program = "hedgewire";
    argv.assign(1, program.data());
    for (std::string& word : started_with()) argv.push_back(word.data());
    argv.push_back(nullptr);
    // DPDK reorders the array that it parses; the words themselves stay.
    const int parsed = rte_eal_init(static_cast<int>(argv.size()) - 1, argv.data());
    if (parsed < 0) {
        error = "DPDK does not start with '" + join(arguments) + "': " + rte_strerror(rte_errno) +
                " (without hugepages or root: --no-huge -m 256 --no-pci --no-shconf --no-telemetry)";
        return false;
    }
    is_started = true;
    return true;
}

}  // namespace hw::net
