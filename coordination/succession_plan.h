#pragma once

#include <string>
#include <vector>

#include "model/designation.h"

namespace roster::coordination {

// A candidate as others see it.
struct SeenCandidate {
  std::string node;      // name of its node
  std::string id;        // empty: cannot be told
  bool movable = false;  // see CandidateName
};

// What whoever is the first in the line of an election has to do.
struct SuccessionPlan {
  enum class Step {
    kLead,     // lead, or go on leading
    kMove,     // send `nodes` to the end of the line, then look again
    kHandOver  // leave the line to nodes.front(), which is the next
  };

  Step step = Step::kLead;
  std::vector<std::string> nodes;
  // Who should lead instead; empty with kLead.
  std::string successor;
  // kLead, because somebody stands between who should lead and may not be
  // moved: this is its node.
  std::string obstacle;
};

// Whom the designation prefers follows by being the next when the first
// resigns: so the line alone says who leads, to those too that know nothing of
// designations, and each leader's czxid is above that of the one before it.
// Those in between have to go behind it first.
//
//   line      the candidates, earliest first; the first one asks
//   leading   it acts as leader already. Then it gives way only if the
//             designation says so (kImmediate); before that, always.
//
// Nothing is done as long as somebody in between may not be moved: it would
// lead instead, and not give way. Of several nodes with the same id the
// earliest counts. Pure.
SuccessionPlan PlanSuccession(const model::Designation& designation,
                              const std::vector<SeenCandidate>& line,
                              bool leading);

}  // namespace roster::coordination
