#include "monitor/gateway/watch_stream.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/strings.h"
#include "monitor/gateway/json.h"
#include "monitor/http/sse.h"
#include "monitor/rpc/control_codec.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/monotonic.h"
#include "monitor/rpc/tokens.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using Kind = MemberStep::Kind;

// What one write takes at most, about: others wait for as long as it is made.
constexpr size_t kMaxBytes = 32 * 1024;
constexpr size_t kFetchEvents = 64;
constexpr int kRetryMilliseconds = 1'000;
// A bound on what batches take, of kMaxBytes each.
constexpr size_t kMaxBatches = 256;

std::string NameJson(const std::string& name) {
  using ErrorHandler = nlohmann::json::error_handler_t;
  return nlohmann::json({{"name", name}})
      .dump(-1, ' ', false, ErrorHandler::replace);
}

}  // namespace

WatchStream::WatchStream(WatchHub& hub, const WatchedCluster& cluster,
                         WatchQuery query)
    : hub_(hub),
      cluster_(cluster),
      query_(std::move(query)),
      filter_{.cluster = cluster.name, .member = query_.member},
      id_prefix_(absl::StrCat(query_.Kind(), "/",
                              cluster.hub->TokenPrefixFor(query_.selector))) {
  const std::optional<Position> resume = ReadId(query_.last_id);
  sequence_ = hub_.events_.newest();
  if (resume) {
    sequence_ = resume->sequence;
  } else if (query_.from_oldest) {
    sequence_ = std::max<uint64_t>(hub_.events_.oldest(), 1) - 1;
  } else if (!query_.last_id.empty()) {
    reset_reason_ = "HISTORY_OF_ANOTHER_RUN";
  }
  if (query_.members) OpenCursor(resume);
}

WatchStream::~WatchStream() {
  if (number_ != 0) hub_.Leave(number_);
}

void WatchStream::OpenCursor(const std::optional<Position>& resume) {
  const std::string token =
      resume ? MakeResumeToken(cluster_.hub->TokenPrefixFor(query_.selector),
                               resume->revision)
             : "";
  auto cursor = cluster_.hub->OpenCursor(query_.selector, token);
  // Only a token that is none is refused, and ours are made here.
  if (cursor.ok()) members_.emplace(*std::move(cursor));
  resumable_ = false;
}

std::optional<WatchStream::Position> WatchStream::ReadId(
    const std::string& id) const {
  const size_t colon = id.rfind(':');
  if (colon == std::string::npos || id.substr(0, colon) != id_prefix_)
    return std::nullopt;
  const std::vector<std::string> numbers =
      absl::StrSplit(id.substr(colon + 1), '.');
  Position position;
  if (numbers.size() != 2 ||
      !absl::SimpleAtoi(numbers[0], &position.revision) ||
      !absl::SimpleAtoi(numbers[1], &position.sequence) ||
      position.sequence > hub_.events_.newest())
    return std::nullopt;
  return position;
}

std::string WatchStream::Id() const {
  if (!resumable_) return "";
  return absl::StrCat(id_prefix_, ":", members_ ? members_->revision() : 0, ".",
                      sequence_);
}

void WatchStream::Begin(std::function<void()> wake) {
  wake_ = std::move(wake);
  number_ = hub_.Enter(this);
}

std::optional<std::string> WatchStream::Next() {
  std::string out = CanShare() ? NextShared() : NextOwn();
  const absl::Time now = MonotonicNow();
  if (!begun_) {
    begun_ = true;
    // With members the cursor says it.
    if (!members_) AppendBookmark(&out);
  } else if (out.empty() && now - sent_at_ >= hub_.options_.heartbeat) {
    AppendBookmark(&out);
  }
  if (!out.empty()) sent_at_ = now;
  return out;
}

bool WatchStream::CanShare() const {
  return begun_ && resumable_ && reset_reason_.empty() && members_ &&
         members_->live() &&
         (!query_.operations ||
          cluster_.view()->operations == seen_operations_);
}

std::string WatchStream::NextShared() {
  const std::string key = absl::StrCat(Id(), "/", query_.member);
  const ChangeRing::Cursor begin = members_->place();
  if (const auto found = hub_.batches_.find(key);
      found != hub_.batches_.end() && found->second.begin == begin) {
    members_->MoveTo(found->second.end);
    sequence_ = found->second.end_sequence;
    return *found->second.text;
  }
  auto text = std::make_shared<const std::string>(NextOwn());
  // Unless it fell off the ring and begins anew, which is its own affair.
  if (members_->live()) {
    if (hub_.batches_.size() >= kMaxBatches) hub_.batches_.clear();
    hub_.batches_[key] = {.begin = begin,
                          .end = members_->place(),
                          .end_sequence = sequence_,
                          .text = text};
  }
  return *text;
}

std::string WatchStream::NextOwn() {
  std::string out;
  if (!begun_) AppendSseRetry(kRetryMilliseconds, &out);
  if (members_) AppendMembers(&out);
  // After the snapshot: an id could not yet say what of both was seen.
  if (resumable_) {
    if (query_.events && out.size() < kMaxBytes) AppendEvents(&out);
    if (query_.operations) AppendOperations(&out);
  }
  return out;
}

void WatchStream::AppendMembers(std::string* out) {
  while (out->size() < kMaxBytes) {
    const std::optional<MemberStep> step =
        members_->Next(/*bookmark_due=*/false);
    if (!step) return;
    resumable_ = step->resumable;
    AppendStep(*step, out);
  }
}

void WatchStream::AppendStep(const MemberStep& step, std::string* out) {
  switch (step.kind) {
    case Kind::kReset:
      AppendReset("members", "", out);
      return;
    case Kind::kSynced:
      AppendSseEvent("synced", Id(), "{}", out);
      return;
    case Kind::kBookmark:
      AppendBookmark(out);
      return;
    case Kind::kMember:
      AppendSseEvent("member", Id(), *hub_.texts_.Of(step.member), out);
      return;
    case Kind::kRemoved:
      AppendSseEvent("removed", Id(), NameJson(step.change->key()), out);
      return;
    case Kind::kView:
      // The newest serves as well as the one of the step: it is seldom another,
      // and if so its own step follows.
      AppendSseEvent("view", Id(), ViewJson(*cluster_.view()), out);
      return;
  }
}

void WatchStream::AppendEvents(std::string* out) {
  if (!reset_reason_.empty())
    AppendReset("events", std::exchange(reset_reason_, ""), out);
  while (out->size() < kMaxBytes) {
    const auto events = ReadEventsAfter(hub_.events_, sequence_, kFetchEvents);
    if (!events.ok()) {
      sequence_ = hub_.events_.newest();
      AppendReset("events", base::DetailsOf(events.status()).reason, out);
      return;
    }
    if (events->empty()) return;
    for (const EventPtr& event : *events) {
      sequence_ = event->sequence;
      if (!filter_.Matches(*event)) continue;
      AppendSseEvent("event", Id(), *hub_.texts_.Of(event, hub_.events_.id()),
                     out);
    }
  }
}

void WatchStream::AppendOperations(std::string* out) {
  const ClusterViewPtr view = cluster_.view();
  if (view->operations == seen_operations_) return;
  seen_operations_ = view->operations;
  for (const auto& [id, stored] : *view->operations) {
    auto& seen = operations_[id];
    // What is read anew is another object.
    if (seen == stored) continue;
    seen = stored;
    roster::v1::Operation operation;
    EncodeOperation(*stored, view->cluster, OperationDetail::kWithMembers,
                    absl::Now(), &operation);
    AppendSseEvent("operation", Id(), ToJson(operation), out);
  }
  // Those that are no longer kept.
  std::erase_if(operations_, [&](const auto& entry) {
    return view->operations->count(entry.first) == 0;
  });
}

void WatchStream::AppendBookmark(std::string* out) {
  AppendSseEvent("bookmark", Id(),
                 base::StrCat("{\"view\":", ViewJson(*cluster_.view()), "}"),
                 out);
}

void WatchStream::AppendReset(std::string_view what, std::string_view reason,
                              std::string* out) {
  AppendSseEvent(
      "reset", "",
      base::StrCat("{\"what\":\"", what, "\",\"reason\":\"", reason, "\"}"),
      out);
}

std::string WatchStream::ViewJson(const ClusterView& view) const {
  roster::v1::ViewInfo info;
  EncodeViewInfo(view, hub_.options_.view_id, &info);
  return ToJson(info);
}

}  // namespace roster::monitor
