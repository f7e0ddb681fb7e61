#include "zk/handle.h"

#include <sys/socket.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "zk/client_log.h"
#include "zk/handle_socket.h"

namespace roster::zk {
namespace {

using std::chrono::milliseconds;

// Replies taken per turn of the loop; then others have theirs.
constexpr int kRepliesPerTurn = 128;

// A connection that lasted less does not count as a success, so that a server
// that accepts and then drops is not spun on.
constexpr milliseconds kFirstPatience(1000);
constexpr milliseconds kLeastPatience(300);
constexpr absl::Duration kLastingConnection = absl::Seconds(1);

// How long Close() waits for the server to hang up after its answer.
constexpr milliseconds kHangUpWait(400);

// An address that no server has.
constexpr char kNoServer[] = "255.255.255.255:1";

absl::Duration BackoffCap(absl::Duration session_timeout) {
  // Several tries must fit into the session timeout.
  return std::clamp(session_timeout / 6, absl::Milliseconds(100),
                    absl::Seconds(5));
}

void SetClientLogLevelOnce() {
  static std::once_flag once;
  std::call_once(once, [] { zoo_set_debug_level(ZOO_LOG_LEVEL_WARN); });
}

}  // namespace

absl::StatusOr<std::shared_ptr<Handle>> Handle::Open(base::Loop& loop,
                                                     Options options,
                                                     Listener& listener) {
  std::shared_ptr<Handle> handle(
      new Handle(loop, std::move(options), listener));
  if (absl::Status status = handle->Init(); !status.ok()) return status;
  handle->PostTurn();
  return handle;
}

Handle::Handle(base::Loop& loop, Options options, Listener& listener)
    : loop_(loop),
      options_(std::move(options)),
      listener_(&listener),
      backoff_(absl::Milliseconds(100), BackoffCap(options_.session_timeout)) {
  ShuffleServers();
}

Handle::~Handle() { Close(); }

absl::Status Handle::Init() {
  SetClientLogLevelOnce();
  ClientLogScope log(options_.log, last_error_);
  zh_ = zookeeper_init2(
      options_.servers.front().c_str(), &Handle::OnSessionEvent,
      static_cast<int>(absl::ToInt64Milliseconds(options_.session_timeout)),
      /*clientid=*/nullptr, this, ZOO_NO_LOG_CLIENTENV,
      &ClientLogScope::OnLine);
  if (zh_ == nullptr)
    return absl::UnavailableError(
        base::StrCat("cannot use server ", options_.servers.front()));
  // The list holds addresses only; there is nothing to look up again.
  zoo_set_servers_resolution_delay(zh_, -1);
  const std::string& credentials = options_.digest_credentials;
  if (!credentials.empty())
    zoo_add_auth(zh_, "digest", credentials.data(),
                 static_cast<int>(credentials.size()), nullptr, nullptr);
  return absl::OkStatus();
}

void Handle::Close() {
  closed_ = true;
  if (depth_ == 0) Destroy();
}

void Handle::Destroy() {
  if (zh_ == nullptr) return;
  loop_.Cancel(timer_);
  if (socket_) socket_->Flush();
  const bool says_goodbye = connected();
  ClientLogScope log(options_.log, last_error_);
  // Completions of requests in flight come from inside; they see closed().
  zookeeper_close(zh_);
  zh_ = nullptr;
  // The client closes its descriptor as soon as anything arrives. Were the
  // connection closed with replies unread, the server would see a reset and
  // might not read the request to close the session. Our duplicate of the
  // descriptor keeps the connection until the server hangs up.
  if (says_goodbye && socket_) socket_->DrainUntilHangUp(kHangUpWait);
  socket_.reset();
}

void Handle::SetServers(std::vector<std::string> servers) {
  options_.servers = std::move(servers);
  ShuffleServers();
  if (!socket_) PostTurn();
}

// So that clients spread over the ensemble.
void Handle::ShuffleServers() {
  std::shuffle(options_.servers.begin(), options_.servers.end(), random_);
  next_server_ = 0;
}

// The client gets one server at a time. Left to itself it moves on twice after
// each failure, and so, out of two, tries the same one for ever. It takes a
// list with the same addresses for the same list, whatever the ports; that is
// why it gets another one in between.
void Handle::SelectServer() {
  zoo_set_servers(zh_, kNoServer);
  zoo_set_servers(zh_, options_.servers[next_server_].c_str());
  next_server_ = (next_server_ + 1) % options_.servers.size();
}

bool Handle::connected() const {
  // The client closes the socket by itself, and tells nobody, when sending a
  // request fails.
  return zh_ != nullptr && connected_ && zoo_state(zh_) == ZOO_CONNECTED_STATE;
}

int64_t Handle::session_id() const { return zoo_client_id(zh_)->client_id; }

absl::Duration Handle::negotiated_timeout() const {
  return absl::Milliseconds(zoo_recv_timeout(zh_));
}

void Handle::Interrupt() {
  if (socket_) socket_->ShutDown();
}

void Handle::OnSessionEvent(zhandle_t* zh, int type, int state, const char*,
                            void*) {
  if (type != ZOO_SESSION_EVENT) return;
  auto* handle = static_cast<Handle*>(const_cast<void*>(zoo_get_context(zh)));
  handle->OnSessionState(state);
}

void Handle::OnSessionState(int state) {
  if (closed_) return;
  if (state == ZOO_CONNECTED_STATE) {
    connected_ = true;
    connected_at_ = Clock::now();
    listener_->OnConnected();
  } else {
    NoteDisconnected();
  }
}

void Handle::OnWatchEvent(zhandle_t* zh, int type, int, const char* path,
                          void* watcher_id) {
  auto* handle = static_cast<Handle*>(const_cast<void*>(zoo_get_context(zh)));
  if (handle->closed_) return;
  WatchEventType event;
  if (type == ZOO_CREATED_EVENT) {
    event = WatchEventType::kCreated;
  } else if (type == ZOO_DELETED_EVENT) {
    event = WatchEventType::kDeleted;
  } else if (type == ZOO_CHANGED_EVENT) {
    event = WatchEventType::kDataChanged;
  } else if (type == ZOO_CHILD_EVENT) {
    event = WatchEventType::kChildrenChanged;
  } else {
    return;  // session events go to every watcher; they have their own way
  }
  handle->listener_->OnWatch(reinterpret_cast<uintptr_t>(watcher_id), event,
                             path);
}

void Handle::BeforeRequest() {
  socket_->Hold();
  // Within a turn, its end sees to the rest.
  if (depth_ == 0) PostTurn();
}

void Handle::PostTurn() {
  if (turn_posted_) return;
  turn_posted_ = true;
  loop_.Post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->turn_posted_ = false;
    self->Turn(0);
  });
}

void Handle::Turn(int ready) {
  const auto self = shared_from_this();
  if (closed_) return;
  ++depth_;
  {
    ClientLogScope log(options_.log, last_error_);
    if (ready != 0) Process(ready);
    if (!closed_) Maintain();
  }
  --depth_;
  if (closed_) {
    Destroy();
  } else if (dead_ && !dead_reported_) {
    dead_reported_ = true;
    listener_->OnDead(
        zoo_state(zh_) == ZOO_AUTH_FAILED_STATE
            ? absl::UnauthenticatedError("the server refuses the credentials")
            : absl::CancelledError("the server has expired the session"));
  }
}

void Handle::Process(int ready) {
  int rc = ZOK;
  for (int i = 0; i < kRepliesPerTurn && rc == ZOK && !closed_; ++i) {
    rc = zookeeper_process(zh_, ready);
    if (zoo_state(zh_) == ZOO_ASSOCIATING_STATE) answered_ = true;
    if ((ready & ZOOKEEPER_READ) != 0 && rc == ZOK) heard_at_ = absl::Now();
    // One call takes one reply. Those that have arrived with it are taken in
    // the same turn, so that the requests they lead to leave together.
    ready = ZOOKEEPER_READ;
    if (zoo_state(zh_) == ZOO_CONNECTING_STATE) break;
  }
  const bool gone = rc != ZOK && rc != ZNOTHING;
  if (gone && zoo_state(zh_) != ZOO_NOTCONNECTED_STATE) OnConnectionGone();
}

void Handle::Maintain() {
  if (socket_) socket_->Flush();
  while (!closed_) {
    if (is_unrecoverable(zh_)) {
      dead_ = true;
      socket_.reset();
      return;
    }
    if (socket_ && ConnectionIsDoomed()) {
      AbortConnection();
      continue;
    }
    const auto now = Clock::now();
    if (!socket_ && now < next_attempt_) return ArmTimer(next_attempt_ - now);

    int fd = -1;
    int interest = 0;
    timeval wait{};
    if (Interest(&fd, &interest, &wait) != ZOK || fd == -1) {
      if (closed_ || is_unrecoverable(zh_)) continue;
      // Timed out or refused, or a ping could not be sent.
      AbortConnection();
      continue;
    }
    if (!socket_) Adopt(fd);
    if (!socket_) continue;
    return Arm(interest, wait);
  }
}

int Handle::Interest(int* fd, int* interest, timeval* wait) {
  if (!socket_) SelectServer();
  int rc = zookeeper_interest(zh_, fd, interest, wait);
  // After a failure the client asks for a pause once, and connects at the next
  // call. The pauses are ours: see OnConnectionGone().
  if (rc == ZOK && *fd == -1 && !closed_)
    rc = zookeeper_interest(zh_, fd, interest, wait);
  return rc;
}

bool Handle::ConnectionIsDoomed() const {
  // Sending failed inside a request function.
  if (zoo_state(zh_) == ZOO_NOTCONNECTED_STATE) return true;
  return !connected_ && Clock::now() >= connect_deadline_;
}

void Handle::Adopt(int fd) {
  socket_ = Socket::Duplicate(loop_, fd, [weak = weak_from_this()](int ready) {
    if (const auto self = weak.lock()) self->Turn(ready);
  });
  if (!socket_) {
    last_error_ = "no file descriptor left";
    AbortConnection();
    return;
  }
  connect_deadline_ = Clock::now() + ConnectPatience();
}

// The client waits two thirds of the session timeout for one server, also for
// one that is starting and will never answer this connection. So the first
// tries are short, and each round of failures doubles them: an ensemble that is
// slow because everybody comes at once gets its time. Several servers share the
// session timeout, so that a dead one leaves time for the others.
Handle::Clock::duration Handle::ConnectPatience() const {
  const size_t servers = std::max<size_t>(options_.servers.size(), 1);
  const milliseconds share =
      milliseconds(zoo_recv_timeout(zh_)) / static_cast<int>(2 * servers);
  const size_t doublings = std::min<size_t>(failures_ / servers, 6);
  const milliseconds patience = kFirstPatience * (1 << doublings);
  return std::max(std::min(share, patience), kLeastPatience);
}

void Handle::Arm(int interest, const timeval& wait) {
  // While connecting, only the end of connect() matters.
  if (zoo_state(zh_) != ZOO_CONNECTING_STATE && (interest & ZOOKEEPER_READ))
    socket_->WaitReadable();
  if (interest & ZOOKEEPER_WRITE) socket_->WaitWritable();
  Clock::duration delay = std::chrono::seconds(wait.tv_sec) +
                          std::chrono::microseconds(wait.tv_usec);
  if (!connected_) delay = std::min(delay, connect_deadline_ - Clock::now());
  ArmTimer(delay);
}

void Handle::ArmTimer(Clock::duration delay) {
  // The client counts in whole milliseconds; do not come too early.
  delay = std::max<Clock::duration>(delay, milliseconds(0)) + milliseconds(1);
  const auto due = Clock::now() + delay;
  // A timer that fires too early only looks again; re-arming it with every
  // reply would cost more.
  if (timer_ != 0 && timer_due_ <= due) return;
  loop_.Cancel(timer_);
  timer_due_ = due;
  timer_ = loop_.RunAfter(absl::FromChrono(delay), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_ = 0;
    self->Turn(0);
  });
}

// The client fails the requests in flight only when it finds its connection
// broken while it processes it. This breaks whatever connection it has, and
// gives it one to break if it dropped the last one silently.
void Handle::AbortConnection() {
  // Before the requests' callbacks, as after any other cut.
  NoteDisconnected();
  for (int i = 0; i < 3 && !closed_ && !is_unrecoverable(zh_); ++i) {
    const int state = zoo_state(zh_);
    if (state == 0) break;  // cleaned up
    int fd = -1;
    int interest = 0;
    timeval wait{};
    if (socket_ && state != ZOO_NOTCONNECTED_STATE) {
      socket_->ShutDown();
    } else {
      if (Interest(&fd, &interest, &wait) != ZOK || fd == -1) continue;
      shutdown(fd, SHUT_RDWR);
    }
    int rc = ZOK;
    while (rc == ZOK && !closed_)
      rc = zookeeper_process(zh_, ZOOKEEPER_READ | ZOOKEEPER_WRITE);
  }
  if (!closed_) OnConnectionGone();
}

void Handle::OnConnectionGone() {
  const bool answered =
      std::exchange(answered_, false) && connected_at_ == Clock::time_point();
  const bool lasted = connected_at_ != Clock::time_point() &&
                      Clock::now() - connected_at_ >=
                          absl::ToChronoNanoseconds(kLastingConnection);
  connected_at_ = {};
  NoteDisconnected();
  socket_.reset();
  if (closed_ || is_unrecoverable(zh_)) return;
  if (lasted) {
    backoff_.Reset();
    failures_ = 0;
  } else {
    ++failures_;
    listener_->OnConnectFailed(last_error_, answered);
  }
  // A pause whenever all servers have been tried.
  next_attempt_ = Clock::now();
  if (failures_ > 0 && failures_ % options_.servers.size() == 0)
    next_attempt_ += absl::ToChronoNanoseconds(backoff_.Next());
}

void Handle::NoteDisconnected() {
  if (!std::exchange(connected_, false) || closed_) return;
  listener_->OnDisconnected(last_error_);
}

}  // namespace roster::zk
