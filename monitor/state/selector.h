#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// Selector is a parsed member filter: requirements joined by commas, all of
// which a member must meet. It has the habits of kubectl's label selectors.
//
//   zone=a,role!=db          labels; == is the same as =
//   zone in (a,b)            one of them; also zone=a|b
//   zone notin (a,b)         none of them; true also without the label
//   canary  /  !canary       the label exists / does not
//   status=LOST|UP           status, service, name, version and cluster are the
//   name=web-*               member's own; name takes * and ?
//   label.status=x           a label that is called like one of those
//
// The grammar and all rules: docs/selectors.md.
//
// Parsing is linear in the text. Matching costs at most the sum of the
// products of each pattern's and the name's length: no pattern blows up.
// Thread-safety: immutable once parsed.
class Selector {
 public:
  static constexpr size_t kMaxBytes = 4096;

  // Matches every member.
  Selector() = default;

  // InvalidArgument saying what is wrong and at which column (counted in
  // characters from 1). Empty or blank text, and "*", match every member.
  static absl::StatusOr<Selector> Parse(std::string_view text);

  bool Matches(const Member& member) const;
  bool MatchesAll() const { return requirements_.empty(); }
  // Whether what it matches depends on the members' status.
  bool AsksStatus() const;
  // As it was given to Parse().
  const std::string& text() const { return text_; }

 private:
  friend class SelectorParser;

  enum class Field { kLabel, kStatus, kService, kName, kVersion, kCluster };

  struct Requirement {
    Field field = Field::kLabel;
    std::string label;  // with kLabel
    // Whether meeting `exists` or the values counts as met or as not met.
    bool negated = false;
    bool exists = false;              // asks only whether the field is there
    std::vector<std::string> values;  // sorted
    std::vector<std::string> globs;   // for GlobMatches()
    uint32_t statuses = 0;            // bit per MemberStatus
  };

  static bool Meets(const Requirement& requirement, const Member& member);

  std::string text_;
  std::vector<Requirement> requirements_;
};

// True if no selector can tell `a` from `b`.
bool SameForSelectors(const Member& a, const Member& b);

// Whether `text` matches `pattern`, in which '*' is any run of characters and
// '?' any one character. Source: the greedy two-cursor match, which returns to
// the last star only; see Russ Cox, "Glob Matching Can Be Simple And Fast Too".
bool GlobMatches(std::string_view pattern, std::string_view text);

}  // namespace roster::monitor
