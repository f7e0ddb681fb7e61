#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "coordination/succession_plan.h"
#include "model/designation.h"
#include "zk/session.h"

namespace roster::coordination {

struct SuccessionOptions {
  std::string path;         // the candidates' folder
  std::string designation;  // the node that says who should lead
  std::string id;           // of this candidate
  base::LogSink log;
  // may_lead() has changed.
  std::function<void()> on_change;
};

// Succession is what a candidate of an Election does about a designation while
// it is the first in line: it looks whether somebody who is preferred to it
// stands in the line, sends those in between to the end, a few at a time, and
// then leaves. See PlanSuccession() for why.
//
// - Before it says that it leads it looks; whoever waits does not look at all.
//   So a change of the designation, or a newcomer, wakes one candidate.
// - Those in between are moved in a transaction that fails once this
//   candidate's node is gone, and it leaves in one that fails once the
//   successor's is.
// - A designation that cannot be read changes nothing: what was read before it
//   stands, and who has read none leads.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this.
class Succession {
 public:
  Succession(base::Loop& loop, zk::Session& session, SuccessionOptions options);
  ~Succession();

  Succession(const Succession&) = delete;
  Succession& operator=(const Succession&) = delete;

  // The candidate's node is the first in line, again after a cut, too.
  void OnTurn(const std::string& node_path);
  // It is not, or that cannot be told.
  void OnNoTurn();

  // It is the first, and is not about to give way.
  bool may_lead() const { return may_lead_; }

 private:
  void Look();
  void OnDesignation(const absl::StatusOr<zk::Node>& node);
  void List();
  void Identify(std::vector<std::string> names);
  void Decide();
  bool Settled();
  void Move(const std::vector<std::string>& nodes);
  void HandOver(const SuccessionPlan& plan);
  void Carry(std::vector<zk::Op> ops, std::function<void()> done);
  void Lead();
  void SetMayLead(bool may_lead);
  void Warn(std::string_view what, std::string_view why);

  base::Loop& loop_;
  zk::Session& session_;
  const SuccessionOptions options_;
  zk::WatcherId watcher_ = 0;

  std::string node_path_;  // of the turn, or of the last one
  bool has_turn_ = false;
  bool has_led_ = false;  // in this turn
  // It has tried to leave in this turn: its node may be gone, which the
  // contender does not know yet.
  bool gave_way_ = false;
  bool may_lead_ = false;
  bool busy_ = false;        // a transaction is under way
  bool look_again_ = false;  // once it is not
  std::optional<model::Designation> designation_;
  std::vector<std::string> line_;
  std::map<std::string, std::string> ids_;  // of nodes whose names have none
  std::string successor_;                   // node of who has to settle
  absl::Time successor_since_;
  base::Loop::TimerId settle_timer_ = 0;
  std::string warned_;  // so that the same is not said again and again

  base::CallbackScope requests_;
};

}  // namespace roster::coordination
