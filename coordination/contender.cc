#include "coordination/contender.h"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "base/quoted.h"
#include "base/strings.h"
#include "coordination/node_removal.h"
#include "model/sequential_name.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

constexpr absl::Duration kOwnWatchDelay = absl::Milliseconds(10);

// Where the number in a sequential node's path begins.
size_t SequenceStart(const std::string& path) {
  const size_t digits = path.find_last_not_of("0123456789") + 1;
  // The sign, if what it follows ends a marker already.
  const bool negative = digits >= 2 && path[digits - 1] == '-' &&
                        (path[digits - 2] == '-' || path[digits - 2] == '_');
  return negative ? digits - 1 : digits;
}

}  // namespace

Contender::Contender(base::Loop& loop, zk::Session& session,
                     ContenderOptions options)
    : loop_(loop),
      session_(session),
      options_(std::move(options)),
      prefix_(base::StrCat(
          "_c_", boost::uuids::to_string(boost::uuids::random_generator()()),
          options_.tag, options_.marker)) {
  listener_ = session_.AddListener(
      [this](const zk::ConnectionInfo& info) { OnState(info); });
  line_watcher_ = session_.AddWatcher([this](const zk::WatchEvent&) {
    if (!HadItsTurn()) Step();
  });
  own_watcher_ = session_.AddWatcher(
      [this](const zk::WatchEvent& event) { OnOwnEvent(event); });
  // Not from inside the constructor: its owner does not know it yet.
  if (session_.connected()) loop_.Post(scope_.Wrap([this] { Step(); }));
}

Contender::~Contender() {
  session_.RemoveListener(listener_);
  session_.RemoveWatcher(line_watcher_);
  session_.RemoveWatcher(own_watcher_);
  Leave([](absl::Status) {});
}

void Contender::Leave(zk::Session::DoneCallback done) {
  requests_.Reset();
  scope_.Reset();
  loop_.Cancel(std::exchange(retry_timer_, 0));
  loop_.Cancel(std::exchange(own_timer_, 0));
  standing_ = Standing::kEnded;
  if (!std::exchange(may_exist_, false)) return done(absl::OkStatus());
  RemoveNode(loop_, session_, {options_.path, prefix_, node_path_},
             options_.log, std::move(done));
}

void Contender::OnState(const zk::ConnectionInfo& info) {
  if (standing_ == Standing::kEnded) return;
  requests_.Reset();
  if (info.state == zk::ConnectionState::kConnected) {
    backoff_.Reset();
    in_doubt_ = true;
    return Step();
  }
  if (info.state == zk::ConnectionState::kLost && HadItsTurn() &&
      !options_.rejoins)
    return End(absl::AbortedError(base::StrCat(
        "turn at ", options_.path, " lost with the session: ", info.reason)));
  if (standing_ == Standing::kGranted) Change(Standing::kSuspended);
}

// Every step begins here: what stands in ZooKeeper decides.
void Contender::Step() {
  if (standing_ == Standing::kEnded || !session_.connected()) return;
  requests_.Reset();  // an older listing says nothing any more
  loop_.Cancel(std::exchange(retry_timer_, 0));
  if (!may_exist_) return Create();
  if (in_doubt_) return Find();
  List();
}

// The listing is sent along with the creation: the server carries both out in
// this order, and a place in an empty line costs one round trip.
void Contender::Create() {
  may_exist_ = true;
  if (!options_.beside.empty()) return CreateBeside();
  session_.Create(ChildPath(options_.path, prefix_), options_.data,
                  zk::CreateMode::kEphemeralSequential,
                  requests_.Wrap([this](absl::StatusOr<zk::Created> created) {
                    if (created.ok()) {
                      node_path_ = std::move(created->path);
                      czxid_ = created->stat.czxid;
                      generation_ = session_.info().generation;
                      own_watched_ = false;
                      in_doubt_ = false;
                      return;
                    }
                    may_exist_ = in_doubt_ =
                        zk::IsOutcomeUnknown(created.status());
                    requests_.Reset();  // the listing's answer is of no use
                    if (absl::IsNotFound(created.status()))
                      return CreateFolder();
                    RetryLater(created.status());
                  }));
  List();
}

// In one step with the look at the other node: created any later, a node with
// an old number would have its turn beside somebody who came meanwhile.
void Contender::CreateBeside() {
  const std::string& other = options_.beside;
  const std::string path = ChildPath(
      options_.path, base::StrCat(prefix_, other.substr(SequenceStart(other))));
  session_.Multi(
      {zk::Op::Check(other, zk::kAnyVersion),
       zk::Op::Create(path, options_.data, zk::CreateMode::kEphemeral)},
      requests_.Wrap([this](absl::Status status) {
        if (status.ok()) return List();
        may_exist_ = in_doubt_ = zk::IsOutcomeUnknown(status);
        if (absl::IsNotFound(status))
          return End(absl::AbortedError(base::StrCat(
              options_.beside, ": gone, nothing to stand beside")));
        RetryLater(status);
      }));
}

void Contender::CreateFolder() {
  session_.CreateWithParents(options_.path,
                             requests_.Wrap([this](absl::Status status) {
                               if (!status.ok()) return RetryLater(status);
                               Step();
                             }));
}

// A creation that was cut off may have reached another server than the one
// that answers now.
void Contender::Find() {
  session_.Sync(options_.path, requests_.Wrap([this](absl::Status status) {
    if (!status.ok()) return RetryLater(status);
    List();
  }));
}

void Contender::List() {
  session_.GetChildren(
      options_.path, options_.watch_folder ? line_watcher_ : 0,
      requests_.Wrap([this](absl::StatusOr<zk::Children> children) {
        if (absl::IsNotFound(children.status())) return OnListed({});
        if (!children.ok()) return RetryLater(children.status());
        OnListed(std::move(children->names));
      }));
}

void Contender::OnListed(std::vector<std::string> names) {
  in_doubt_ = false;
  std::vector<std::string> line = Line(std::move(names));
  const auto mine = std::find_if(
      line.begin(), line.end(),
      [&](const std::string& name) { return absl::StartsWith(name, prefix_); });
  if (mine == line.end()) return OnOwnGone("its node is gone");
  const std::string path = ChildPath(options_.path, *mine);
  if (path != node_path_ || generation_ != session_.info().generation)
    return Verify(path, std::move(line));
  Decide(line);
}

// A node of a former session is about to go: it proves nothing.
void Contender::Verify(const std::string& path, std::vector<std::string> line) {
  session_.Exists(path, /*watcher=*/0,
                  requests_.Wrap([this, path, line = std::move(line)](
                                     absl::StatusOr<zk::Stat> stat) {
                    if (absl::IsNotFound(stat.status()))
                      return OnOwnGone("its node is gone");
                    if (!stat.ok()) return RetryLater(stat.status());
                    node_path_ = path;
                    if (stat->ephemeral_owner != session_.info().session_id)
                      return DeleteFormer();
                    generation_ = session_.info().generation;
                    czxid_ = stat->czxid;
                    own_watched_ = false;
                    Decide(line);
                  }));
}

void Contender::DeleteFormer() {
  if (HadItsTurn() && !options_.rejoins)
    return End(absl::AbortedError(base::StrCat(
        "turn at ", options_.path, " lost with the former session")));
  session_.Delete(node_path_, zk::kAnyVersion,
                  requests_.Wrap([this](absl::Status status) {
                    if (!status.ok() && !absl::IsNotFound(status))
                      return RetryLater(status);
                    OnOwnGone("its session is over");
                  }));
}

void Contender::Decide(const std::vector<std::string>& line) {
  const auto mine = std::find_if(
      line.begin(), line.end(),
      [&](const std::string& name) { return absl::StartsWith(name, prefix_); });
  // Who had its turn keeps it for as long as the node is there.
  std::optional<size_t> blocker;
  if (!HadItsTurn()) blocker = Blocker(line, mine - line.begin());
  if (blocker) return Follow(ChildPath(options_.path, line[*blocker]));
  waits_for_.clear();
  error_ = absl::OkStatus();
  WatchOwnSoon();
  Change(Standing::kGranted);
}

void Contender::Follow(const std::string& blocker) {
  waits_for_ = blocker;
  error_ = absl::OkStatus();
  WatchOwnSoon();
  if (options_.watch_folder) return Change(Standing::kWaiting);
  session_.Exists(blocker, line_watcher_,
                  requests_.Wrap([this](absl::StatusOr<zk::Stat> stat) {
                    if (absl::IsNotFound(stat.status())) return Step();
                    if (!stat.ok()) return RetryLater(stat.status());
                    Change(Standing::kWaiting);
                  }));
}

// Tells if somebody deletes the node, or writes a request into it. Not at once,
// so that a turn that is over by then does not pay for it; what happened
// meanwhile is found by reading.
void Contender::WatchOwnSoon() {
  if (std::exchange(own_watched_, true)) return;
  loop_.Cancel(own_timer_);
  own_timer_ = loop_.RunAfter(kOwnWatchDelay, [this] {
    own_timer_ = 0;
    WatchOwn();
  });
}

void Contender::WatchOwn() {
  own_watched_ = true;
  session_.Get(
      node_path_, own_watcher_,
      scope_.Wrap([this, path = node_path_](absl::StatusOr<zk::Node> node) {
        if (path != node_path_) return;  // of a former node
        if (absl::IsNotFound(node.status()))
          return OnOwnGone("its node was deleted");
        // Unanswered: the reconnect looks at everything again.
        if (!node.ok()) return void(own_watched_ = false);
        if (node->data == kRevocationRequest && HadItsTurn() &&
            options_.on_revocation)
          options_.on_revocation(*this);
      }));
}

void Contender::OnOwnEvent(const zk::WatchEvent& event) {
  if (event.path != node_path_ || standing_ == Standing::kEnded) return;
  if (event.type == zk::WatchEventType::kDeleted)
    return OnOwnGone("its node was deleted");
  WatchOwn();
}

void Contender::OnOwnGone(std::string_view why) {
  const bool had_its_turn = HadItsTurn();
  Forget();
  if (had_its_turn && !options_.rejoins)
    return End(absl::AbortedError(
        base::StrCat("turn at ", options_.path, " lost: ", why)));
  // From the loop: on_change may destroy this.
  loop_.Post(scope_.Wrap([this] { Step(); }));
  Change(Standing::kJoining);
}

void Contender::RetryLater(const absl::Status& status) {
  if (!zk::IsRetryable(status)) {
    if (error_ != status)
      base::Log(options_.log, base::LogLevel::kError,
                "cannot stand in line path=", options_.path,
                " error=", base::Quoted(base::Message(status)));
    if (!options_.rejoins) return End(status);
  }
  error_ = status;
  loop_.Cancel(retry_timer_);
  retry_timer_ = loop_.RunAfter(backoff_.Next(), [this] {
    retry_timer_ = 0;
    Step();
  });
}

void Contender::End(absl::Status status) {
  error_ = std::move(status);
  Leave([](absl::Status) {});
  if (options_.on_change) options_.on_change(*this);
}

// The last thing that a function does: on_change may destroy this.
void Contender::Change(Standing standing) {
  if (std::exchange(standing_, standing) == standing) return;
  if (options_.on_change) options_.on_change(*this);
}

bool Contender::HadItsTurn() const {
  return standing_ == Standing::kGranted || standing_ == Standing::kSuspended;
}

void Contender::Forget() {
  requests_.Reset();
  loop_.Cancel(std::exchange(own_timer_, 0));
  may_exist_ = in_doubt_ = own_watched_ = false;
  node_path_.clear();
  waits_for_.clear();
}

std::optional<size_t> Contender::Blocker(const std::vector<std::string>& line,
                                         size_t mine) const {
  if (options_.blocker) return options_.blocker(line, mine);
  if (mine == 0) return std::nullopt;
  return mine - 1;
}

std::vector<std::string> Contender::Line(std::vector<std::string> names) const {
  std::vector<std::string> markers = options_.others;
  markers.push_back(options_.marker);
  return model::SortBySequence(std::move(names), markers);
}

}  // namespace roster::coordination
