#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "zk/connection_string.h"
#include "zk/handle.h"
#include "zk/resolver.h"
#include "zk/session.h"
#include "zk/watch_set.h"

namespace roster::zk {

// The state machine of Session (session.cc) and its requests
// (session_requests.cc, session_multi.cc). Which ZooKeeper session exists is a
// Handle's matter, what that means for the owner is decided here.
//
// Thread-safety: confined to the loop.
class Session::Impl : private Handle::Listener {
 public:
  Impl(base::Loop& loop, SessionOptions options);
  ~Impl() override;

  void Start();
  const ConnectionInfo& info() const { return info_; }
  bool connected() const;
  bool IsFormerSession(int64_t session_id) const;
  ListenerId AddListener(StateCallback callback);
  void RemoveListener(ListenerId id);
  WatcherId AddWatcher(WatchCallback callback);
  void RemoveWatcher(WatcherId id);
  void InterruptConnection();

  void Get(const std::string& path, WatcherId watcher, Callback<Node> done);
  void Exists(const std::string& path, WatcherId watcher, Callback<Stat> done);
  void GetChildren(const std::string& path, WatcherId watcher,
                   Callback<Children> done);
  void Create(const std::string& path, std::string_view data, CreateMode mode,
              Callback<Created> done);
  void CreateWithParents(const std::string& path, DoneCallback done);
  void Set(const std::string& path, std::string_view data, int32_t version,
           Callback<Stat> done);
  void Delete(const std::string& path, int32_t version, DoneCallback done);
  void Multi(std::vector<Op> ops, DoneCallback done);
  void Sync(const std::string& path, DoneCallback done);

 private:
  // What the C client carries through a request and gives back once.
  template <typename Done>
  struct Request;
  struct MultiRequest;

  // Handle::Listener
  void OnConnected() override;
  void OnDisconnected(const std::string& reason) override;
  void OnConnectFailed(const std::string& reason, bool answered) override;
  void OnDead(const absl::Status& status) override;
  void OnWatch(WatcherId watcher, WatchEventType type,
               std::string_view full_path) override;

  // Connecting.
  void OnAddresses();
  void OpenHandle();
  void OpenHandleAfter(absl::Duration delay);
  void CloseHandle();
  void ReplaceHandle();
  void EnsureChroot();
  void Announce();
  void ArmResolveTimer(absl::Duration delay);

  // State.
  void BecomeLost(std::string reason);
  void Change(ConnectionState state, std::string reason);
  void Notify();

  // Requests. CreateMissing() and CreateLeaf() take full paths, which begin
  // with the chroot; the others take those of the session's user.
  std::string FullPath(std::string_view path) const;
  std::string_view LocalPath(std::string_view full_path) const;
  absl::Status Admit(std::string_view verb, const std::string& path,
                     size_t data_size) const;
  template <typename Done, typename Issue>
  void Send(std::string_view verb, const std::string& path, WatcherId watcher,
            Done done, const Issue& issue);
  template <typename Done>
  void FailLater(Done done, absl::Status status);
  void CreateMissing(const std::string& path, DoneCallback done);
  void CreateLeaf(const std::string& path, DoneCallback done);

  static void OnData(int rc, const char* value, int length,
                     const struct ::Stat* stat, const void* data);
  static void OnStat(int rc, const struct ::Stat* stat, const void* data);
  static void OnChildren(int rc, const struct ::String_vector* names,
                         const struct ::Stat* stat, const void* data);
  static void OnCreated(int rc, const char* path, const struct ::Stat* stat,
                        const void* data);
  static void OnVoid(int rc, const void* data);
  static void OnString(int rc, const char* path, const void* data);
  static void OnMulti(int rc, const void* data);

  base::Loop& loop_;
  const SessionOptions options_;
  std::string chroot_;

  ConnectionInfo info_;
  bool established_ = false;  // handle_ has had its first connect
  bool chroot_exists_ = false;
  std::deque<int64_t> former_sessions_;  // newest last, bounded

  uint64_t last_id_ = 0;
  std::map<ListenerId, std::shared_ptr<StateCallback>> listeners_;
  std::map<WatcherId, std::shared_ptr<WatchCallback>> watchers_;
  WatchSet watches_;

  base::Backoff open_backoff_{absl::Milliseconds(100), absl::Seconds(5)};
  base::Backoff refused_backoff_{absl::Seconds(1), absl::Minutes(1)};
  base::Loop::TimerId lost_timer_ = 0;
  base::Loop::TimerId open_timer_ = 0;
  base::Loop::TimerId resolve_timer_ = 0;
  std::unique_ptr<Resolver> resolver_;
  std::shared_ptr<Handle> handle_;

  base::CallbackScope scope_;
};

template <typename Done>
void Session::Impl::FailLater(Done done, absl::Status status) {
  loop_.Post(scope_.Wrap(
      [done = std::move(done), status = std::move(status)]() mutable {
        done(std::move(status));
      }));
}

}  // namespace roster::zk
