#include "cli/wait_offline.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/follow.h"
#include "cli/follow_members.h"
#include "cli/live_table.h"
#include "cli/member_mirror.h"
#include "cli/printer_operations.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/terminal.h"
#include "cli/text.h"
#include "roster/v1/control.grpc.pb.h"

namespace roster::cli {
namespace {

using roster::v1::Member;

// What a watch is ended with when there is no more to wait for. Nobody sees it.
absl::Status Enough() { return absl::CancelledError("enough was seen"); }

absl::Status OverLimit(const WaitOptions& options, std::string_view what) {
  return absl::DeadlineExceededError(
      base::StrCat(what, " after ", HumanDuration(options.limit),
                   "; the orders stand, look again with 'rosterctl holds'"));
}

// A selector for these names, or "" (all members) if they cannot be written as
// one: the watch then gets more than it needs, and works all the same.
std::string SelectorFor(const std::map<std::string, int64_t>& orders) {
  constexpr size_t kMaxBytes = 4000;
  std::vector<std::string> names;
  for (const auto& [name, epoch] : orders) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
      return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
    });
    if (!plain) return "";
    names.push_back(name);
  }
  const std::string selector =
      base::StrCat("name in (", absl::StrJoin(names, ","), ")");
  return selector.size() > kMaxBytes ? "" : selector;
}

// DrainWatch follows members until they are offline.
class DrainWatch {
 public:
  DrainWatch(const std::map<std::string, int64_t>& orders,
             const WaitOptions& options)
      : orders_(orders),
        options_(options),
        give_up_(absl::Now() + options.limit),
        table_(Columns(), !options.quiet && IsLive(), options.color,
               [this](size_t limit) { return Paint(limit); }) {}

  absl::Status Run(Client& client) {
    const absl::Status status = FollowMembers(
        client, options_.cluster, SelectorFor(orders_), table_,
        [this](const auto& message) { return Take(message); },
        [this] {
          return absl::Now() > give_up_
                     ? OverLimit(options_, "not all are offline")
                     : absl::OkStatus();
        });
    if (Interrupt::Signal() != 0) {
      Complain(
          "no longer watching; the orders stand, and members go on draining");
      return absl::CancelledError("interrupted");
    }
    if (!done_) return status;
    if (!vanished_.empty())
      return absl::FailedPreconditionError(base::StrCat(
          "vanished before it was drained, so its work may be lost: ",
          Visible(absl::StrJoin(vanished_, ", "))));
    return released_.empty() ? absl::OkStatus()
                             : absl::FailedPreconditionError(base::StrCat(
                                   "no longer held, so not offline: ",
                                   Visible(absl::StrJoin(released_, ", "))));
  }

 private:
  static std::vector<Column> Columns() {
    return {{.header = "NAME", .max_width = 63},
            {.header = "STATUS", .stream_width = 8},
            {.header = "TASKS", .stream_width = 5},
            {.header = "DOING", .max_width = 30, .stream_width = 16},
            {.header = "DEADLINE", .ticking = true}};
  }

  static std::vector<Cell> Row(const Member& member) {
    int running = 0;
    for (const auto& task : member.tasks())
      running += task.state() == v1::TASK_STATE_RUNNING;
    absl::Time deadline = absl::InfiniteFuture();
    for (const auto& hold : member.desired().holds())
      if (hold.has_deadline())
        deadline = std::min(deadline, ToTime(hold.deadline()));
    const absl::Duration left = deadline - absl::Now();
    const bool offline = member.status() == v1::MEMBER_STATUS_OFFLINE;
    std::string due = "-";
    if (!offline && deadline < absl::InfiniteFuture())
      due = left > absl::ZeroDuration() ? HumanDuration(left) : "OVERDUE";
    return {{member.name()},
            {StatusName(member.status()), StatusColor(member.status())},
            {member.present() ? base::StrCat(running) : "-"},
            {Doing(member)},
            {due, due == "OVERDUE" ? Color::kRed : Color::kNone}};
  }

  absl::Status Take(const roster::v1::WatchMembersResponse& message) {
    const MemberMirror::Changes changes = mirror_.Apply(message);
    if (changes.view) {
      table_.MakeWay();
      staleness_.Tell(mirror_.view());
    }
    if (!mirror_.complete()) return absl::OkStatus();
    if (!options_.quiet && !table_.live()) {
      for (const std::string& name : changes.changed) {
        if (orders_.contains(name))
          table_.Stage(name, Row(mirror_.members().at(name)));
      }
      ROSTER_RETURN_IF_ERROR(table_.Flush());
    }
    table_.Invalidate();
    done_ = Done();
    return done_ ? Enough() : absl::OkStatus();
  }

  // It was there when it was ordered offline, and went without having said that
  // it was drained, though it could have.
  static bool VanishedAtWork(const Member& member) {
    return !member.present() && member.has_applied_epoch() &&
           member.reported_state() != v1::REPORTED_STATE_DRAINED &&
           member.reported_state() != v1::REPORTED_STATE_LEAVING &&
           ToTime(member.departed_at()) >
               ToTime(member.desired().holds(0).created_at());
  }

  // Nobody is left to wait for.
  bool Done() {
    released_.clear();
    vanished_.clear();
    for (const auto& [name, epoch] : orders_) {
      const auto found = mirror_.members().find(name);
      // Never seen, or the view does not have our order yet.
      if (found == mirror_.members().end()) return false;
      const Member& member = found->second;
      if (member.desired().epoch() < epoch) return false;
      if (member.desired().holds().empty())
        released_.push_back(name);
      else if (member.status() != v1::MEMBER_STATUS_OFFLINE)
        return false;
      else if (VanishedAtWork(member))
        vanished_.push_back(name);
    }
    return true;
  }

  LiveTable::Picture Paint(size_t limit) const {
    std::vector<const Member*> shown;
    for (const auto& [name, member] : mirror_.members())
      if (orders_.contains(name)) shown.push_back(&member);
    // Those that are waited for come first.
    std::stable_partition(shown.begin(), shown.end(), [](const Member* member) {
      return member->status() != v1::MEMBER_STATUS_OFFLINE;
    });
    LiveTable::Picture picture = {.total = shown.size()};
    for (size_t i = 0; i < std::min(limit, shown.size()); ++i)
      picture.rows.push_back(Row(*shown[i]));
    return picture;
  }

  const std::map<std::string, int64_t>& orders_;
  const WaitOptions& options_;
  const absl::Time give_up_;
  MemberMirror mirror_;
  StalenessTeller staleness_;
  LiveTable table_;
  std::vector<std::string> released_;
  std::vector<std::string> vanished_;
  bool done_ = false;
};

// OperationWatch follows an operation until it has ended.
class OperationWatch {
 public:
  OperationWatch(std::string id, const WaitOptions& options)
      : id_(std::move(id)),
        options_(options),
        give_up_(absl::Now() + options.limit),
        table_(Columns(), !options.quiet && IsLive(), options.color,
               [this](size_t limit) { return Paint(limit); }) {}

  absl::Status Run(Client& client) {
    v1::WatchOperationRequest request;
    request.set_cluster(options_.cluster);
    request.set_id(id_);
    Follower<v1::WatchOperationRequest, v1::WatchOperationResponse,
             Client::ControlStub>
        follower(client, &Client::ControlStub::PrepareAsyncWatchOperation,
                 {.on_message =
                      [this](const auto& message) {
                        return Take(message.operation());
                      },
                  .on_tick =
                      [this] {
                        if (absl::Now() > give_up_)
                          return OverLimit(options_, "it has not ended");
                        return table_.Tick();
                      },
                  .on_notice =
                      [this](const std::string& notice) {
                        table_.MakeWay();
                        Complain(notice);
                      }});
    const absl::Status status = follower.Run(request);
    ROSTER_RETURN_IF_ERROR(table_.Finish());
    if (Interrupt::Signal() != 0) {
      Complain(base::StrCat("no longer watching; operation ", id_,
                            " goes on by itself"));
      return absl::CancelledError("interrupted");
    }
    return ended_ ? Outcome() : status;
  }

 private:
  static std::vector<Column> Columns() {
    return {{.header = "NAME", .max_width = 63},
            {.header = "STEP", .stream_width = 10},
            {.header = "FOR", .stream_width = 6, .ticking = true},
            {.header = "NOTE", .max_width = 60}};
  }

  static std::vector<Cell> Row(const v1::OperationMember& member) {
    return {{member.name()},
            {OperationStepName(member.step())},
            {Age(member.since(), absl::Now())},
            {member.problem()}};
  }

  // The operation as a whole, as one more row.
  std::vector<Cell> Summary() const {
    std::string note = OperationProgress(operation_);
    if (operation_.has_expected_end()) {
      note += base::StrCat(
          ", ends in ",
          HumanDuration(ToTime(operation_.expected_end()) - absl::Now()));
    }
    for (const std::string& why : {operation_.waiting(), operation_.problem()})
      if (!why.empty()) note += base::StrCat("; ", why);
    return {{operation_.id()},
            {OperationStateName(operation_.state()),
             OperationStateColor(operation_.state())},
            {Age(operation_.started_at(), absl::Now())},
            {std::move(note)}};
  }

  absl::Status Take(const v1::Operation& operation) {
    operation_ = operation;
    ended_ = operation.has_ended_at();
    table_.Invalidate();
    if (!options_.quiet && !table_.live()) {
      for (const auto& member : operation.members())
        if (member.step() != v1::OPERATION_STEP_PENDING)
          table_.Stage(member.name(), Row(member));
      std::vector<Cell> summary = Summary();
      summary[3].text = OperationProgress(operation_);
      table_.Stage(operation.id(), std::move(summary));
      ROSTER_RETURN_IF_ERROR(table_.Flush());
    }
    return ended_ ? Enough() : absl::OkStatus();
  }

  absl::Status Outcome() const {
    if (operation_.state() == v1::OPERATION_STATE_SUCCEEDED)
      return absl::OkStatus();
    return absl::AbortedError(Visible(base::StrCat(
        "operation ", id_, " ended ", OperationStateName(operation_.state()),
        operation_.problem().empty() ? "" : ": ", operation_.problem(),
        operation_.waiting().empty() ? "" : "; ", operation_.waiting())));
  }

  LiveTable::Picture Paint(size_t limit) const {
    LiveTable::Picture picture = {
        .rows = {Summary()},
        .total = static_cast<size_t>(operation_.members_size()) + 1};
    const auto add = [&](auto wanted) {
      for (const auto& member : operation_.members()) {
        if (picture.rows.size() >= limit) return;
        if (wanted(member.step())) picture.rows.push_back(Row(member));
      }
    };
    const auto moves = [](v1::OperationStep step) {
      return step == v1::OPERATION_STEP_DRAINING ||
             step == v1::OPERATION_STEP_RESTARTING ||
             step == v1::OPERATION_STEP_VERIFYING;
    };
    const auto failed = [](v1::OperationStep step) {
      return step == v1::OPERATION_STEP_FAILED;
    };
    // What moves, what went wrong, then the rest, as far as there is room.
    add(moves);
    add(failed);
    add([&](v1::OperationStep step) { return !moves(step) && !failed(step); });
    return picture;
  }

  const std::string id_;
  const WaitOptions& options_;
  const absl::Time give_up_;
  v1::Operation operation_;
  LiveTable table_;
  bool ended_ = false;
};

}  // namespace

absl::Status WaitOffline(Client& client,
                         const std::map<std::string, int64_t>& orders,
                         const WaitOptions& options) {
  if (orders.empty()) return absl::OkStatus();
  return DrainWatch(orders, options).Run(client);
}

absl::Status WaitOperation(Client& client, const std::string& id,
                           const WaitOptions& options) {
  return OperationWatch(id, options).Run(client);
}

}  // namespace roster::cli
