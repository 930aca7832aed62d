#define HW_SCAN_LEVEL 1
#include "fix/scan_impl.h"
#include "fix/scan_units.h"

namespace hw::fix {

bool scan_scalar(const char* text, std::size_t size, FieldView* fields, std::size_t room, Scan& out) {
    return scan(text, size, fields, room, out);
}

}  // namespace hw::fix
