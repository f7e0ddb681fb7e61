#include "coordination/succession.h"

#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "base/quoted.h"
#include "base/strings.h"
#include "coordination/candidate_name.h"
#include "coordination/node_removal.h"
#include "model/sequential_name.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

// Each wakes two candidates: itself, and who stands behind it.
constexpr size_t kMovesAtOnce = 8;

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

Succession::Succession(base::Loop& loop, zk::Session& session,
                       SuccessionOptions options)
    : loop_(loop), session_(session), options_(std::move(options)) {
  watcher_ = session_.AddWatcher([this](const zk::WatchEvent&) { Look(); });
}

Succession::~Succession() {
  loop_.Cancel(settle_timer_);
  session_.RemoveWatcher(watcher_);
}

void Succession::OnTurn(const std::string& node_path) {
  if (std::exchange(node_path_, node_path) != node_path)
    has_led_ = gave_way_ = false;
  has_turn_ = true;
  if (has_led_) SetMayLead(true);
  Look();
}

void Succession::OnNoTurn() {
  requests_.Reset();
  loop_.Cancel(std::exchange(settle_timer_, 0));
  has_turn_ = busy_ = look_again_ = false;
  successor_.clear();
  SetMayLead(false);
}

void Succession::Look() {
  if (!has_turn_) return;
  look_again_ = busy_;
  if (busy_) return;
  requests_.Reset();
  // That sets the watch, on a missing node too; this reads it.
  session_.Exists(options_.designation, watcher_,
                  [](const absl::StatusOr<zk::Stat>&) {});
  session_.Get(options_.designation, /*watcher=*/0,
               requests_.Wrap([this](const absl::StatusOr<zk::Node>& node) {
                 OnDesignation(node);
               }));
}

void Succession::OnDesignation(const absl::StatusOr<zk::Node>& node) {
  if (zk::IsRetryable(node.status())) return;  // the next turn looks again
  absl::StatusOr<model::Designation> read =
      node.ok() ? model::ParseDesignation(node->data) : node.status();
  if (read.ok())
    designation_ = *std::move(read);
  else if (absl::IsNotFound(read.status()))
    designation_.reset();
  else
    Warn("designation cannot be read", base::Message(read.status()));
  // The designation says nothing of whether the node is still there: after an
  // attempt to leave, only the line does.
  if (!designation_ && !gave_way_) return Lead();
  List();
}

void Succession::List() {
  session_.GetChildren(
      options_.path, watcher_,
      requests_.Wrap([this](absl::StatusOr<zk::Children> children) {
        // What is wrong with the folder, the contender finds out.
        if (children.ok())
          Identify(model::SortBySequence(std::move(children->names),
                                         std::string(kLatchMarker)));
      }));
}

// Reads the data of those whose names do not say who they are, once.
void Succession::Identify(std::vector<std::string> names) {
  line_ = std::move(names);
  std::map<std::string, std::string> known;
  std::vector<std::string> unknown;
  for (const std::string& name : line_) {
    if (ParseCandidateName(name).movable) continue;
    const auto found = ids_.find(name);
    if (found != ids_.end())
      known.insert(*found);
    else if (name != NameOf(node_path_))
      unknown.push_back(name);
  }
  ids_ = std::move(known);
  if (unknown.empty()) return Decide();
  const auto left = std::make_shared<size_t>(unknown.size());
  for (const std::string& name : unknown)
    session_.Get(ChildPath(options_.path, name), /*watcher=*/0,
                 requests_.Wrap([this, name,
                                 left](const absl::StatusOr<zk::Node>& node) {
                   if (zk::IsRetryable(node.status())) return;
                   // Who is gone, or cannot be read, is nobody that is named.
                   ids_[name] = node.ok() ? CandidateId(name, node->data) : "";
                   if (--*left == 0) Decide();
                 }));
}

void Succession::Decide() {
  std::vector<SeenCandidate> line;
  for (const std::string& name : line_) {
    const CandidateName parsed = ParseCandidateName(name);
    const bool mine = name == NameOf(node_path_);
    line.push_back({.node = name,
                    .id = mine             ? options_.id
                          : parsed.movable ? parsed.id
                                           : ids_[name],
                    .movable = parsed.movable});
  }
  // Not the first: the contender is about to learn that its node is gone.
  if (line.empty() || line.front().node != NameOf(node_path_)) return;
  if (!designation_) return Lead();
  const SuccessionPlan plan = PlanSuccession(*designation_, line, has_led_);
  if (!plan.obstacle.empty())
    Warn("who should lead has to wait", base::StrCat("behind ", plan.obstacle));
  if (plan.step == SuccessionPlan::Step::kLead) {
    successor_.clear();
    return Lead();
  }
  for (const SeenCandidate& candidate : line)
    if (candidate.id == plan.successor &&
        std::exchange(successor_, candidate.node) != candidate.node)
      successor_since_ = absl::Now();
  if (has_led_ && !Settled()) return Lead();
  if (plan.step == SuccessionPlan::Step::kMove) return Move(plan.nodes);
  HandOver(plan);
}

// Whether who came back has been there for long enough; if not, looks again
// when it has.
bool Succession::Settled() {
  const absl::Duration left =
      successor_since_ + designation_->settle - absl::Now();
  loop_.Cancel(std::exchange(settle_timer_, 0));
  if (left <= absl::ZeroDuration()) return true;
  settle_timer_ = loop_.RunAfter(left, [this] {
    settle_timer_ = 0;
    Look();
  });
  return false;
}

void Succession::Move(const std::vector<std::string>& nodes) {
  // Whoever leads goes on leading meanwhile.
  if (has_led_) SetMayLead(true);
  // As long as this node is the first, none of the others leads.
  std::vector<zk::Op> ops = {zk::Op::Check(node_path_, zk::kAnyVersion)};
  for (size_t i = 0; i < nodes.size() && i < kMovesAtOnce; ++i)
    ops.push_back(
        zk::Op::Delete(ChildPath(options_.path, nodes[i]), zk::kAnyVersion));
  Carry(std::move(ops), [this] { Look(); });
}

void Succession::HandOver(const SuccessionPlan& plan) {
  base::Log(options_.log, base::LogLevel::kInfo,
            "hands over path=", options_.path,
            " to=", base::Quoted(plan.successor));
  SetMayLead(false);  // first, and then it is the other's turn
  gave_way_ = true;
  Carry({zk::Op::Check(ChildPath(options_.path, plan.nodes.front()),
                       zk::kAnyVersion),
         zk::Op::Delete(node_path_, zk::kAnyVersion)},
        [] {});  // the contender notices that its node is gone
}

void Succession::Carry(std::vector<zk::Op> ops, std::function<void()> done) {
  busy_ = true;
  session_.Multi(
      std::move(ops),
      requests_.Wrap([this, done = std::move(done)](absl::Status status) {
        busy_ = false;
        if (status.ok()) {
          if (std::exchange(look_again_, false)) return Look();
          return done();
        }
        if (zk::IsRetryable(status)) return;  // the next turn looks again
        // Somebody has gone meanwhile.
        if (absl::IsNotFound(status)) return Look();
        Warn("the line cannot be changed", base::Message(status));
        Lead();
      }));
}

void Succession::Lead() {
  has_led_ = true;
  SetMayLead(true);
}

void Succession::SetMayLead(bool may_lead) {
  if (std::exchange(may_lead_, may_lead) == may_lead) return;
  if (options_.on_change) options_.on_change();
}

void Succession::Warn(std::string_view what, std::string_view why) {
  std::string text =
      base::StrCat(what, " path=", options_.path, " why=", base::Quoted(why));
  if (std::exchange(warned_, text) == text) return;
  base::Log(options_.log, base::LogLevel::kWarning, text);
}

}  // namespace roster::coordination
