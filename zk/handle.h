#pragma once

#include <zookeeper/zookeeper.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/log.h"
#include "base/loop.h"
#include "zk/session.h"

namespace roster::zk {

// Handle is one zhandle_t of the C client, which is one ZooKeeper session, and
// the wiring that makes a loop drive it: it waits for the client's socket and
// its deadlines, reconnects with pauses, and tells what becomes of the
// connection. The state machine on top of it is Session.
//
// The single-threaded client does all its work inside zookeeper_interest(),
// zookeeper_process() and the request functions, and calls back from the first
// two. Whatever a callback does, zookeeper_close() has to wait until they have
// returned; that is why a Handle is shared: it outlives the Session that closed
// it in a callback by the rest of that call.
//
// Thread-safety: confined to the loop.
// Lifetime: `loop` and, until Close(), `listener` must outlive this.
class Handle : public std::enable_shared_from_this<Handle> {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // Requests may be made. Comes at every (re)connect.
    virtual void OnConnected() = 0;
    // The connection is gone. Requests that were in flight end after this.
    virtual void OnDisconnected(const std::string& reason) = 0;
    // A try to connect failed; others follow by themselves. `answered`: a
    // server took the connection, but then did not serve.
    virtual void OnConnectFailed(const std::string& reason, bool answered) = 0;
    // The session is over: Cancelled after an expiry, Unauthenticated if the
    // server refuses the credentials. Comes last; not from inside the client.
    virtual void OnDead(const absl::Status& status) = 0;
    virtual void OnWatch(WatcherId watcher, WatchEventType type,
                         std::string_view path) = 0;
  };

  struct Options {
    std::vector<std::string> servers;  // see Resolver; not empty
    absl::Duration session_timeout;
    std::string digest_credentials;
    base::LogSink log;
  };

  // Begins to connect to a new session.
  static absl::StatusOr<std::shared_ptr<Handle>> Open(base::Loop& loop,
                                                      Options options,
                                                      Listener& listener);
  ~Handle();

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  // Ends everything; the listener is not called any more and callbacks of
  // requests in flight are dropped. Closes the ZooKeeper session if connected,
  // for which it waits up to 4 s (normally a few milliseconds). Idempotent.
  void Close();
  bool closed() const { return closed_; }

  // Takes effect at the next try to connect.
  void SetServers(std::vector<std::string> servers);

  bool connected() const;
  // When the server last said anything; InfinitePast before.
  absl::Time heard_at() const { return heard_at_; }
  int64_t session_id() const;
  absl::Duration negotiated_timeout() const;

  // Lets the connection fail as if the network had cut it.
  void Interrupt();

  // Makes a request: `issue` calls one of the client's request functions with
  // zhandle_t* and OnWatchEvent, and returns its result. What is sent within
  // one turn of the loop leaves together. REQUIRES: connected().
  template <typename Issue>
  int Request(const Issue& issue) {
    BeforeRequest();
    return issue(zh_);
  }

  // The watcher function for all watches. Their context is a WatcherId as a
  // number, so that a late event can never touch freed memory.
  static void OnWatchEvent(zhandle_t* zh, int type, int state, const char* path,
                           void* watcher_id);

 private:
  class Socket;
  using Clock = std::chrono::steady_clock;

  Handle(base::Loop& loop, Options options, Listener& listener);
  absl::Status Init();
  static void OnSessionEvent(zhandle_t* zh, int type, int state,
                             const char* path, void* context);
  void OnSessionState(int state);

  void BeforeRequest();
  void PostTurn();
  // One turn: `ready` are the events (ZOOKEEPER_READ, _WRITE) of the socket.
  void Turn(int ready);
  void Process(int ready);
  void Maintain();
  void ShuffleServers();
  void SelectServer();
  int Interest(int* fd, int* interest, timeval* wait);
  bool ConnectionIsDoomed() const;
  Clock::duration ConnectPatience() const;
  void Adopt(int fd);
  void Arm(int interest, const timeval& wait);
  void ArmTimer(Clock::duration delay);
  void AbortConnection();
  void OnConnectionGone();
  void NoteDisconnected();
  void Destroy();

  base::Loop& loop_;
  Options options_;
  Listener* listener_;
  zhandle_t* zh_ = nullptr;

  absl::Time heard_at_ = absl::InfinitePast();
  // > 0 inside the client's functions, where it must not be closed.
  int depth_ = 0;
  bool closed_ = false;
  bool connected_ = false;
  bool dead_ = false;
  bool dead_reported_ = false;
  bool turn_posted_ = false;
  bool answered_ = false;  // see Listener::OnConnectFailed()
  std::string last_error_;

  std::shared_ptr<Socket> socket_;  // null while there is no connection
  base::Loop::TimerId timer_ = 0;
  Clock::time_point timer_due_;

  base::Backoff backoff_;
  size_t failures_ = 0;     // since a connection lasted
  size_t next_server_ = 0;  // in options_.servers
  absl::BitGen random_;
  Clock::time_point next_attempt_;
  Clock::time_point connect_deadline_;
  Clock::time_point connected_at_;
};

}  // namespace roster::zk
