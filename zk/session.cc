#include "zk/session.h"

#include <algorithm>
#include <utility>

#include "base/quoted.h"
#include "base/strings.h"
#include "zk/session_impl.h"

namespace roster::zk {
namespace {

using base::LogLevel;

// Names are looked up again when the session has been away for this long, and
// then at this pace.
constexpr absl::Duration kFirstResolve = absl::Seconds(1);
constexpr absl::Duration kResolveInterval = absl::Seconds(10);

constexpr size_t kFormerSessionsKept = 1000;

}  // namespace

std::string_view ConnectionStateName(ConnectionState state) {
  switch (state) {
    case ConnectionState::kConnecting:
      return "CONNECTING";
    case ConnectionState::kConnected:
      return "CONNECTED";
    case ConnectionState::kSuspended:
      return "SUSPENDED";
    case ConnectionState::kLost:
      return "LOST";
  }
  return "UNKNOWN";
}

absl::Status SessionOptions::Validate() const {
  if (auto parsed = ParseConnectionString(servers); !parsed.ok())
    return absl::InvalidArgumentError(
        base::StrCat("servers: ", base::Message(parsed.status())));
  if (session_timeout < absl::Milliseconds(1) ||
      session_timeout > absl::Hours(24))
    return absl::InvalidArgumentError(
        "session_timeout: must be from 1 ms to 24 h");
  if (!digest_credentials.empty()) {
    // The credentials themselves stay out of messages.
    const size_t colon = digest_credentials.find(':');
    if (colon == 0 || colon == std::string::npos)
      return absl::InvalidArgumentError(
          "digest_credentials: must be \"user:password\"");
  }
  return absl::OkStatus();
}

Session::Impl::Impl(base::Loop& loop, SessionOptions options)
    : loop_(loop), options_(std::move(options)) {}

Session::Impl::~Impl() {
  loop_.Cancel(lost_timer_);
  loop_.Cancel(open_timer_);
  loop_.Cancel(resolve_timer_);
  if (handle_) handle_->Close();
}

void Session::Impl::Start() {
  loop_.AssertOnLoop();
  auto parsed = ParseConnectionString(options_.servers);
  if (!parsed.ok()) {
    // The constructor requires valid options; say what is wrong all the same.
    info_.reason = std::string(base::Message(parsed.status()));
    base::Log(options_.log, LogLevel::kError,
              "bad ZooKeeper servers reason=", base::Quoted(info_.reason));
    return;
  }
  chroot_ = std::move(parsed->chroot);
  resolver_ =
      std::make_unique<Resolver>(loop_, std::move(parsed->servers),
                                 options_.lookup, [this] { OnAddresses(); });
  resolver_->Refresh();
  ArmResolveTimer(kFirstResolve);
  OnAddresses();
}

bool Session::Impl::connected() const {
  return info_.state == ConnectionState::kConnected && handle_ &&
         handle_->connected();
}

bool Session::Impl::IsFormerSession(int64_t session_id) const {
  return std::find(former_sessions_.begin(), former_sessions_.end(),
                   session_id) != former_sessions_.end();
}

void Session::Impl::OnAddresses() {
  if (resolver_->servers().empty()) {
    if (!resolver_->status().ok())
      OnConnectFailed(std::string(base::Message(resolver_->status())),
                      /*answered=*/false);
    return;
  }
  if (handle_) {
    handle_->SetServers(resolver_->servers());
  } else if (open_timer_ == 0) {
    OpenHandle();
  }
}

// While there is no connection, names are looked up again now and then: the
// ensemble may have moved.
void Session::Impl::ArmResolveTimer(absl::Duration delay) {
  loop_.Cancel(resolve_timer_);
  resolve_timer_ = loop_.RunAfter(delay, [this] {
    resolve_timer_ = 0;
    if (info_.state == ConnectionState::kConnected) return;
    resolver_->Refresh();
    ArmResolveTimer(resolver_->servers().empty() ? kFirstResolve
                                                 : kResolveInterval);
  });
}

void Session::Impl::OpenHandle() {
  established_ = false;
  chroot_exists_ = chroot_.empty();
  Handle::Options options;
  options.servers = resolver_->servers();
  options.session_timeout = options_.session_timeout;
  options.digest_credentials = options_.digest_credentials;
  options.log = options_.log;
  auto handle = Handle::Open(loop_, std::move(options), *this);
  if (handle.ok()) {
    handle_ = *std::move(handle);
    open_backoff_.Reset();
    return;
  }
  OpenHandleAfter(open_backoff_.Next());
  OnConnectFailed(std::string(base::Message(handle.status())),
                  /*answered=*/false);
}

void Session::Impl::OpenHandleAfter(absl::Duration delay) {
  loop_.Cancel(open_timer_);
  open_timer_ = loop_.RunAfter(delay, [this] {
    open_timer_ = 0;
    OpenHandle();
  });
}

void Session::Impl::CloseHandle() {
  if (!handle_) return;
  handle_->Close();
  handle_.reset();
  watches_.Clear();
}

void Session::Impl::OnConnected() {
  if (chroot_exists_) {
    Announce();
  } else {
    EnsureChroot();
  }
}

void Session::Impl::EnsureChroot() {
  CreateMissing(chroot_, [this](absl::Status status) {
    if (!handle_ || !handle_->connected()) return;  // the next connect tries
    if (!status.ok()) {
      // It may exist and be out of sight; requests will tell.
      base::Log(options_.log, LogLevel::kWarning,
                "cannot create chroot path=", chroot_,
                " error=", base::Quoted(base::Message(status)));
    }
    chroot_exists_ = true;
    Announce();
  });
}

void Session::Impl::Announce() {
  loop_.Cancel(lost_timer_);
  loop_.Cancel(std::exchange(resolve_timer_, 0));
  lost_timer_ = 0;
  if (!established_) {
    established_ = true;
    if (info_.session_id != 0) former_sessions_.push_back(info_.session_id);
    if (former_sessions_.size() > kFormerSessionsKept)
      former_sessions_.pop_front();
    ++info_.generation;
    info_.session_id = handle_->session_id();
    refused_backoff_.Reset();
  }
  info_.negotiated_timeout = handle_->negotiated_timeout();
  info_.servers_answer = false;
  Change(ConnectionState::kConnected, "");
}

void Session::Impl::OnDisconnected(const std::string& reason) {
  ArmResolveTimer(kFirstResolve);
  if (watches_.bytes() > options_.max_resumed_watch_bytes) {
    // Not here: the client is still failing the requests in flight.
    loop_.Post(scope_.Wrap([this] { ReplaceHandle(); }));
  }
  if (info_.state != ConnectionState::kConnected) return;
  loop_.Cancel(lost_timer_);
  lost_timer_ = loop_.RunAfter(info_.negotiated_timeout, [this] {
    lost_timer_ = 0;
    BecomeLost(
        base::StrCat("no connection for the session timeout; ", info_.reason));
  });
  info_.heard_at = handle_->heard_at();
  info_.servers_answer = false;
  Change(ConnectionState::kSuspended, reason);
}

void Session::Impl::ReplaceHandle() {
  if (!handle_) return;
  base::Log(options_.log, LogLevel::kInfo,
            "too many watches to resume the session, starting a new one "
            "watch_bytes=",
            watches_.bytes());
  CloseHandle();
  OpenHandle();
}

void Session::Impl::OnConnectFailed(const std::string& reason, bool answered) {
  const bool first = info_.reason.empty();
  const bool first_answer = answered && !info_.servers_answer;
  info_.reason = reason;
  info_.servers_answer |= answered;
  // Only the first of a row is news.
  if (info_.state == ConnectionState::kConnected) return;
  if (first_answer && !first) Notify();
  if (first) {
    base::Log(options_.log, LogLevel::kWarning,
              "cannot connect to ZooKeeper reason=", base::Quoted(reason));
    Notify();
  }
}

void Session::Impl::OnDead(const absl::Status& status) {
  CloseHandle();
  OpenHandleAfter(absl::IsUnauthenticated(status) ? refused_backoff_.Next()
                                                  : absl::ZeroDuration());
  if (info_.generation == 0) {
    OnConnectFailed(std::string(base::Message(status)), /*answered=*/true);
  } else {
    BecomeLost(std::string(base::Message(status)));
  }
}

void Session::Impl::BecomeLost(std::string reason) {
  loop_.Cancel(lost_timer_);
  lost_timer_ = 0;
  if (info_.state != ConnectionState::kLost)
    Change(ConnectionState::kLost, std::move(reason));
}

void Session::Impl::Change(ConnectionState state, std::string reason) {
  info_.state = state;
  info_.reason = std::move(reason);
  base::Log(options_.log,
            state == ConnectionState::kConnected ? LogLevel::kInfo
                                                 : LogLevel::kWarning,
            "ZooKeeper session state=", ConnectionStateName(state),
            " generation=", info_.generation, " session_id=0x",
            absl::Hex(info_.session_id),
            " reason=", base::Quoted(info_.reason));
  Notify();
}

void Session::Impl::Notify() {
  // A listener may remove others, and may destroy the session.
  const ConnectionInfo info = info_;
  std::vector<ListenerId> ids;
  for (const auto& [id, callback] : listeners_) ids.push_back(id);
  bool alive = false;
  auto see_whether_alive = scope_.Wrap([&alive] { alive = true; });
  for (const ListenerId id : ids) {
    alive = false;
    see_whether_alive();
    if (!alive) return;
    const auto found = listeners_.find(id);
    if (found == listeners_.end()) continue;
    const std::shared_ptr<StateCallback> callback = found->second;
    (*callback)(info);
  }
}

void Session::Impl::OnWatch(WatcherId watcher, WatchEventType type,
                            std::string_view full_path) {
  const std::string_view path = LocalPath(full_path);
  // One-shot: what fired is not set any more.
  if (type == WatchEventType::kChildrenChanged) {
    watches_.Remove(WatchSet::Kind::kChildren, path);
  } else {
    watches_.Remove(WatchSet::Kind::kNode, path);
    if (type == WatchEventType::kDeleted)
      watches_.Remove(WatchSet::Kind::kChildren, path);
  }
  const auto found = watchers_.find(watcher);
  if (found == watchers_.end()) return;
  const std::shared_ptr<WatchCallback> callback = found->second;
  (*callback)(WatchEvent{type, path});
}

Session::ListenerId Session::Impl::AddListener(StateCallback callback) {
  listeners_[++last_id_] = std::make_shared<StateCallback>(std::move(callback));
  return last_id_;
}

void Session::Impl::RemoveListener(ListenerId id) { listeners_.erase(id); }

WatcherId Session::Impl::AddWatcher(WatchCallback callback) {
  watchers_[++last_id_] = std::make_shared<WatchCallback>(std::move(callback));
  return last_id_;
}

void Session::Impl::RemoveWatcher(WatcherId id) { watchers_.erase(id); }

void Session::Impl::InterruptConnection() {
  if (handle_) handle_->Interrupt();
}

Session::Session(base::Loop& loop, SessionOptions options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}
Session::~Session() = default;

void Session::Start() { impl_->Start(); }
const ConnectionInfo& Session::info() const { return impl_->info(); }
bool Session::connected() const { return impl_->connected(); }
bool Session::IsFormerSession(int64_t session_id) const {
  return impl_->IsFormerSession(session_id);
}
Session::ListenerId Session::AddListener(StateCallback callback) {
  return impl_->AddListener(std::move(callback));
}
void Session::RemoveListener(ListenerId id) { impl_->RemoveListener(id); }
WatcherId Session::AddWatcher(WatchCallback callback) {
  return impl_->AddWatcher(std::move(callback));
}
void Session::RemoveWatcher(WatcherId id) { impl_->RemoveWatcher(id); }
void Session::Get(const std::string& path, WatcherId watcher,
                  Callback<Node> done) {
  impl_->Get(path, watcher, std::move(done));
}
void Session::Exists(const std::string& path, WatcherId watcher,
                     Callback<Stat> done) {
  impl_->Exists(path, watcher, std::move(done));
}
void Session::GetChildren(const std::string& path, WatcherId watcher,
                          Callback<Children> done) {
  impl_->GetChildren(path, watcher, std::move(done));
}
void Session::Create(const std::string& path, std::string_view data,
                     CreateMode mode, Callback<Created> done) {
  impl_->Create(path, data, mode, std::move(done));
}
void Session::CreateWithParents(const std::string& path, DoneCallback done) {
  impl_->CreateWithParents(path, std::move(done));
}
void Session::Set(const std::string& path, std::string_view data,
                  int32_t version, Callback<Stat> done) {
  impl_->Set(path, data, version, std::move(done));
}
void Session::Delete(const std::string& path, int32_t version,
                     DoneCallback done) {
  impl_->Delete(path, version, std::move(done));
}
void Session::Multi(std::vector<Op> ops, DoneCallback done) {
  impl_->Multi(std::move(ops), std::move(done));
}
void Session::Sync(const std::string& path, DoneCallback done) {
  impl_->Sync(path, std::move(done));
}
void Session::InterruptConnection() { impl_->InterruptConnection(); }

}  // namespace roster::zk
