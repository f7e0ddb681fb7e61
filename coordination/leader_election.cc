#include "coordination/leader_election.h"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/strings.h"
#include "coordination/sequential_name.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

constexpr std::string_view kMarker = "-latch-";

}  // namespace

class LeaderElection::Impl {
 public:
  Impl(base::Loop& loop, zk::Session& session, LeaderElectionOptions options)
      : loop_(loop),
        session_(session),
        options_(std::move(options)),
        name_prefix_(base::StrCat(
            "_c_", boost::uuids::to_string(boost::uuids::random_generator()()),
            kMarker)) {
    listener_ = session_.AddListener(
        [this](const zk::ConnectionInfo& info) { OnState(info); });
    watcher_ = session_.AddWatcher([this](const zk::WatchEvent&) { List(); });
    if (session_.connected())
      loop_.Post(scope_.Wrap([this] { OnState(session_.info()); }));
  }

  ~Impl() {
    session_.RemoveListener(listener_);
    session_.RemoveWatcher(watcher_);
    loop_.Cancel(retry_timer_);
    // Not waited for: should it fail, the session's end removes the node.
    if (!node_path_.empty() && session_.connected())
      session_.Delete(node_path_, zk::kAnyVersion, [](absl::Status) {});
  }

  bool leading() const { return leading_; }
  const std::string& node_path() const { return node_path_; }
  int64_t czxid() const { return czxid_; }
  const absl::Status& error() const { return error_; }

 private:
  void OnState(const zk::ConnectionInfo& info) {
    requests_.Reset();
    if (info.state != zk::ConnectionState::kConnected) {
      SetLeading(false);
      return;
    }
    backoff_.Reset();
    List();
  }

  // Every step begins here: what stands in ZooKeeper decides. It finds the node
  // again after a create whose answer was lost, too.
  void List() {
    if (!session_.connected()) return;
    requests_.Reset();  // an older listing says nothing any more
    loop_.Cancel(std::exchange(retry_timer_, 0));
    session_.GetChildren(
        options_.path, /*watcher=*/0,
        requests_.Wrap([this](absl::StatusOr<zk::Children> children) {
          if (absl::IsNotFound(children.status())) return CreateParent();
          if (!children.ok()) return RetryLater(children.status());
          OnListed(std::move(children->names));
        }));
  }

  void CreateParent() {
    session_.CreateWithParents(options_.path,
                               requests_.Wrap([this](absl::Status status) {
                                 if (!status.ok()) return RetryLater(status);
                                 List();
                               }));
  }

  void OnListed(std::vector<std::string> names) {
    names = SortBySequence(std::move(names), kMarker);
    const auto mine =
        std::find_if(names.begin(), names.end(), [&](const std::string& name) {
          return absl::StartsWith(name, name_prefix_);
        });
    if (mine == names.end()) {
      SetLeading(false);
      node_path_.clear();
      return CreateNode();
    }
    const std::string path = Child(*mine);
    if (mine == names.begin())
      Verify(path, /*first=*/true);
    else
      Follow(path, Child(*std::prev(mine)));
  }

  void CreateNode() {
    session_.Create(
        Child(name_prefix_), options_.data,
        zk::CreateMode::kEphemeralSequential,
        requests_.Wrap([this](absl::StatusOr<zk::Created> created) {
          if (created.ok() || zk::IsOutcomeUnknown(created.status()))
            return List();
          if (absl::IsNotFound(created.status())) return CreateParent();
          RetryLater(created.status());
        }));
  }

  // Waits for the end of the candidate before this one.
  void Follow(const std::string& path, const std::string& before) {
    SetLeading(false);
    session_.Exists(before, watcher_,
                    requests_.Wrap([this, path](absl::StatusOr<zk::Stat> stat) {
                      if (absl::IsNotFound(stat.status())) return List();
                      if (!stat.ok()) return RetryLater(stat.status());
                      Verify(path, /*first=*/false);
                    }));
  }

  // A node of a former session is about to go: it proves nothing. The watch
  // tells if somebody deletes the node.
  void Verify(const std::string& path, bool first) {
    session_.Exists(
        path, watcher_,
        requests_.Wrap([this, path, first](absl::StatusOr<zk::Stat> stat) {
          if (absl::IsNotFound(stat.status())) return List();
          if (!stat.ok()) return RetryLater(stat.status());
          if (stat->ephemeral_owner != session_.info().session_id)
            return DeleteFormer(path);
          node_path_ = path;
          czxid_ = stat->czxid;
          error_ = absl::OkStatus();
          SetLeading(first);
        }));
  }

  void DeleteFormer(const std::string& path) {
    SetLeading(false);
    node_path_.clear();
    session_.Delete(path, zk::kAnyVersion,
                    requests_.Wrap([this](absl::Status status) {
                      if (status.ok() || absl::IsNotFound(status))
                        return List();
                      RetryLater(status);
                    }));
  }

  void RetryLater(const absl::Status& status) {
    if (!zk::IsRetryable(status) && error_ != status)
      base::Log(options_.log, base::LogLevel::kError,
                "cannot take part in the election path=", options_.path,
                " error=\"", base::Message(status), "\"");
    error_ = status;
    loop_.Cancel(retry_timer_);
    retry_timer_ = loop_.RunAfter(backoff_.Next(), [this] {
      retry_timer_ = 0;
      List();
    });
  }

  void SetLeading(bool leading) {
    if (std::exchange(leading_, leading) == leading) return;
    base::Log(options_.log, base::LogLevel::kInfo,
              leading ? "elected" : "no longer elected",
              " path=", options_.path);
    if (options_.on_change) options_.on_change(leading);
  }

  std::string Child(std::string_view name) const {
    return base::StrCat(options_.path == "/" ? "" : options_.path, "/", name);
  }

  base::Loop& loop_;
  zk::Session& session_;
  const LeaderElectionOptions options_;
  const std::string name_prefix_;  // unique to this candidate
  zk::Session::ListenerId listener_;
  zk::WatcherId watcher_;
  base::Backoff backoff_{absl::Milliseconds(100), absl::Seconds(5)};
  base::Loop::TimerId retry_timer_ = 0;

  std::string node_path_;
  int64_t czxid_ = 0;
  bool leading_ = false;
  absl::Status error_;

  base::CallbackScope requests_;  // of the step under way
  base::CallbackScope scope_;
};

LeaderElection::LeaderElection(base::Loop& loop, zk::Session& session,
                               LeaderElectionOptions options)
    : impl_(std::make_unique<Impl>(loop, session, std::move(options))) {}
LeaderElection::~LeaderElection() = default;
bool LeaderElection::leading() const { return impl_->leading(); }
const std::string& LeaderElection::node_path() const {
  return impl_->node_path();
}
int64_t LeaderElection::czxid() const { return impl_->czxid(); }
const absl::Status& LeaderElection::error() const { return impl_->error(); }

}  // namespace roster::coordination
