#include "monitor/control/duty_record.h"

#include "base/quoted.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kLogAgainAfter = absl::Minutes(10);
// Errors name paths, and those are as long as somebody made them.
constexpr size_t kMaxProblemBytes = 1024;

bool IsPassing(const absl::Status& status) {
  return zk::IsRetryable(status) || absl::IsAborted(status) ||
         absl::IsNotFound(status) || absl::IsAlreadyExists(status);
}

}  // namespace

void DutyRecord::Note(const absl::Status& status, absl::Time now) {
  if (IsPassing(status)) return;
  if (status.ok()) {
    if (problem_.empty()) return;
    base::Log(log_, base::LogLevel::kInfo, "a duty works again duty=", name_);
    problem_.clear();
    pauses_.Reset();
    not_before_ = absl::InfinitePast();
    return;
  }
  ++failures_;
  not_before_ = now + pauses_.Next();
  const std::string text = base::ToValidUtf8(base::Message(status));
  std::string problem =
      base::StrCat(absl::StatusCodeToString(status.code()), ": ",
                   base::TruncateUtf8(text, kMaxProblemBytes));
  if (problem == problem_ && now < logged_at_ + kLogAgainAfter) return;
  base::Log(log_, base::LogLevel::kError, "a duty failed duty=", name_,
            " failures=", failures_.load(), " error=", base::Quoted(problem));
  problem_ = std::move(problem);
  logged_at_ = now;
}

}  // namespace roster::monitor
