#include "monitor/control/leadership.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "monitor/control/designation_commands.h"
#include "monitor/control/folder_reader.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kTickInterval = absl::Seconds(1);
// How much older than it is a copy may claim to be.
constexpr absl::Duration kCopyInterval = absl::Seconds(30);
constexpr absl::Duration kTellFailureAgain = absl::Hours(1);

absl::Status Unknown(const ElectionId& election) {
  return base::WithReason(absl::UnavailableError(base::StrCat(
                              "ZooKeeper is out of reach, and who led ",
                              KeyOf(election), " was not seen before")),
                          "LEADER_UNKNOWN");
}

}  // namespace

// One folder, mirrored.
class Leadership::Folder : public coordination::ChildMirror::Listener {
 public:
  using OnNode = std::function<void(std::string_view, const zk::Node*)>;

  Folder(base::Loop& loop, zk::Session& session, const std::string& path,
         base::LogSink log, OnNode on_node)
      : log_(std::move(log)),
        on_node_(std::move(on_node)),
        mirror_(loop, session, path, *this) {}

  void OnChild(std::string_view name, const zk::Node& node) override {
    on_node_(name, &node);
  }
  void OnGone(std::string_view name) override { on_node_(name, nullptr); }
  void OnSynced() override {}
  void OnDisconnected(const zk::ConnectionInfo&) override {}
  void OnError(std::string_view name, const absl::Status& status) override {
    base::Log(log_, base::LogLevel::kError,
              "cannot read a znode path=", mirror_.path(), " name=\"", name,
              "\" error=\"", base::Message(status), "\"");
  }

 private:
  const base::LogSink log_;
  const OnNode on_node_;
  coordination::ChildMirror mirror_;
};

Leadership::Leadership(base::Loop& watch_loop, Controller& controller,
                       LeadershipOptions options)
    : watch_loop_(watch_loop),
      controller_(controller),
      options_(std::move(options)),
      copy_(options_.copy_file.empty()
                ? std::nullopt
                : std::optional<LeaderCopy>(std::in_place, options_.copy_file,
                                            options_.origin)),
      writer_("leaders") {
  if (!copy_) return;
  writer_.Start();
  auto remembered = copy_->Load();
  if (remembered.ok())
    remembered_ = *std::move(remembered);
  else if (!absl::IsNotFound(remembered.status()))
    base::Log(options_.log, base::LogLevel::kWarning,
              "no leaders are remembered from before why=\"",
              base::Message(remembered.status()), "\"");
}

Leadership::~Leadership() { writer_.Stop(); }

void Leadership::Watch(zk::Session& session) {
  session_ = &session;
  serving_ = true;
  designations_ = std::make_unique<Folder>(
      watch_loop_, session, options_.paths.designations, options_.log,
      [this](std::string_view name, const zk::Node* node) {
        OnDesignation(name, node);
      });
  elections_ = std::make_unique<Folder>(
      watch_loop_, session, options_.paths.elections, options_.log,
      [this](std::string_view name, const zk::Node* node) {
        OnElection(name, node);
      });
  Tick();
}

void Leadership::Close() {
  if (!serving_.exchange(false)) return;
  watch_loop_.RunAndWait([this] {
    for (Waiting& one : std::exchange(waiting_, {}))
      one.done(Controller::NotServing());
  });
}

void Leadership::StopWatching() {
  watch_loop_.Cancel(std::exchange(tick_, 0));
  scope_.Reset();
  elections_.reset();
  designations_.reset();
  watches_.clear();
  session_ = nullptr;
  if (dirty_) Save();
  // What is being written is written when this returns.
  if (copy_) writer_.RunAndWait([] {});
}

void Leadership::GetLeader(LeaderQuery query, Done<LeaderAnswer> done) {
  if (!serving_) return done(Controller::NotServing());
  auto election = ElectionOf(query.target, options_.paths.elections);
  if (!election.ok()) return done(election.status());
  watch_loop_.Post(scope_.Wrap([this, election = *std::move(election),
                                deadline = query.deadline,
                                done = std::move(done)]() mutable {
    Ask(election, deadline, std::move(done));
  }));
}

void Leadership::Designate(DesignateRequest request,
                           Done<DesignateResult> done) {
  controller_.Submit([request = std::move(request), done = std::move(done)](
                         absl::StatusOr<ControlStore*> store) mutable {
    if (!store.ok()) return done(store.status());
    done(ChangeDesignation(**store, request));
  });
}

void Leadership::Ask(const ElectionId& election, absl::Time deadline,
                     Done<LeaderAnswer> done) {
  if (!serving_) return done(Controller::NotServing());
  if (!connected()) return done(AnswerNow(election));
  WatchElection(KeyOf(election));
  const coordination::LeaderView& view = watches_.at(KeyOf(election))->view();
  if (view.known && !view.stale) return done(AnswerNow(election));
  waiting_.push_back({election, deadline, std::move(done)});
}

void Leadership::OnElection(std::string_view name, const zk::Node* node) {
  const std::string key(name);
  if (node == nullptr) {
    existing_.erase(key);
    if (!remembered_[key].designation) {
      watches_.erase(key);
      remembered_.erase(key);
    }
    return SaveSoon();
  }
  existing_.insert(key);
  if (watches_.size() < kMaxWatched) WatchElection(key);
}

void Leadership::OnDesignation(std::string_view node_name,
                               const zk::Node* node) {
  const auto key = model::ElectionOfDesignationNode(node_name);
  if (!key) return;
  RememberedLeader& one = remembered_[*key];
  SaveSoon();
  if (node == nullptr) return one.designation.reset();
  auto read = model::ParseDesignation(node->data);
  if (!read.ok()) {
    // What was read before it stands, as for the candidates.
    base::Log(options_.log, base::LogLevel::kWarning,
              "a designation cannot be read election=\"", *key, "\" why=\"",
              base::Message(read.status()), "\"");
    return;
  }
  one.designation = *std::move(read);
  one.designation_as_of = absl::Now();
  if (watches_.size() < kMaxWatched) WatchElection(*key);
}

void Leadership::WatchElection(const std::string& key) {
  std::unique_ptr<coordination::LeaderWatch>& watch = watches_[key];
  if (watch == nullptr)
    watch = std::make_unique<coordination::LeaderWatch>(
        watch_loop_, *session_, PathOfKey(key),
        // From the loop: an answer may end the watch.
        [this, key] {
          watch_loop_.Post(scope_.Wrap([this, key] { OnLeader(key); }));
        },
        kShownDataBytes);
}

void Leadership::OnLeader(const std::string& key) {
  const auto watch = watches_.find(key);
  if (watch == watches_.end()) return;
  const coordination::LeaderView& view = watch->second->view();
  if (view.known) {
    RememberedLeader& one = remembered_[key];
    one.seen = true;
    one.leader = view.leader;
    one.as_of = view.stale ? view.as_of : absl::Now();
    SaveSoon();
  }
  AnswerWaiting();
}

void Leadership::AnswerWaiting() {
  const absl::Time now = absl::Now();
  for (Waiting& one : std::exchange(waiting_, {})) {
    const auto watch = watches_.find(KeyOf(one.election));
    const bool known = watch != watches_.end() && watch->second->view().known &&
                       !watch->second->view().stale;
    const bool refused =
        watch != watches_.end() && !watch->second->view().problem.ok();
    if (!known && !refused && connected() && now < one.deadline)
      waiting_.push_back(std::move(one));
    else
      one.done(AnswerNow(one.election));
  }
  ForgetUnwatched();
}

// Of what lies elsewhere, of what was asked for and is not there, and of too
// many, nothing is kept.
void Leadership::ForgetUnwatched() {
  std::erase_if(watches_, [&](const auto& watch) {
    const bool elsewhere = watch.first.starts_with("/");
    const auto remembered = remembered_.find(watch.first);
    const bool designated =
        remembered != remembered_.end() && remembered->second.designation;
    const bool waited_for = std::any_of(
        waiting_.begin(), waiting_.end(),
        [&](const Waiting& one) { return KeyOf(one.election) == watch.first; });
    if (waited_for || designated) return false;
    const coordination::LeaderView& view = watch.second->view();
    const bool is_there = existing_.contains(watch.first) || view.leader;
    if (!elsewhere && is_there && watches_.size() <= kMaxWatched) return false;
    remembered_.erase(watch.first);
    return true;
  });
}

absl::StatusOr<LeaderAnswer> Leadership::AnswerNow(
    const ElectionId& election) const {
  LeaderAnswer answer{.connected = connected()};
  const auto found = remembered_.find(KeyOf(election));
  const RememberedLeader* one =
      found == remembered_.end() ? nullptr : &found->second;
  if (one != nullptr && one->designation)
    answer.designation = {election, *one->designation};
  const auto watch = watches_.find(KeyOf(election));
  const coordination::LeaderView* view =
      watch == watches_.end() ? nullptr : &watch->second->view();
  if (view != nullptr && view->known && !view->stale) {
    answer.leader = view->leader;
    answer.as_of = absl::Now();
  } else if (one != nullptr && one->seen) {
    answer.source = LeaderSource::kLastKnown;
    answer.leader = one->leader;
    answer.as_of = one->as_of;
  } else if (view != nullptr && !view->problem.ok()) {
    return view->problem;
  } else if (answer.designation) {
    answer.source = LeaderSource::kDesignated;
    answer.leader.emplace().id = one->designation->leaders.front();
    answer.as_of = one->designation_as_of;
  } else {
    return Unknown(election);
  }
  if (answer.leader) answer.name = NameOf(*answer.leader);
  return answer;
}

std::string Leadership::NameOf(const coordination::Leader& leader) const {
  if (!leader.id.empty()) return leader.id;
  Contender contender{.session_id = leader.session_id};
  FindMembers(*options_.view(), {&contender});
  if (!contender.member.empty()) return contender.member;
  const bool one_line =
      leader.data.size() == leader.data_size &&
      base::IsValidUtf8(leader.data) &&
      std::none_of(leader.data.begin(), leader.data.end(), absl::ascii_iscntrl);
  return one_line ? leader.data : "";
}

std::string Leadership::PathOfKey(const std::string& key) const {
  return key.starts_with("/") ? key
                              : model::JoinPath(options_.paths.elections, key);
}

// Calls that nobody answers, and the copy.
void Leadership::Tick() {
  tick_ = watch_loop_.RunAfter(kTickInterval, [this] { Tick(); });
  if (!waiting_.empty()) AnswerWaiting();
  const absl::Time now = absl::Now();
  if (connected()) {
    for (const auto& [key, watch] : watches_)
      if (watch->view().known && !watch->view().stale)
        remembered_[key].as_of = now;
    for (auto& [key, one] : remembered_)
      if (one.designation) one.designation_as_of = now;
  }
  if (dirty_ || (connected() && now - saved_at_ >= kCopyInterval)) Save();
}

void Leadership::Save() {
  dirty_ = false;
  saved_at_ = absl::Now();
  if (!copy_) return;
  writer_.Post([this, leaders = remembered_] { Write(leaders); });
}

// Of what goes on failing, with every change of a leader, little is said.
void Leadership::Write(const RememberedLeaders& leaders) {
  const absl::Status status = copy_->Write(leaders);
  const absl::Time now = absl::Now();
  if (status.ok()) {
    if (std::exchange(failure_told_at_, absl::InfinitePast()) !=
        absl::InfinitePast())
      base::Log(options_.log, base::LogLevel::kInfo,
                "the leaders are remembered again");
    return;
  }
  if (now - failure_told_at_ < kTellFailureAgain) return;
  failure_told_at_ = now;
  base::Log(options_.log, base::LogLevel::kError,
            "the leaders cannot be remembered error=\"", base::Message(status),
            "\"");
}

}  // namespace roster::monitor
