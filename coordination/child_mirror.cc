#include "coordination/child_mirror.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/backoff.h"
#include "base/callback_scope.h"
#include "coordination/child_table.h"

namespace roster::coordination {
namespace {

using zk::ConnectionState;
using zk::WatchEventType;

// Enough to keep the server busy, and few enough that a change of a known child
// is not read behind a thousand newcomers.
constexpr size_t kMaxOutstandingReads = 256;
// The server drops the event of a watch whose owner may not read the parent at
// that moment, and forgets the watch: only looking again tells.
constexpr absl::Duration kAuditInterval = absl::Seconds(30);

// The request ended with its connection or session.
bool IsCutOff(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsCancelled(status);
}

std::string_view Name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

class ChildMirror::Impl {
 public:
  Impl(base::Loop& loop, zk::Session& session, std::string path,
       Listener& listener, Filter filter);
  ~Impl();

  void WhenCaughtUp(absl::AnyInvocable<void(absl::Status)> done);
  const std::string& path() const { return path_; }
  size_t size() const { return children_.told(); }
  const ChildMirrorStats& stats() const { return stats_; }

 private:
  using Child = ChildTable::Child;

  void OnState(const zk::ConnectionInfo& info);
  void OnWatch(const zk::WatchEvent& event);

  void List();
  void OnListed(absl::StatusOr<zk::Children> children);
  void TakeListing(const std::vector<std::string>& names);
  void ForgetUnlisted();
  void OnParentMissing();
  void OnParentLookedFor(const absl::Status& status);
  void OnParentFailed(const absl::Status& status);

  void ReadMore();
  void Read(const std::string& name);
  void OnRead(const std::string& name, absl::StatusOr<zk::Node> node);
  void OnReadFailed(const std::string& name, Child& child,
                    const absl::Status& status);
  void Forget(std::string_view name);
  // Tells that all is read, whoever waits for that.
  void SyncIfDone();
  void TellCaughtUp(const absl::Status& status);

  void RetryLater();
  void ScheduleAudit();
  void Retry();

  std::string ChildPath(std::string_view name) const;

  base::Loop& loop_;
  zk::Session& session_;
  const std::string path_;
  const std::string prefix_;  // of the paths of children
  Listener& listener_;
  const Filter filter_;
  zk::Session::ListenerId state_listener_;
  zk::WatcherId watcher_;

  ChildTable children_;
  uint32_t generation_ = 0;  // of the session, truncated

  bool listing_now_ = false;
  bool list_again_ = false;
  bool listed_ = false;  // since the last connect
  bool synced_ = false;
  std::vector<absl::AnyInvocable<void(absl::Status)>> waiting_;

  base::Backoff backoff_{absl::Seconds(1), absl::Minutes(1)};
  base::Loop::TimerId retry_timer_ = 0;
  base::Loop::TimerId audit_timer_ = 0;
  ChildMirrorStats stats_;

  base::CallbackScope scope_;
};

ChildMirror::Impl::Impl(base::Loop& loop, zk::Session& session,
                        std::string path, Listener& listener, Filter filter)
    : loop_(loop),
      session_(session),
      path_(std::move(path)),
      prefix_(path_ == "/" ? path_ : path_ + "/"),
      listener_(listener),
      filter_(std::move(filter)) {
  state_listener_ = session_.AddListener(
      [this](const zk::ConnectionInfo& info) { OnState(info); });
  watcher_ = session_.AddWatcher(
      [this](const zk::WatchEvent& event) { OnWatch(event); });
  ScheduleAudit();
  // Not from inside the constructor: the listener is still being built.
  if (session_.connected())
    loop_.Post(scope_.Wrap([this] {
      if (!listed_ && !listing_now_) OnState(session_.info());
    }));
}

ChildMirror::Impl::~Impl() {
  session_.RemoveListener(state_listener_);
  session_.RemoveWatcher(watcher_);
  loop_.Cancel(retry_timer_);
  loop_.Cancel(audit_timer_);
}

std::string ChildMirror::Impl::ChildPath(std::string_view name) const {
  std::string path = prefix_;
  path.append(name);
  return path;
}

void ChildMirror::Impl::OnState(const zk::ConnectionInfo& info) {
  if (info.state != ConnectionState::kConnected) {
    listed_ = synced_ = false;
    listener_.OnDisconnected(info);
    TellCaughtUp(absl::UnavailableError(info.reason));
    return;
  }
  // Watches of an older session are void: armed_in tells.
  generation_ = static_cast<uint32_t>(info.generation);
  backoff_.Reset();
  ++stats_.resyncs;
  // A listing that the cut has ended and that has not said so yet repeats
  // itself.
  if (!listing_now_) List();
}

void ChildMirror::Impl::OnWatch(const zk::WatchEvent& event) {
  if (event.path == path_) {
    // Of the parent's data nothing is wanted, but where the parent was missing
    // its watch was set by looking whether it exists.
    if (event.type != WatchEventType::kDataChanged) List();
    return;
  }
  const std::string_view name = Name(event.path);
  Child* const child = children_.Find(name);
  if (child == nullptr) return;
  child->armed_in = 0;
  // Also after a deletion: a node that was replaced in one step must not seem
  // to have been away.
  children_.QueueRead(name, *child, /*first=*/true);
  ReadMore();
}

// One listing at a time; what happens meanwhile makes one more.
void ChildMirror::Impl::List() {
  if (listing_now_) {
    list_again_ = true;
    return;
  }
  if (!session_.connected()) return;  // the next connect lists
  listing_now_ = true;
  list_again_ = false;
  ++stats_.lists;
  session_.GetChildren(path_, watcher_,
                       scope_.Wrap([this](absl::StatusOr<zk::Children> result) {
                         OnListed(std::move(result));
                       }));
}

void ChildMirror::Impl::OnListed(absl::StatusOr<zk::Children> children) {
  listing_now_ = false;
  const absl::Status& status = children.status();
  if (status.ok()) {
    if (filter_)
      std::erase_if(children->names,
                    [&](const std::string& name) { return !filter_(name); });
    TakeListing(children->names);
    if (list_again_) List();
  } else if (absl::IsNotFound(status)) {
    OnParentMissing();
  } else if (IsCutOff(status)) {
    List();  // if the next connect has come already
  } else {
    OnParentFailed(status);
  }
}

void ChildMirror::Impl::TakeListing(const std::vector<std::string>& names) {
  listed_ = true;
  children_.TakeListing(names, generation_);
  // Those not named are gone.
  if (children_.size() > names.size()) ForgetUnlisted();
  ReadMore();
  SyncIfDone();
}

void ChildMirror::Impl::ForgetUnlisted() {
  // Gathered first: the listener hears of them while the table is at rest.
  for (const std::string& name : children_.Unlisted()) Forget(name);
}

// A missing node has no children to watch: wait for its creation.
void ChildMirror::Impl::OnParentMissing() {
  listing_now_ = true;
  TakeListing({});
  session_.Exists(path_, watcher_,
                  scope_.Wrap([this](absl::StatusOr<zk::Stat> stat) {
                    OnParentLookedFor(stat.status());
                  }));
}

void ChildMirror::Impl::OnParentLookedFor(const absl::Status& status) {
  listing_now_ = false;
  if (absl::IsNotFound(status) && !list_again_) {
    SyncIfDone();
  } else if (status.ok() || absl::IsNotFound(status) || IsCutOff(status)) {
    listed_ = false;
    List();
  } else {
    OnParentFailed(status);
  }
}

void ChildMirror::Impl::OnParentFailed(const absl::Status& status) {
  listed_ = synced_ = false;
  RetryLater();
  listener_.OnError("", status);
}

void ChildMirror::Impl::ReadMore() {
  while (session_.connected() &&
         stats_.outstanding_reads < kMaxOutstandingReads) {
    const std::optional<std::string> name = children_.NextToRead();
    if (!name) return;
    Read(*name);
  }
}

void ChildMirror::Impl::Read(const std::string& name) {
  ++stats_.reads;
  ++stats_.outstanding_reads;
  session_.Get(ChildPath(name), watcher_,
               scope_.Wrap([this, name](absl::StatusOr<zk::Node> node) {
                 OnRead(name, std::move(node));
               }));
}

void ChildMirror::Impl::OnRead(const std::string& name,
                               absl::StatusOr<zk::Node> node) {
  --stats_.outstanding_reads;
  if (Child* const child = children_.Find(name)) {
    child->reading = false;
    if (!node.ok()) {
      OnReadFailed(name, *child, node.status());
    } else {
      child->armed_in = generation_;
      if (std::exchange(child->read_again, false))
        children_.QueueRead(name, *child);
      children_.SetTold(*child);
      listener_.OnChild(name, *node);
    }
  }
  ReadMore();
  SyncIfDone();
}

void ChildMirror::Impl::OnReadFailed(const std::string& name, Child& child,
                                     const absl::Status& status) {
  const bool read_again = std::exchange(child.read_again, false);
  if (absl::IsNotFound(status)) {
    Forget(name);
  } else if (IsCutOff(status)) {
    // The next connect reads what is not armed. It may have come already.
    if (session_.connected()) children_.QueueRead(name, child);
  } else {
    child.failed = true;
    if (read_again) children_.QueueRead(name, child);
    RetryLater();
    listener_.OnError(name, status);
  }
}

void ChildMirror::Impl::Forget(std::string_view name) {
  const std::string kept(name);  // `name` may point into the table
  if (children_.Erase(name)) listener_.OnGone(kept);
}

void ChildMirror::Impl::SyncIfDone() {
  if ((synced_ && waiting_.empty()) || !listed_ || listing_now_ ||
      list_again_ || children_.has_queued() || stats_.outstanding_reads > 0 ||
      !session_.connected())
    return;
  if (!std::exchange(synced_, true)) listener_.OnSynced();
  TellCaughtUp(absl::OkStatus());
}

void ChildMirror::Impl::WhenCaughtUp(
    absl::AnyInvocable<void(absl::Status)> done) {
  if (!session_.connected()) {
    done(absl::UnavailableError(session_.info().reason));
    return;
  }
  waiting_.push_back(std::move(done));
  SyncIfDone();
}

void ChildMirror::Impl::TellCaughtUp(const absl::Status& status) {
  // Those told may ask again.
  for (auto& done : std::exchange(waiting_, {})) done(status);
}

void ChildMirror::Impl::RetryLater() {
  if (retry_timer_ != 0) return;
  retry_timer_ = loop_.RunAfter(backoff_.Next(), [this] {
    retry_timer_ = 0;
    Retry();
  });
}

void ChildMirror::Impl::ScheduleAudit() {
  audit_timer_ = loop_.RunAfter(kAuditInterval, [this] {
    if (synced_) List();
    ScheduleAudit();
  });
}

void ChildMirror::Impl::Retry() {
  children_.QueueFailed();
  if (!listed_) List();
  ReadMore();
}

ChildMirror::ChildMirror(base::Loop& loop, zk::Session& session,
                         std::string path, Listener& listener, Filter filter)
    : impl_(std::make_unique<Impl>(loop, session, std::move(path), listener,
                                   std::move(filter))) {}
ChildMirror::~ChildMirror() = default;
void ChildMirror::WhenCaughtUp(absl::AnyInvocable<void(absl::Status)> done) {
  impl_->WhenCaughtUp(std::move(done));
}
const std::string& ChildMirror::path() const { return impl_->path(); }
size_t ChildMirror::size() const { return impl_->size(); }
const ChildMirrorStats& ChildMirror::stats() const { return impl_->stats(); }

}  // namespace roster::coordination
