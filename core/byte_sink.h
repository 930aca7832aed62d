// Where order bytes go: what fix writes to and net provides. Bytes either all leave (or are queued by the
// transport to leave in order), or none do and `send` says so.
//
// A message is made once, where the session keeps it for resends (it has to be there before it may leave),
// and `send` takes it from there: what a bypass transport copies into its frame it sums up on the way, so
// that another place to write to would save nothing. A sink that can `rehearse` does all that `send` does
// short of sending, to keep the way warm.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace hw {

template <class T>
concept ByteSink = requires(T& sink, const char* data, std::size_t size) {
    { sink.send(data, size) } -> std::same_as<bool>;
    {sink.close()};
};

/// The same, type-erased: fix and net do not know each other. A call through it costs a nanosecond or two.
class ByteSinkRef {
  public:
    ByteSinkRef() = default;
    // Not from another one: that would refer to the reference, not to the sink.
    template <class T>
    requires(!std::is_same_v<T, ByteSinkRef>) && ByteSink<T> explicit ByteSinkRef(T& sink)
        : context_(&sink),
    send_([](void* c, const char* d, std::size_t n) { return static_cast<T*>(c)->send(d, n); }),
    close_([](void* c) { static_cast<T*>(c)->close(); }),
    rehearse_([](void* c, const char* d, std::size_t n) {
        if constexpr (requires(T & t) { t.rehearse(d, n); }) static_cast<T*>(c)->rehearse(d, n);
    }) {}

    explicit operator bool() const { return context_ != nullptr; }
    bool send(const char* data, std::size_t size) { return send_(context_, data, size); }
    void close() { close_(context_); }
    void rehearse(const char* data, std::size_t size) { rehearse_(context_, data, size); }

  private:
    void* context_ = nullptr;
    bool (*send_)(void*, const char*, std::size_t) = nullptr;
    void (*close_)(void*) = nullptr;
    void (*rehearse_)(void*, const char*, std::size_t) = nullptr;
};

}  // namespace hw
