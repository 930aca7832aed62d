// Cuts the byte stream of a FIX connection into messages.
//
// A message is 8=...|9=length|body|10=sum| with the length and the sum right. Whatever is not is garbled: by
// the rules of FIX it is ignored (its sequence number then shows as a gap, and is asked for again), so the
// framer counts it by reason, looks for the next "8=FIX" and goes on. It never waits for the end of a message
// whose length cannot be true: more than kMaxMessage bytes, or another whole trailer and header inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hw::fix {

class StreamFramer {
  public:
    static constexpr std::size_t kMaxMessage = 262'144;  ///< bytes, header and trailer included

    struct Counters {
        std::uint64_t bytes = 0;          ///< taken in
        std::uint64_t messages = 0;       ///< whole messages handed out
        std::uint64_t message_bytes = 0;  ///< bytes of those
        std::uint64_t garbage_bytes = 0;  ///< bytes that belong to no whole message
        std::uint64_t bad_start = 0;      ///< times that something else stood where 8=FIX has to be
        std::uint64_t bad_length = 0;     ///< body length unreadable, too large or wrong
        std::uint64_t bad_checksum = 0;   ///< right in length, wrong in sum
    };

    StreamFramer() { buffer_.reserve(4 * kMaxMessage); }

    /// Appends bytes as they came.
    void push(const char* data, std::size_t size);
    /// The next whole message, valid until the next `push`; empty when more bytes are needed.
    std::string_view next();
    /// A whole message that was taken before it came here.
    void count_whole(std::size_t size) {
        counters_.bytes += size;
        ++counters_.messages;
        counters_.message_bytes += size;
    }
    /// Forgets what is half received: the connection ended. The bytes count as garbage.
    void clear();

    std::size_t buffered() const { return buffer_.size() - start_; }
    const Counters& counters() const { return counters_; }

  private:
    enum class Look : std::uint8_t { whole, incomplete, garbled };
    Look look(std::string_view rest, std::size_t& size);
    Look look_at_trailer(std::string_view rest, std::size_t body_end, std::size_t& size);
    void skip_to_start(std::string_view rest);
    void drop(std::size_t count);

    std::string buffer_;
    std::size_t start_ = 0;  ///< first byte not yet handed out
    Counters counters_;
};

/// Sum of all bytes modulo 256, as tag 10 counts it.
unsigned fix_checksum(std::string_view bytes);

}  // namespace hw::fix
