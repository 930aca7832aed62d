// Values that nobody is to see: Password (554), NewPassword (925), and RawData (96), which a venue may sign a
// Logon with. A message is masked before it is kept or shown.
#pragma once

#include <string>

namespace hw::fix {

/// Puts '*' over every byte of those values and the checksum right again. True when there was one.
bool mask_secrets(std::string& message);

}  // namespace hw::fix
