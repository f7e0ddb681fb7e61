#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "model/member_record.h"
#include "registrar/board.h"
#include "registrar/host_gauges.h"
#include "registrar/options.h"
#include "registrar/order_follower.h"
#include "registrar/registration.h"
#include "registrar/status.h"
#include "registrar/write_pacer.h"
#include "zk/session.h"

namespace roster::registrar {

// Member is the registrar's side of the thread border: the session and the
// parts that use it, wired together. What the service says comes in through
// the Board; what the registrar knows goes out as RegistrarStatus.
//
//   Board --wake--> WritePacer --> Registration --> node
//   order node --> OrderFollower --> Board, and lets Registration begin
//
// Thread-safety: confined to the loop, constructor and destructor included.
// Lifetime: `loop` and `board` must outlive this.
class Member {
 public:
  using Publish = std::function<void(RegistrarStatus)>;

  // `options` are valid, `self` is this process. `publish` gets each new
  // status, several changes in one.
  Member(base::Loop& loop, Board& board, const RegistrarOptions& options,
         model::Writer self, Publish publish);

  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  // The board has something to write.
  void OnPending(Urgency urgency);
  // See Registration::Leave(). The board says LEAVING by now.
  void Leave(std::function<void(absl::Status)> done);

 private:
  zk::SessionOptions MakeSessionOptions() const;
  Registration::Options MakeRegistrationOptions(model::Writer self);
  OrderFollower::Options MakeOrderOptions();
  void OnSession(const zk::ConnectionInfo& info);
  std::string TakeRecord();
  void NoteLeftOut(const std::string& left_out);
  void ReadHostGauges();
  void PublishSoon();
  RegistrarStatus MakeStatus();

  base::Loop& loop_;
  Board& board_;
  const RegistrarOptions options_;
  const std::string path_;
  const Publish publish_;

  zk::Session session_;
  WritePacer pacer_;
  Registration registration_;
  OrderFollower orders_;
  HostGauges host_gauges_;

  std::string last_bytes_;
  std::string left_out_;  // of the last record, for people
  RegistrarStatus published_;
  bool publish_posted_ = false;
  base::CallbackScope scope_;
};

}  // namespace roster::registrar
