#include "base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace roster::base {
namespace {

// The first run of bytes of a text: one well-formed character, or one maximal
// ill-formed part.
struct Step {
  size_t length;
  bool well_formed;
};

// How long a sequence with this first byte is, and which second bytes it may
// have. Source: The Unicode Standard 15.0, table 3-7.
struct Lead {
  size_t length;  // 0: no sequence starts so
  uint8_t low;
  uint8_t high;
};

Lead LeadOf(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
  if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};  // no overlong forms
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};  // no further than U+10FFFF
  return {0, 0, 0};
}

// REQUIRES: !text.empty()
Step NextStep(std::string_view text) {
  const Lead lead = LeadOf(static_cast<uint8_t>(text[0]));
  if (lead.length == 0) return {1, false};
  for (size_t i = 1; i < lead.length; ++i) {
    if (i == text.size()) return {i, false};
    const auto byte = static_cast<uint8_t>(text[i]);
    const uint8_t low = i == 1 ? lead.low : 0x80;
    const uint8_t high = i == 1 ? lead.high : 0xBF;
    if (byte < low || byte > high) return {i, false};
  }
  return {lead.length, true};
}

// How many bytes at the start are ASCII, in steps of eight: most text is, and
// every record that a member writes is checked.
size_t AsciiPrefix(std::string_view text) {
  size_t length = 0;
  for (; length + 8 <= text.size(); length += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + length, sizeof word);
    if ((word & 0x8080808080808080u) != 0) break;
  }
  return length;
}

// The length of the longest well-formed start of `text`.
size_t WellFormedPrefix(std::string_view text) {
  size_t length = AsciiPrefix(text);
  while (length < text.size()) {
    const Step step = NextStep(text.substr(length));
    if (!step.well_formed) break;
    length += step.length;
  }
  return length;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  return WellFormedPrefix(text) == text.size();
}

std::string ToValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (true) {
    const size_t good = WellFormedPrefix(text);
    valid.append(text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) return valid;
    valid.append("\xEF\xBF\xBD");
    text.remove_prefix(NextStep(text).length);
  }
}

std::string_view TruncateUtf8(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  // A character that would be cut shows by the continuation byte after it.
  size_t length = max_bytes;
  while (length > 0 && (static_cast<uint8_t>(text[length]) & 0xC0) == 0x80) {
    --length;
  }
  return text.substr(0, length);
}

}  // namespace roster::base
