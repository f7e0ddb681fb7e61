#pragma once

#include <string>
#include <string_view>

namespace roster::coordination {

// Names of the nodes that stand in an Election, the first of which leads. Pure.
//
//   _c_<uuid>-latch-0000000003         Curator's, and ours without an id
//   _c_<uuid>-<id>-latch-0000000003    of a candidate that obeys designations

inline constexpr std::string_view kLatchMarker = "-latch-";

// What a candidate puts into its node's name before kLatchMarker to say that
// its id is `id`, and that it may be moved to the end of the line. `id` is
// empty, or as of model::ValidateMemberName().
std::string CandidateTag(std::string_view id);

struct CandidateName {
  // It obeys designations, and may be moved to the end of the line: its node
  // may be deleted while it waits, and it comes back as the last.
  bool movable = false;
  std::string id;  // may be empty
};
CandidateName ParseCandidateName(std::string_view node_name);

// Who the candidate is to a designation: by the name of its node, else by its
// data, if that can be a name; else empty.
std::string CandidateId(std::string_view node_name, std::string_view data);

}  // namespace roster::coordination
