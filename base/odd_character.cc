#include "base/odd_character.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/utf8.h"

namespace roster::base {
namespace {

// First and last.
constexpr std::array<std::pair<uint32_t, uint32_t>, 12> kOdd = {{
    {0x0000, 0x001f},    // controls
    {0x007f, 0x009f},    // controls
    {0x00ad, 0x00ad},    // soft hyphen
    {0x061c, 0x061c},    // Arabic letter mark
    {0x180e, 0x180e},    // Mongolian vowel separator
    {0x200b, 0x200b},    // zero-width space
    {0x200e, 0x200f},    // direction marks
    {0x2028, 0x202e},    // separators, embeddings, overrides
    {0x2060, 0x206f},    // word joiner, invisible operators, isolates
    {0xfeff, 0xfeff},    // byte order mark
    {0xfff9, 0xfffb},    // annotations
    {0xe0000, 0xe007f},  // tags
}};

// The character that starts at text[*at]; moves *at behind it.
uint32_t NextCharacter(std::string_view text, size_t* at) {
  const auto lead = static_cast<uint8_t>(text[(*at)++]);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  uint32_t character = lead & (0x3Fu >> more);
  for (int i = 0; i < more; ++i)
    character = character << 6 | (static_cast<uint8_t>(text[(*at)++]) & 0x3Fu);
  return character;
}

bool IsOdd(uint32_t character) {
  return std::any_of(kOdd.begin(), kOdd.end(), [&](const auto& range) {
    return range.first <= character && character <= range.second;
  });
}

std::string Spelt(uint32_t character) {
  if (character == '\n') return "\\n";
  if (character < 0x80) return absl::StrFormat("\\x%02x", character);
  return absl::StrFormat("\\u{%x}", character);
}

}  // namespace

std::string FindOddCharacter(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    const uint32_t character = NextCharacter(text, &at);
    if (IsOdd(character))
      return absl::StrFormat("U+%04X at byte %u", character, start);
  }
  return "";
}

std::string EscapeOddCharacters(std::string_view text) {
  const std::string valid = ToValidUtf8(text);
  std::string escaped;
  escaped.reserve(valid.size());
  for (size_t at = 0; at < valid.size();) {
    const size_t start = at;
    const uint32_t character = NextCharacter(valid, &at);
    if (IsOdd(character))
      escaped += Spelt(character);
    else
      escaped.append(valid, start, at - start);
  }
  return escaped;
}

}  // namespace roster::base
