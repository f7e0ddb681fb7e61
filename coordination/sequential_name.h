#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roster::coordination {

// Names of sequential nodes: something, a marker that tells the recipe, and the
// number that ZooKeeper appended. Pure.

// The number after the last `marker` in `name`: ten digits, or a minus sign
// and ten digits, because the server's counter is 32 bits wide and overflows.
// Nothing if `name` is not of that form.
std::optional<int64_t> SequenceOf(std::string_view name,
                                  std::string_view marker);

// Those of `names` that have the marker and a number, lowest number first.
std::vector<std::string> SortBySequence(std::vector<std::string> names,
                                        std::string_view marker);

}  // namespace roster::coordination
