#include "deploy/runtime/csv.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace hw::deploy {

std::string at(const std::string& path, std::uint32_t line, std::uint32_t column,
               const std::string& message) {
    return path + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::vector<CsvField> split(std::string_view line) {
    std::vector<CsvField> fields;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = std::min(line.find(',', begin), line.size());
        std::size_t first = begin, last = end;
        while (first < last && is_blank(line[first])) ++first;
        while (last > first && is_blank(line[last - 1])) --last;
        fields.push_back({line.substr(first, last - first), static_cast<std::uint32_t>(first + 1)});
        if (end == line.size()) return fields;
        begin = end + 1;
    }
}

bool same_header(const std::vector<CsvField>& found, const std::vector<CsvField>& wanted) {
    return std::equal(found.begin(), found.end(), wanted.begin(), wanted.end(),
                      [](const CsvField& a, const CsvField& b) { return a.text == b.text; });
}

}  // namespace

void read_csv(const std::string& path, std::string_view header, std::vector<std::string>& errors,
              const std::function<void(const std::vector<CsvField>&, std::uint32_t line)>& row) {
    std::ifstream file(path);
    if (!file) {
        errors.push_back(at(path, 0, 0, std::string("cannot be read: ") + std::strerror(errno)));
        return;
    }
    const auto wanted = split(header);
    bool header_seen = false;
    std::string line;
    for (std::uint32_t number = 1; std::getline(file, line); ++number) {
        const auto fields = split(line);
        if (line.starts_with('#') || (fields.size() == 1 && fields[0].text.empty())) continue;
        if (!header_seen) {
            header_seen = true;
            if (same_header(fields, wanted)) continue;
            errors.push_back(at(path, number, 1, "the header has to be \"" + std::string(header) + "\""));
            return;
        }
        if (fields.size() != wanted.size()) {
            errors.push_back(
                at(path, number, 1,
                   std::to_string(fields.size()) + " fields, expected " + std::to_string(wanted.size())));
            continue;
        }
        row(fields, number);
    }
    // A file cut short by a read error would pass for a shorter one.
    if (file.bad()) errors.push_back(at(path, 0, 0, "cannot be read to its end"));
    if (!header_seen)
        errors.push_back(at(path, 1, 1, "empty; the header has to be \"" + std::string(header) + "\""));
}

}  // namespace hw::deploy
