// What the scan's units give each other; for them and the dispatch only.
#pragma once

#include "fix/scan.h"

namespace hw::fix {

bool scan_scalar(const char* text, std::size_t size, FieldView* fields, std::size_t room, Scan& out);
bool scan_avx2(const char* text, std::size_t size, FieldView* fields, std::size_t room, Scan& out);
bool scan_avx512(const char* text, std::size_t size, FieldView* fields, std::size_t room, Scan& out);

}  // namespace hw::fix
