#include "monitor/control/order_edit.h"

#include <algorithm>
#include <utility>

#include "base/error_details.h"
#include "base/strings.h"
#include "model/timestamp.h"

namespace roster::monitor {
namespace {

// The time that is meant by a duration from `now` or a time.
absl::Time Resolve(const std::optional<absl::Duration>& after,
                   const std::optional<absl::Time>& at, absl::Time now) {
  if (after) return now + *after;
  return at.value_or(absl::InfiniteFuture());
}

absl::Status Past(std::string_view field, absl::Time time) {
  return base::WithBadField(
      absl::InvalidArgumentError(base::StrCat(
          field, ": ", model::FormatSeconds(time), " is in the past")),
      field);
}

}  // namespace

absl::StatusOr<model::Hold> MakeHold(const HoldTerms& terms, std::string id,
                                     absl::Time now) {
  model::Hold hold{.id = std::move(id),
                   .owner = terms.owner,
                   .mode = terms.mode,
                   .reason = terms.reason,
                   .ticket = terms.ticket,
                   .created_at = now};
  hold.deadline = Resolve(terms.drain_timeout, terms.deadline, now);
  hold.expires_at = Resolve(terms.expire_after, terms.expires_at, now);
  if (hold.deadline < now) return Past("deadline", hold.deadline);
  if (hold.expires_at <= now) return Past("expires_at", hold.expires_at);
  return hold;
}

absl::StatusOr<model::Order> PlaceHold(const model::Order& order,
                                       model::Hold& hold) {
  model::Order next = order;
  ++next.epoch;
  const auto own =
      std::find_if(next.holds.begin(), next.holds.end(),
                   [&](const auto& one) { return one.owner == hold.owner; });
  if (own != next.holds.end()) {
    hold.id = own->id;
    hold.created_at = own->created_at;
    *own = hold;
    return next;
  }
  if (next.holds.size() >= model::kMaxHolds)
    return base::WithReason(absl::ResourceExhaustedError(base::StrCat(
                                "it has ", next.holds.size(),
                                " holds already, the most there may "
                                "be; release one first")),
                            "TOO_MANY_HOLDS");
  next.holds.push_back(hold);
  return next;
}

bool HoldFilter::Matches(const model::Hold& hold) const {
  if (expired_by && hold.expires_at > *expired_by) return false;
  if (all) return true;
  if (!ids.empty())
    return std::find(ids.begin(), ids.end(), hold.id) != ids.end();
  return hold.owner == owner;
}

std::optional<model::Order> ReleaseHolds(const model::Order& order,
                                         const HoldFilter& filter,
                                         std::vector<std::string>& released) {
  model::Order next = order;
  released.clear();
  for (const model::Hold& hold : order.holds)
    if (filter.Matches(hold)) released.push_back(hold.id);
  if (released.empty()) return std::nullopt;
  std::erase_if(next.holds,
                [&](const model::Hold& hold) { return filter.Matches(hold); });
  ++next.epoch;
  return next;
}

}  // namespace roster::monitor
