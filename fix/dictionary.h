// The FIX data dictionaries of hedgewire: just the messages that an order session and an account session use,
// carried inside the program so that no run depends on a file beside it. FIX 4.4 is one; FIXT.1.1 with FIX
// 5.0 SP2 is two, of the session's messages and of the application's. The same fields under three heads.
//
// Its text is in QuickFIX's XML form, for FIX::DataDictionary(std::istream&). Three deviations from the
// specification, all on purpose: RawData (96) is a STRING, because Deribit sends it without RawDataLength
// (95); so are the kind of a mass cancel and its answer (530, 531), because Deribit's 10 is no CHAR; and
// fields that some venue leaves out (ExecID, Symbol on an empty mass status) are not required here but
// checked where they are read, as amounts in fields of a venue's own are. This header compiles as C++14, as
// QuickFIX's own headers do.
#pragma once

#if __cplusplus >= 201703L
#include <string_view>
#endif

namespace hw {
namespace fix {

/// XML texts; static storage, zero-terminated.
const char* fix44_dictionary_text();
const char* fixt11_dictionary_text();
const char* fix50sp2_dictionary_text();

#if __cplusplus >= 201703L
inline std::string_view fix44_dictionary_xml() { return fix44_dictionary_text(); }
#endif

}  // namespace fix
}  // namespace hw
