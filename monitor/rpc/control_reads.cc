#include "monitor/rpc/control_reads.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "base/odd_character.h"
#include "base/status_macros.h"
#include "monitor/rpc/control_codec.h"
#include "monitor/rpc/find_cluster.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/paging.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/rpc/tokens.h"
#include "monitor/state/budget_check.h"
#include "monitor/state/disobedience.h"

namespace roster::monitor {
namespace {

constexpr PageSizes kHoldPages = {.standard = 1000, .most = 10'000};
constexpr PageSizes kAuditPages = {.standard = 100, .most = 1000};
constexpr PageSizes kOperationPages = {.standard = 100, .most = 1000};

void EncodeMemberHold(const ClusterView& view, const Member& member,
                      const model::Hold& hold, roster::v1::MemberHold* out) {
  out->set_member(member.name);
  out->set_status(EncodeStatus(member.status));
  EncodeHold(hold, out->mutable_hold());
  out->set_overdue(member.status == model::MemberStatus::kDraining &&
                   hold.deadline <= view.as_of);
  if (!member.present) return;
  out->set_note(DisobedienceNote(view, member.name));
  out->set_running_tasks(static_cast<int32_t>(
      std::count_if(member.record.tasks.begin(), member.record.tasks.end(),
                    [](const model::Task& task) {
                      return task.state == model::TaskState::kRunning;
                    })));
}

// Gathers one page of holds. The token is the last hold that was given: the
// next page goes on behind it, or with its member if that hold has ended.
class HoldPage {
 public:
  HoldPage(const ClusterView& view, std::string owner, size_t size,
           std::string digest, roster::v1::ListHoldsResponse* response)
      : view_(view),
        owner_(std::move(owner)),
        size_(size),
        digest_(std::move(digest)),
        response_(response) {}

  // The member's holds behind `after` (""; or not there: all). False: full.
  bool Add(const Member& member, const std::string& after) {
    const auto& holds = member.order->holds;
    auto hold =
        std::find_if(holds.begin(), holds.end(), [&](const model::Hold& one) {
          return !after.empty() && one.id == after;
        });
    hold = hold == holds.end() ? holds.begin() : std::next(hold);
    for (; hold != holds.end(); ++hold) {
      if (!owner_.empty() && hold->owner != owner_) continue;
      if (static_cast<size_t>(response_->holds_size()) == size_ ||
          bytes_ > kMaxPageBytes) {
        const auto& last = *response_->holds().rbegin();
        response_->set_next_page_token(
            PackToken({digest_, last.member(), last.hold().id()}));
        return false;
      }
      roster::v1::MemberHold* const added = response_->add_holds();
      EncodeMemberHold(view_, member, *hold, added);
      bytes_ += added->ByteSizeLong();
    }
    return true;
  }

 private:
  const ClusterView& view_;
  const std::string owner_;
  const size_t size_;
  const std::string digest_;
  roster::v1::ListHoldsResponse* const response_;
  size_t bytes_ = 0;
};

// Names of the members that are meant; neither: none. NotFound for names that
// are not known.
absl::StatusOr<std::vector<std::string>> NamesMeant(
    const ClusterView& view, const roster::v1::ExplainBudgetsRequest& request) {
  std::vector<std::string> names;
  ROSTER_ASSIGN_OR_RETURN(Targets targets,
                          DecodeTargets(request.names(), request.selector()));
  for (const std::string& name : targets.names) {
    if (view.members.Find(name)) continue;
    return base::WithReason(
        absl::NotFoundError(absl::StrCat("cluster '", view.cluster,
                                         "' has no member '", name, "'")),
        "MEMBER_NOT_FOUND", {{"cluster", view.cluster}, {"name", name}});
  }
  if (!targets.names.empty()) return std::move(targets.names);
  ROSTER_ASSIGN_OR_RETURN(const Selector selector,
                          ParseSelector(targets.selector));
  view.members.ForEach([&](const MemberPtr& member) {
    if (selector.Matches(*member)) names.push_back(member->name);
  });
  return names;
}

// Newest first; those of one moment by id.
using OperationPtr = std::shared_ptr<const StoredOperation>;
bool IsNewer(const OperationPtr& a, const OperationPtr& b) {
  if (a->operation.created_at != b->operation.created_at)
    return a->operation.created_at > b->operation.created_at;
  return a->operation.id > b->operation.id;
}

}  // namespace

absl::Status CheckSynced(const ClusterView& view) {
  if (view.synced) return absl::OkStatus();
  return base::WithReason(
      absl::UnavailableError(
          absl::StrCat("the view of cluster '", view.cluster,
                       "' is not complete yet: ", view.disconnect_reason)),
      "VIEW_NOT_SYNCED", {{"cluster", view.cluster}});
}

absl::Status ListHolds(const ClusterView& view, const std::string& view_id,
                       const roster::v1::ListHoldsRequest& request,
                       roster::v1::ListHoldsResponse* response) {
  ROSTER_ASSIGN_OR_RETURN(const Selector selector,
                          ParseSelector(request.selector()));
  ROSTER_ASSIGN_OR_RETURN(const size_t size,
                          PageSize(request.page_size(), kHoldPages));
  const std::string digest = absl::StrCat(Fingerprint(
      PackToken({view.cluster, request.selector(), request.owner()})));
  HoldPage page(view, request.owner(), size, digest, response);
  std::string after;
  bool more = true;
  if (!request.page_token().empty()) {
    ROSTER_ASSIGN_OR_RETURN(const auto fields,
                            UnpackPageToken(request.page_token(), 3));
    if (fields[0] != digest) return PageTokenMismatch();
    after = fields[1];
    const MemberPtr member = view.members.Find(after);
    if (member && selector.Matches(*member))
      more = page.Add(*member, fields[2]);
  }
  if (more) {
    view.members.ForEachAfter(after, [&](const MemberPtr& member) {
      return !member->held() || !selector.Matches(*member) ||
             page.Add(*member, "");
    });
  }
  EncodeViewInfo(view, view_id, response->mutable_view());
  return absl::OkStatus();
}

absl::Status ListBudgets(const ClusterView& view,
                         roster::v1::ListBudgetsResponse* response) {
  ROSTER_RETURN_IF_ERROR(CheckSynced(view));
  for (const BudgetReport& report : CheckBudgets(view, *view.budgets, {}))
    EncodeReport(report, response->add_budgets());
  response->set_problem(view.budgets_problem);
  return absl::OkStatus();
}

absl::Status ExplainBudgets(const ClusterView& view,
                            const roster::v1::ExplainBudgetsRequest& request,
                            roster::v1::ExplainBudgetsResponse* response) {
  ROSTER_RETURN_IF_ERROR(CheckSynced(view));
  response->set_allowed(true);
  std::vector<std::string> asked;
  if (!request.names().empty() ||
      !absl::StripAsciiWhitespace(request.selector()).empty()) {
    ROSTER_ASSIGN_OR_RETURN(asked, NamesMeant(view, request));
    // To the check, nobody means: just how things stand.
    if (asked.empty()) return absl::OkStatus();
  }
  for (const BudgetReport& report : CheckBudgets(view, *view.budgets, asked)) {
    EncodeReport(report, response->add_budgets());
    if (!report.satisfied()) response->set_allowed(false);
  }
  return absl::OkStatus();
}

absl::Status ListOperations(const ClusterView& view, absl::Time now,
                            const roster::v1::ListOperationsRequest& request,
                            roster::v1::ListOperationsResponse* response) {
  ROSTER_RETURN_IF_ERROR(CheckSynced(view));
  ROSTER_ASSIGN_OR_RETURN(const size_t size,
                          PageSize(request.page_size(), kOperationPages));
  const std::string digest = absl::StrCat(Fingerprint(
      PackToken({view.cluster, request.active_only() ? "active" : "all"})));
  auto last = std::make_shared<StoredOperation>();
  const bool resumes = !request.page_token().empty();
  if (resumes) {
    ROSTER_ASSIGN_OR_RETURN(const auto fields,
                            UnpackPageToken(request.page_token(), 3));
    int64_t nanoseconds = 0;
    if (fields[0] != digest || !absl::SimpleAtoi(fields[1], &nanoseconds))
      return PageTokenMismatch();
    last->operation.created_at = absl::FromUnixNanos(nanoseconds);
    last->operation.id = fields[2];
  }
  std::vector<OperationPtr> wanted;
  for (const auto& [id, stored] : *view.operations) {
    if (request.active_only() && stored->problem.empty() &&
        stored->operation.ended())
      continue;
    if (!resumes || IsNewer(last, stored)) wanted.push_back(stored);
  }
  std::sort(wanted.begin(), wanted.end(), IsNewer);
  size_t shown = 0;
  size_t bytes = 0;
  for (; shown < std::min(size, wanted.size()) && bytes <= kMaxPageBytes;
       ++shown) {
    roster::v1::Operation* const added = response->add_operations();
    EncodeOperation(*wanted[shown], view.cluster, OperationDetail::kSummary,
                    now, added);
    bytes += added->ByteSizeLong();
  }
  if (wanted.size() > shown) {
    const model::Operation& given = wanted[shown - 1]->operation;
    response->set_next_page_token(PackToken(
        {digest, absl::StrCat(absl::ToUnixNanos(given.created_at)), given.id}));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const StoredOperation>> FindOperation(
    const ClusterView& view, const std::string& id) {
  ROSTER_RETURN_IF_ERROR(CheckNodeName("id", id));
  ROSTER_RETURN_IF_ERROR(CheckSynced(view));
  const auto found = view.operations->find(id);
  if (found != view.operations->end()) return found->second;
  return base::WithReason(absl::NotFoundError(absl::StrCat(
                              "cluster '", view.cluster, "' has no operation '",
                              base::EscapeOddCharacters(id), "'")),
                          "OPERATION_NOT_FOUND",
                          {{"cluster", view.cluster}, {"id", Shown(id)}});
}

absl::Status GetPolicy(const ClusterView& view,
                       roster::v1::GetPolicyResponse* response) {
  ROSTER_RETURN_IF_ERROR(CheckSynced(view));
  EncodePolicy(*view.policy, response->mutable_policy());
  response->set_problem(view.policy_problem);
  return absl::OkStatus();
}

absl::Status ListMonitors(const ClusterView& view, const std::string& self,
                          roster::v1::ListMonitorsResponse* response) {
  ROSTER_RETURN_IF_ERROR(CheckSynced(view));
  for (size_t i = 0; i < view.monitors->size(); ++i) {
    const MonitorInfo& monitor = (*view.monitors)[i];
    EncodeMonitor(monitor, /*leader=*/i == 0, monitor.id == self,
                  response->add_monitors());
  }
  return absl::OkStatus();
}

std::string AuditDigest(const std::string& cluster,
                        const roster::v1::ListAuditRequest& request) {
  return absl::StrCat(Fingerprint(PackToken(
      {cluster, request.target(), request.actor(), request.action()})));
}

absl::StatusOr<AuditQuery> DecodeAuditQuery(
    const roster::v1::ListAuditRequest& request, const std::string& digest,
    absl::Time deadline) {
  AuditQuery query{.target = request.target(),
                   .actor = request.actor(),
                   .action = request.action(),
                   .deadline = deadline};
  ROSTER_ASSIGN_OR_RETURN(query.limit,
                          PageSize(request.page_size(), kAuditPages));
  if (request.page_token().empty()) return query;
  ROSTER_ASSIGN_OR_RETURN(const auto fields,
                          UnpackPageToken(request.page_token(), 2));
  if (fields[0] != digest || !absl::SimpleAtoi(fields[1], &query.before))
    return PageTokenMismatch();
  return query;
}

}  // namespace roster::monitor
