#include "monitor/state/selector.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/member_status.h"

namespace roster::monitor {
namespace {

constexpr std::string_view kLabelPrefix = "label.";
// What ends a bare word, beside white space.
constexpr std::string_view kSpecial = ",=!()|\"";

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

size_t NextCharacter(std::string_view text, size_t at) {
  do ++at;
  while (at < text.size() && IsContinuation(text[at]));
  return at;
}

std::string StatusNames() {
  return absl::StrJoin(model::kAllMemberStatuses, ", ",
                       [](std::string* out, model::MemberStatus status) {
                         out->append(model::MemberStatusName(status));
                       });
}

}  // namespace

// One pass over the text, no look-ahead beyond one word.
class SelectorParser {
 public:
  explicit SelectorParser(std::string_view text) : text_(text) {}

  absl::StatusOr<std::vector<Selector::Requirement>> Parse() {
    std::vector<Selector::Requirement> requirements;
    if (absl::StripAsciiWhitespace(base::ToAbsl(text_)) == "*")
      return requirements;
    SkipSpace();
    if (AtEnd()) return requirements;
    while (true) {
      ROSTER_ASSIGN_OR_RETURN(auto requirement, ParseRequirement());
      requirements.push_back(std::move(requirement));
      SkipSpace();
      if (AtEnd()) return requirements;
      if (!Take(','))
        return Error(base::StrCat("expected ',' before ", Here()), at_);
    }
  }

 private:
  using Field = Selector::Field;
  using Requirement = Selector::Requirement;

  struct Value {
    std::string text;
    bool quoted = false;
    size_t column_at = 0;
  };

  absl::StatusOr<Requirement> ParseRequirement() {
    SkipSpace();
    Requirement requirement;
    if (Take('!')) {
      requirement.negated = true;
      SkipSpace();
    }
    const size_t key_at = at_;
    const std::string_view key = TakeWord();
    if (key.empty())
      return Error(base::StrCat("expected a key, found ", Here()), key_at);
    ROSTER_RETURN_IF_ERROR(SetKey(key, key_at, requirement));
    SkipSpace();
    if (AtEnd() || Peek() == ',') {
      requirement.exists = true;
      return requirement;
    }
    if (requirement.negated)
      return Error(
          base::StrCat("'!", key, "' takes no operator, found ", Here()), at_);
    ROSTER_RETURN_IF_ERROR(ParseValues(requirement));
    std::sort(requirement.values.begin(), requirement.values.end());
    return requirement;
  }

  absl::Status SetKey(std::string_view key, size_t key_at,
                      Requirement& requirement) {
    if (key.starts_with(kLabelPrefix)) {
      key.remove_prefix(kLabelPrefix.size());
      if (key.empty())
        return Error("expected a label's name after 'label.'", at_);
      requirement.label = std::string(key);
    } else if (key == "status") {
      requirement.field = Field::kStatus;
    } else if (key == "service") {
      requirement.field = Field::kService;
    } else if (key == "name") {
      requirement.field = Field::kName;
    } else if (key == "version") {
      requirement.field = Field::kVersion;
    } else if (key == "cluster") {
      requirement.field = Field::kCluster;
    } else if (key.find_first_of("*?") != key.npos) {
      return Error(base::StrCat("a key takes no wildcards: '", key, "'"),
                   key_at);
    } else {
      requirement.label = std::string(key);
    }
    return absl::OkStatus();
  }

  absl::Status ParseValues(Requirement& requirement) {
    const size_t operator_at = at_;
    if (Take('=')) {
      Take('=');
      return ParseAlternatives("=", requirement);
    }
    if (Take('!')) {
      if (!Take('='))
        return Error(base::StrCat("expected '=' after '!', found ", Here()),
                     at_);
      requirement.negated = true;
      return ParseAlternatives("!=", requirement);
    }
    const std::string_view word = TakeWord();
    if (word != "in" && word != "notin") {
      at_ = operator_at;
      return Error(
          base::StrCat("expected =, ==, !=, in, notin or ',', found ", Here()),
          operator_at);
    }
    requirement.negated = word == "notin";
    return ParseSet(word, requirement);
  }

  // value [| value]...
  absl::Status ParseAlternatives(std::string_view op,
                                 Requirement& requirement) {
    do {
      ROSTER_ASSIGN_OR_RETURN(Value value, TakeValue(op));
      ROSTER_RETURN_IF_ERROR(AddValue(std::move(value), requirement));
      SkipSpace();
    } while (Take('|'));
    return absl::OkStatus();
  }

  // (value [, value]...)
  absl::Status ParseSet(std::string_view op, Requirement& requirement) {
    SkipSpace();
    const size_t open_at = at_;
    if (!Take('('))
      return Error(
          base::StrCat("expected '(' after '", op, "', found ", Here()), at_);
    do {
      ROSTER_ASSIGN_OR_RETURN(Value value, TakeValue("("));
      ROSTER_RETURN_IF_ERROR(AddValue(std::move(value), requirement));
      SkipSpace();
    } while (Take(','));
    if (!Take(')')) {
      return AtEnd()
                 ? Error("this '(' is never closed", open_at)
                 : Error(base::StrCat("expected ',' or ')', found ", Here()),
                         at_);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Value> TakeValue(std::string_view after) {
    SkipSpace();
    Value value{.column_at = at_};
    if (Take('"')) {
      value.quoted = true;
      while (true) {
        if (AtEnd()) return Error("this '\"' is never closed", value.column_at);
        char c = text_[at_++];
        if (c == '"') return value;
        if (c == '\\' && !AtEnd()) c = text_[at_++];
        value.text += c;
      }
    }
    value.text = std::string(TakeWord());
    if (value.text.empty())
      return Error(
          base::StrCat("expected a value after '", after, "', found ", Here()),
          value.column_at);
    return value;
  }

  absl::Status AddValue(Value value, Requirement& requirement) {
    if (requirement.field == Field::kStatus) {
      const auto status = model::ParseMemberStatus(value.text);
      if (!status) {
        return Error(base::StrCat("no such status: '", value.text,
                                  "'; there are ", StatusNames()),
                     value.column_at);
      }
      requirement.statuses |= 1u << static_cast<int>(*status);
    } else if (requirement.field == Field::kName && !value.quoted &&
               value.text.find_first_of("*?") != value.text.npos) {
      requirement.globs.push_back(std::move(value.text));
    } else {
      requirement.values.push_back(std::move(value.text));
    }
    return absl::OkStatus();
  }

  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }
  bool Take(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    return true;
  }
  void SkipSpace() {
    while (!AtEnd() && absl::ascii_isspace(Peek())) ++at_;
  }
  std::string_view TakeWord() {
    const size_t start = at_;
    while (!AtEnd() && !absl::ascii_isspace(Peek()) &&
           kSpecial.find(Peek()) == kSpecial.npos)
      ++at_;
    return text_.substr(start, at_ - start);
  }

  // What stands at the cursor, for messages.
  std::string Here() const {
    if (AtEnd()) return "the end";
    return base::StrCat("'", text_.substr(at_, NextCharacter(text_, at_) - at_),
                        "'");
  }

  absl::Status Error(std::string_view what, size_t at) const {
    const std::string_view before = text_.substr(0, at);
    const auto column =
        1 + std::count_if(before.begin(), before.end(),
                          [](char c) { return !IsContinuation(c); });
    return absl::InvalidArgumentError(
        base::StrCat("selector: ", what, ", at column ", column));
  }

  const std::string_view text_;
  size_t at_ = 0;
};

absl::StatusOr<Selector> Selector::Parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return absl::InvalidArgumentError(base::StrCat(
        "selector: ", text.size(), " bytes are over the limit of ", kMaxBytes));
  }
  Selector selector;
  selector.text_ = std::string(text);
  ROSTER_ASSIGN_OR_RETURN(selector.requirements_, SelectorParser(text).Parse());
  return selector;
}

bool Selector::AsksStatus() const {
  return std::any_of(requirements_.begin(), requirements_.end(),
                     [](const Requirement& requirement) {
                       return requirement.field == Field::kStatus;
                     });
}

bool Selector::Matches(const Member& member) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&](const Requirement& requirement) {
                       return Meets(requirement, member) != requirement.negated;
                     });
}

bool Selector::Meets(const Requirement& requirement, const Member& member) {
  const std::string* value = nullptr;
  switch (requirement.field) {
    case Field::kLabel: {
      const auto label = member.record.labels.find(requirement.label);
      if (label == member.record.labels.end()) return false;
      value = &label->second;
      if (requirement.exists) return true;
      break;
    }
    case Field::kStatus:
      return requirement.exists ||
             (requirement.statuses >> static_cast<int>(member.status) & 1) != 0;
    case Field::kService:
      value = &member.record.service;
      break;
    case Field::kName:
      value = &member.name;
      break;
    case Field::kVersion:
      value = &member.record.version;
      break;
    case Field::kCluster:
      value = &*member.cluster;
      break;
  }
  if (requirement.exists) return !value->empty();
  return std::binary_search(requirement.values.begin(),
                            requirement.values.end(), *value) ||
         std::any_of(requirement.globs.begin(), requirement.globs.end(),
                     [&](const std::string& glob) {
                       return GlobMatches(glob, *value);
                     });
}

bool SameForSelectors(const Member& a, const Member& b) {
  return a.status == b.status && a.name == b.name && a.cluster == b.cluster &&
         a.record.service == b.record.service &&
         a.record.version == b.record.version &&
         a.record.labels == b.record.labels;
}

bool GlobMatches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  std::optional<size_t> star;  // the last star passed
  size_t star_text = 0;        // where what it stands for ends
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      t = NextCharacter(text, t);
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star) {
      // Let the last star take one character more. Earlier stars need not be
      // tried again: what they matched can only be found later, not better.
      p = *star + 1;
      star_text = NextCharacter(text, star_text);
      t = star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace roster::monitor
