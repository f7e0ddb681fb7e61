#include "monitor/control/inspector.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/control/barrier_reader.h"
#include "monitor/control/coordination_commands.h"
#include "monitor/control/lock_reader.h"
#include "monitor/control/queue_reader.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kLongestLook = absl::Seconds(20);

using Contenders = std::vector<Contender*>;

void Add(std::vector<Contender>& from, Contenders& to) {
  for (Contender& contender : from) to.push_back(&contender);
}
void Collect(ElectionInfo& info, Contenders& all) {
  Add(info.leader, all);
  Add(info.candidates, all);
}
void Collect(LockInfo& info, Contenders& all) {
  Add(info.holders, all);
  Add(info.waiters, all);
}
void Collect(QueueInfo& info, Contenders& all) {
  for (QueuedItem& item : info.items) Add(item.taken_by, all);
}
void Collect(BarrierInfo& info, Contenders& all) { Add(info.entered, all); }

// What the reader could not know: names, and whose sessions they are.
template <typename Info>
void Complete(std::vector<Info*> infos, std::string_view root,
              const ClusterView& view) {
  Contenders contenders;
  for (Info* info : infos) {
    info->name = NameBelow(info->path, root);
    Collect(*info, contenders);
  }
  FindMembers(view, contenders);
}

absl::Status WithUnavailableReason(const absl::Status& status) {
  return zk::IsRetryable(status)
             ? base::WithReason(status, "ZOOKEEPER_UNAVAILABLE")
             : status;
}

}  // namespace

Inspector::Inspector(Controller& controller, InspectorOptions options)
    : controller_(controller), options_(std::move(options)), loop_("inspect") {
  loop_.Start();
}

Inspector::~Inspector() { Close(); }

void Inspector::Close() {
  if (closed_.exchange(true)) return;
  loop_.RunAndWait([] {});
  loop_.Stop();
}

template <typename T, typename Read>
void Inspector::Answer(absl::Time deadline, Done<T> done, Read read) {
  if (closed_) return done(Controller::NotServing());
  loop_.Post([this, deadline, done = std::move(done),
              read = std::move(read)]() mutable {
    const absl::Time now = absl::Now();
    if (closed_) return done(Controller::NotServing());
    if (now >= deadline)
      return done(absl::DeadlineExceededError("others were looked at before"));
    const auto session = controller_.session();
    if (!session.ok()) return done(session.status());
    FolderReader reader(**session, std::min(deadline, now + kLongestLook));
    absl::StatusOr<T> result = read(reader);
    if (!result.ok()) return done(WithUnavailableReason(result.status()));
    done(std::move(result));
  });
}

template <typename Info>
void Inspector::Get(LookQuery query, Kind<Info> kind, Done<Look<Info>> done) {
  const absl::Time deadline = query.deadline;
  Answer(deadline, std::move(done),
         [this, query = std::move(query),
          kind](FolderReader& reader) -> absl::StatusOr<Look<Info>> {
           ROSTER_ASSIGN_OR_RETURN(const std::string path,
                                   PathOf(query.target, kind.root));
           auto look = kind.read(reader, path, query.limit, query.after);
           if (absl::IsNotFound(look.status()))
             return base::WithReason(
                 absl::NotFoundError(
                     base::StrCat("there is no ", kind.what, " at ", path)),
                 kind.missing_reason, {{"path", path}});
           if (!look.ok()) return look;
           Complete<Info>({&look->info}, kind.root, *options_.view());
           return look;
         });
}

template <typename Info>
void Inspector::List(FolderQuery query, Kind<Info> kind,
                     Done<FolderPage<Info>> done) {
  const absl::Time deadline = query.deadline;
  Answer(deadline, std::move(done),
         [this, query = std::move(query),
          kind](FolderReader& reader) -> absl::StatusOr<FolderPage<Info>> {
           ROSTER_ASSIGN_OR_RETURN(const std::string folder,
                                   FolderOf(query.folder, kind.root));
           auto page = kind.list(reader, folder, query.limit, query.after);
           if (!page.ok()) return page;
           std::vector<Info*> infos;
           for (Info& info : page->infos) infos.push_back(&info);
           Complete(std::move(infos), kind.root, *options_.view());
           return page;
         });
}

Inspector::Kind<ElectionInfo> Inspector::Elections() const {
  return {options_.paths.elections, "election", "ELECTION_NOT_FOUND",
          ReadElection, ReadElections};
}
Inspector::Kind<LockInfo> Inspector::Locks() const {
  return {options_.paths.locks, "lock", "LOCK_NOT_FOUND", ReadLock, ReadLocks};
}
Inspector::Kind<QueueInfo> Inspector::Queues() const {
  return {options_.paths.queues, "queue", "QUEUE_NOT_FOUND", ReadQueue,
          ReadQueues};
}
Inspector::Kind<BarrierInfo> Inspector::Barriers() const {
  return {options_.paths.barriers, "barrier", "BARRIER_NOT_FOUND", ReadBarrier,
          ReadBarriers};
}

void Inspector::ListElections(FolderQuery query,
                              Done<FolderPage<ElectionInfo>> done) {
  List(std::move(query), Elections(), std::move(done));
}
void Inspector::GetElection(LookQuery query, Done<Look<ElectionInfo>> done) {
  Get(std::move(query), Elections(), std::move(done));
}
void Inspector::ListLocks(FolderQuery query, Done<FolderPage<LockInfo>> done) {
  List(std::move(query), Locks(), std::move(done));
}
void Inspector::GetLock(LookQuery query, Done<Look<LockInfo>> done) {
  Get(std::move(query), Locks(), std::move(done));
}
void Inspector::ListQueues(FolderQuery query,
                           Done<FolderPage<QueueInfo>> done) {
  List(std::move(query), Queues(), std::move(done));
}
void Inspector::GetQueue(LookQuery query, Done<Look<QueueInfo>> done) {
  Get(std::move(query), Queues(), std::move(done));
}
void Inspector::ListBarriers(FolderQuery query,
                             Done<FolderPage<BarrierInfo>> done) {
  List(std::move(query), Barriers(), std::move(done));
}
void Inspector::GetBarrier(LookQuery query, Done<Look<BarrierInfo>> done) {
  Get(std::move(query), Barriers(), std::move(done));
}

void Inspector::ForceReleaseLock(ForceReleaseRequest request,
                                 Done<ForceReleaseResult> done) {
  controller_.Submit([request = std::move(request), done = std::move(done)](
                         absl::StatusOr<ControlStore*> store) mutable {
    if (!store.ok()) return done(store.status());
    done(monitor::ForceReleaseLock(**store, request));
  });
}

void Inspector::OpenBarrier(OpenBarrierRequest request,
                            Done<OpenBarrierResult> done) {
  controller_.Submit([request = std::move(request), done = std::move(done)](
                         absl::StatusOr<ControlStore*> store) mutable {
    if (!store.ok()) return done(store.status());
    done(monitor::OpenBarrier(**store, request));
  });
}

}  // namespace roster::monitor
