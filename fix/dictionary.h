// The FIX 4.4 data dictionary of hedgewire: just the messages that an order session uses, carried inside the
// program so that no run depends on a file beside it.
//
// Its text is in QuickFIX's XML form, for FIX::DataDictionary(std::istream&). Three deviations from the
// specification, all on purpose: RawData (96) is a STRING, because Deribit sends it without RawDataLength
// (95); so are the kind of a mass cancel and its answer (530, 531), because Deribit's 10 is no CHAR; and
// fields that some venue leaves out (ExecID, Symbol on an empty mass status) are not required here but
// checked where they are read. This header compiles as C++14, as QuickFIX's own headers do.
#pragma once

#include <cstddef>
#if __cplusplus >= 201703L
#include <string_view>
#endif

namespace hw {
namespace fix {

/// Start and length of the XML text; static storage, zero-terminated.
const char* fix44_dictionary_text();
std::size_t fix44_dictionary_size();

#if __cplusplus >= 201703L
inline std::string_view fix44_dictionary_xml() { return {fix44_dictionary_text(), fix44_dictionary_size()}; }
#endif

}  // namespace fix
}  // namespace hw
