// C++14: see quickfix_reading.h.
#include "tests/fix/quickfix_reading.h"

#include <quickfix/DataDictionary.h>
#include <quickfix/Message.h>

#include <sstream>

#include "fix/dictionary.h"

namespace hw {
namespace fix {
namespace test {
namespace {

const FIX::DataDictionary& dictionary() {
    static std::istringstream text(fix44_dictionary_text());
    static const FIX::DataDictionary dictionary(text);
    return dictionary;
}

void append(const FIX::FieldMap& from, std::map<int, std::string>& fields) {
    for (FIX::FieldMap::const_iterator i = from.begin(); i != from.end(); ++i) {
        fields[i->getTag()] = i->getString();
    }
}

}  // namespace

std::map<int, std::string> read_with_quickfix(const std::string& message, std::string& error) {
    std::map<int, std::string> fields;
    try {
        const FIX::Message parsed(message, dictionary(), true);
        dictionary().validate(parsed);
        append(parsed.getHeader(), fields);
        append(parsed, fields);
        append(parsed.getTrailer(), fields);
    } catch (const std::exception& e) {
        error = e.what();
        fields.clear();
    }
    return fields;
}

}  // namespace test
}  // namespace fix
}  // namespace hw
