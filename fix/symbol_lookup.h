// Who is meant by a symbol, asked of whatever keeps the names: the engine's InstrumentTable where a session
// lives in the engine's thread, a list of its own where it does not.
#pragma once

#include <concepts>
#include <string_view>

#include "core/instrument.h"

namespace hw::fix {

template <class N>
concept SymbolNames = requires(N& names, std::string_view symbol) {
    { names.find_symbol(symbol) } -> std::same_as<InstrumentId>;
};

/// Refers to the names, which outlive it.
class SymbolLookup {
  public:
    // Not from another one: that would refer to the reference, not to the names.
    template <class N>
    requires(!std::is_same_v<std::remove_const_t<N>, SymbolLookup>) && SymbolNames<N> SymbolLookup(N& names)
        : context_(const_cast<void*>(static_cast<const void*>(&names))),
    find_([](void* c, std::string_view symbol) { return static_cast<N*>(c)->find_symbol(symbol); }) {}

    /// kNoInstrument: unknown.
    InstrumentId operator()(std::string_view symbol) const { return find_(context_, symbol); }

  private:
    void* context_;
    InstrumentId (*find_)(void*, std::string_view);
};

}  // namespace hw::fix
