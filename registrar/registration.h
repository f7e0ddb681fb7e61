#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "model/member_record.h"
#include "registrar/deletion_pauses.h"
#include "zk/session.h"

namespace roster::registrar {

// Registration keeps one ephemeral node in ZooKeeper: present, owned by the
// session, and holding the newest record. It does not pace writes; see
// WritePacer.
//
//               Create: done, or AlreadyExists and the owner is ours
//   absent ----------------------------------------------------> present
//     ^ |  ^                                                      |  |
//     | |  '---- the node is gone, or the session is a new one ---'  |
//     | '-- AlreadyExists, left behind by us: delete + create -------'
//     '---- AlreadyExists, somebody else's; no permission; ...: wait, retry
//
// A node that is deleted again and again is created again after growing pauses.
//
// It works level-triggered: events and answers only set flags, and Step()
// takes the next step from what is known, one request at a time. After an
// unknown outcome it reads.
//
// Invariant: it never changes or deletes a node of another live owner.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this.
class Registration {
 public:
  struct Options {
    std::string members_path;
    std::string path;  // members_path/name
    model::Writer self;
    absl::Duration self_check_interval;
    absl::Duration leave_linger;
    // Where a goodbye is entered so that it outlives the node, whether the
    // entry may be created, and what it says of the node of `stat`.
    std::string ledger_path;
    bool may_create_ledger_entry = true;
    std::function<std::string(const zk::Stat& stat)> make_ledger_entry;
    base::LogSink log;
    // The bytes to write now. Called for each write.
    std::function<std::string()> take_record;
    // The bytes taken last are in the node.
    std::function<void()> on_written;
    // Something that the accessors show has changed.
    std::function<void()> on_change;
  };

  Registration(base::Loop& loop, zk::Session& session, Options options);
  ~Registration();

  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  // The session connected; `ready` false: not to register yet, because the
  // order has not been read in this session.
  void OnConnected(bool ready);
  // The order is known: go on.
  void SetReady();
  // The session must be taken for expired, and the node with it.
  void OnLost();
  // The record changed: write it as soon as possible.
  void Write();
  // Writes the record once more (it says LEAVING by now), and deletes the node
  // together with an entry in the ledger. If there can be none, because nobody
  // made the ledger or an ACL forbids it, the record stands for the linger
  // before the node goes. `done` gets the outcome; NotFound when there was no
  // node to leave.
  void Leave(std::function<void(absl::Status)> done);

  bool registered() const { return registered_; }
  // Why not registered, or OK.
  const absl::Status& reason() const { return reason_; }
  const absl::Status& write_error() const { return write_error_; }
  const zk::Stat& stat() const { return stat_; }  // when registered
  uint64_t registrations() const { return registrations_; }
  uint64_t writes() const { return writes_; }

 private:
  void Step();
  void Create();
  void CreateParent();
  void Inspect();
  void Replace(int32_t version);
  void Verify();
  void Set();
  // registration_leave.cc has these.
  void StepLeave();
  void OnLeavingWritten();
  void DeleteAndEnter();
  void OnEntered(const absl::Status& status);
  void Delete();
  void StopEntering();
  void Left(absl::Status status);

  void OnInspected(const zk::Node& node);
  void OnVerified(const absl::StatusOr<zk::Children>& result);
  void OnSet(const absl::StatusOr<zk::Stat>& result);
  void OnWatch(const zk::WatchEvent& event);

  void Registered(const zk::Stat& stat);
  void Unregistered(absl::Status reason);
  void WatchOtherOwner();
  void RetryLater(absl::Status cause);
  void RetryAfter(absl::Duration pause);
  void CancelRetry();
  void PauseAfterDeletion();
  void ScheduleSelfCheck();

  // Marks a request as under way and wraps the answer to it.
  template <typename F>
  auto Answer(F f);

  base::Loop& loop_;
  zk::Session& session_;
  const Options options_;
  zk::WatcherId watcher_ = 0;
  base::Backoff backoff_;

  // What is known.
  uint64_t generation_ = 0;  // of the session that the flags speak of
  bool ready_ = false;
  bool registered_ = false;
  zk::Stat stat_;
  absl::Status reason_;
  absl::Status write_error_;
  std::string logged_trouble_;  // each trouble is logged once

  // What is to be done.
  bool busy_ = false;     // a request is under way
  bool inspect_ = false;  // a node of unknown owner stands there
  bool verify_ = false;   // ours must be looked at again
  bool dirty_ = false;    // the record is newer than the node
  bool armed_ = false;    // the watch on the node is set
  base::Loop::TimerId retry_timer_ = 0;
  bool retry_when_connected_ = false;  // the timer need not be waited for
  DeletionPauses deletions_;
  std::chrono::steady_clock::time_point registered_at_;

  // Leaving.
  std::function<void(absl::Status)> left_;
  enum class Goodbye {
    kNone,
    kToWrite,   // LEAVING into the node
    kToEnter,   // delete the node, with an entry in the ledger
    kStanding,  // LEAVING stands for the linger
    kToDelete,  // delete the node alone
    kDone
  };
  Goodbye goodbye_ = Goodbye::kNone;
  bool lingered_ = false;
  bool create_entry_ = false;   // there is none to be replaced
  bool maybe_deleted_ = false;  // the answer to a deletion was lost

  uint64_t registrations_ = 0;
  uint64_t writes_ = 0;
  base::CallbackScope scope_;          // timers, the watcher
  base::CallbackScope request_scope_;  // answers of this generation
};

template <typename F>
auto Registration::Answer(F f) {
  busy_ = true;
  return request_scope_.Wrap([this, f = std::move(f)](auto result) mutable {
    busy_ = false;
    f(std::move(result));
    Step();
  });
}

}  // namespace roster::registrar
