#include "coordination/candidate_name.h"

#include "base/strings.h"
#include "model/paths.h"

namespace roster::coordination {
namespace {

constexpr std::string_view kPrefix = "_c_";
constexpr size_t kUuidLength = 36;

}  // namespace

std::string CandidateTag(std::string_view id) { return base::StrCat("-", id); }

CandidateName ParseCandidateName(std::string_view node_name) {
  constexpr size_t kTag = kPrefix.size() + kUuidLength;
  const size_t marker = node_name.rfind(kLatchMarker);
  if (!node_name.starts_with(kPrefix) || marker == node_name.npos ||
      marker <= kTag || node_name[kTag] != '-')
    return {};
  return {.movable = true,
          .id = std::string(node_name.substr(kTag + 1, marker - kTag - 1))};
}

std::string CandidateId(std::string_view node_name, std::string_view data) {
  CandidateName name = ParseCandidateName(node_name);
  if (name.movable) return std::move(name.id);
  return model::ValidateMemberName(data).ok() ? std::string(data) : "";
}

}  // namespace roster::coordination
