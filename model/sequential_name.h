#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roster::model {

// Names of sequential nodes: something, a marker that tells the recipe, and the
// number that ZooKeeper appended. Pure.

// The number after the last `marker` in `name`: ten digits, or a minus sign
// and nine or ten digits, because the server's counter is 32 bits wide, goes on
// at -2^31 after 2^31 - 1, and is padded to ten characters with the sign.
// Nothing if `name` is not of that form.
std::optional<int64_t> SequenceOf(std::string_view name,
                                  std::string_view marker);

// Indices of `sequences`, the earliest created first. The counter wraps around,
// so numbers are ordered on a circle (as RFC 1982 orders serial numbers) that
// is cut at its widest gap: 2^31 - 1 comes before -2^31, and -1 before 0. That
// is right as long as the nodes that exist at one time are less than 2^31
// creations apart. Equal numbers stay in their order.
std::vector<size_t> OrderOfSequences(const std::vector<int64_t>& sequences);

// Those of `names` that have one of the markers and a number, the earliest
// created first.
std::vector<std::string> SortBySequence(std::vector<std::string> names,
                                        std::string_view marker);
std::vector<std::string> SortBySequence(
    std::vector<std::string> names, const std::vector<std::string>& markers);

}  // namespace roster::model
