#include "fix/credentials.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace hw::fix {
namespace {

constexpr std::size_t kMaxFileBytes = 4096;

std::optional<std::string> read_private_file(const std::string& path, std::string& error) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error = "credentials: cannot open " + path + ": " + std::strerror(errno);
        return std::nullopt;
    }
    std::optional<std::string> text;
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        error = "credentials: " + path + " is not a regular file";
    } else if (info.st_uid != ::geteuid()) {
        error = "credentials: " + path + " belongs to another user";
    } else if ((info.st_mode & 077) != 0) {
        char mode[8];
        std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode & 07777));
        error = "credentials: " + path + " has mode " + mode + ", it has to be 0600";
    } else {
        std::string bytes(kMaxFileBytes + 1, '\0');
        const ssize_t got = ::read(fd, bytes.data(), bytes.size());
        if (got < 0 || static_cast<std::size_t>(got) > kMaxFileBytes) {
            error = "credentials: " + path + " cannot be read or is too long";
        } else {
            bytes.resize(static_cast<std::size_t>(got));
            text = std::move(bytes);
        }
    }
    ::close(fd);
    return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty() && line[0] != '#') lines.push_back(line);
    }
    return lines;
}

std::optional<Credentials> parse(std::string_view text, const std::string& path, std::string& error) {
    constexpr std::string_view kUsername = "username=";
    constexpr std::string_view kSecret = "secret=";
    const auto lines = lines_of(text);
    Credentials credentials;
    if (lines.size() == 2 && !lines[0].starts_with(kUsername) && !lines[0].starts_with(kSecret)) {
        credentials = {std::string{lines[0]}, std::string{lines[1]}};
    } else {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i].starts_with(kUsername) && credentials.username.empty()) {
                credentials.username = lines[i].substr(kUsername.size());
            } else if (lines[i].starts_with(kSecret) && credentials.secret.empty()) {
                credentials.secret = lines[i].substr(kSecret.size());
            } else {
                error = "credentials: " + path + ": entry " + std::to_string(i + 1) +
                        " is neither username=... nor secret=...";
                return std::nullopt;
            }
        }
    }
    if (!credentials.username.empty() && !credentials.secret.empty()) return credentials;
    error = "credentials: " + path + " needs a username and a secret";
    return std::nullopt;
}

}  // namespace

std::optional<Credentials> load_credentials(const std::string& file, std::string& error,
                                            const CredentialVariables& variables) {
    const char* const username = std::getenv(variables.username);
    const char* const secret = std::getenv(variables.secret);
    if (username != nullptr && secret != nullptr) return Credentials{username, secret};
    if (username != nullptr || secret != nullptr) {
        error = std::string{"credentials: "} + (username != nullptr ? variables.secret : variables.username) +
                " is not set, the other one is";
        return std::nullopt;
    }
    if (file.empty()) return Credentials{};
    const auto text = read_private_file(file, error);
    return text ? parse(*text, file, error) : std::nullopt;
}

}  // namespace hw::fix
