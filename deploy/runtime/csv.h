// Comma-separated lines with a fixed header, read with the place of every field: what people hand us in
// files.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hw::deploy {

struct CsvField {
    std::string_view text;
    std::uint32_t column = 1;  ///< of its first character, from 1
};

/// Calls `row(fields, line)` for every line after the header; empty lines and lines that begin with # are
/// passed over, carriage returns and blanks around fields are dropped. Faults (no such file, another header,
/// another number of fields) go into `errors` as `FILE:line:col: message`.
void read_csv(const std::string& path, std::string_view header, std::vector<std::string>& errors,
              const std::function<void(const std::vector<CsvField>&, std::uint32_t line)>& row);

std::string at(const std::string& path, std::uint32_t line, std::uint32_t column, const std::string& message);

}  // namespace hw::deploy
