#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "model/member_record.h"
#include "model/paths.h"
#include "registrar/board.h"
#include "registrar/host_gauges.h"
#include "registrar/options.h"
#include "registrar/order_follower.h"
#include "registrar/policy_follower.h"
#include "registrar/registration.h"
#include "registrar/status.h"
#include "registrar/write_pacer.h"
#include "zk/session.h"

namespace roster::registrar {

// Member is the registrar's side of the thread border: the session and the
// parts that use it, wired together. What the service says comes in through
// the Board; what the registrar knows goes out as RegistrarStatus.
//
//   Board --wake--> WritePacer --> Registration --> node, ledger
//   order node --> OrderFollower --> Board, service; lets Registration begin
//   policy node --> PolicyFollower --> WritePacer
//
// Thread-safety: confined to the loop, constructor and destructor included.
// Lifetime: `loop` must outlive this.
class Member {
 public:
  using Publish = std::function<void(RegistrarStatus)>;

  // `options` are valid, `self` is this process. `publish` gets each new
  // status, several changes in one.
  Member(base::Loop& loop, std::shared_ptr<Board> board,
         const RegistrarOptions& options, model::Writer self, Publish publish);

  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  // The board has something to write.
  void OnPending(Urgency urgency);
  zk::Session& session() { return session_; }
  // See Registration::Leave(). The board says LEAVING by now.
  void Leave(std::function<void(absl::Status)> done);

 private:
  zk::SessionOptions MakeSessionOptions() const;
  Registration::Options MakeRegistrationOptions(model::Writer self);
  OrderFollower::Options MakeOrderOptions();
  PolicyFollower::Options MakePolicyOptions();
  absl::Duration UpdateInterval() const;
  void Obey(const model::Order& order);
  void Tell(DrainCall call, const DrainRequest& request);
  void OnSession(const zk::ConnectionInfo& info);
  std::string TakeRecord();
  std::string MakeLedgerEntry(const zk::Stat& stat);
  void NoteLeftOut(const std::string& left_out);
  void ReadHostGauges();
  void PublishSoon();
  RegistrarStatus MakeStatus();

  base::Loop& loop_;
  const std::shared_ptr<Board> board_;
  const RegistrarOptions options_;
  const std::string path_;
  const model::ClusterPaths cluster_paths_;
  const Publish publish_;

  zk::Session session_;
  WritePacer pacer_;
  Registration registration_;
  OrderFollower orders_;
  PolicyFollower policy_;
  HostGauges host_gauges_;

  std::string last_bytes_;
  model::ReportedState taken_state_ = model::ReportedState::kUp;  // in them
  std::optional<model::ReportedState> written_state_;
  bool leaving_ = false;
  std::string left_out_;  // of the last record, for people
  RegistrarStatus published_;
  bool publish_posted_ = false;
  base::CallbackScope scope_;
};

}  // namespace roster::registrar
