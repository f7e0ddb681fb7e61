#pragma once

#include <cstdint>
#include <string_view>

namespace roster::base {

// A digest that tells texts apart that differ by accident, and no defence
// against anybody who means harm. Stable over processes and machines. Source:
// FNV-1a, 64 bits.
uint64_t Fingerprint(std::string_view text);

}  // namespace roster::base
