#include "coordination/election.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "coordination/candidacy.h"
#include "coordination/contender.h"
#include "coordination/node_removal.h"
#include "coordination/retry.h"
#include "model/sequential_name.h"

namespace roster::coordination {
namespace {

constexpr char kLatchMarker[] = "-latch-";

}  // namespace

// The contender on the loop, and what threads see of it.
class Election::Candidate {
 public:
  Candidate(base::Loop& loop, ElectionOptions options)
      : loop_(loop),
        options_(std::move(options)),
        candidacy_(options_.path, options_.on_change, options_.log) {}

  void Join(zk::Session& session) {
    if (contender_ != nullptr) return;
    contender_ = std::make_unique<Contender>(
        loop_, session,
        ContenderOptions{.path = options_.path,
                         .marker = kLatchMarker,
                         .data = options_.data,
                         .rejoins = true,
                         .log = options_.log,
                         .on_change = [this](Contender&) { OnChange(); }});
  }

  void Leave(zk::Session::DoneCallback done) {
    if (contender_ == nullptr) return done(absl::OkStatus());
    contender_->Leave(std::move(done));
    contender_.reset();
  }

  Candidacy& candidacy() { return candidacy_; }
  // Why it does not lead. On the loop.
  absl::Status Reason() const {
    if (contender_ == nullptr)
      return absl::CancelledError(base::StrCat(options_.path, ": resigned"));
    if (!contender_->error().ok()) return contender_->error();
    if (contender_->waits_for().empty())
      return absl::UnavailableError(
          base::StrCat(options_.path, ": ZooKeeper did not answer in time"));
    return absl::DeadlineExceededError(base::StrCat(
        options_.path, ": not elected, behind ", contender_->waits_for()));
  }

 private:
  void OnChange() {
    switch (contender_->standing()) {
      case Standing::kGranted:
        return candidacy_.Update(GrantState::kHeld, contender_->node_path(),
                                 contender_->czxid());
      case Standing::kSuspended:
        return candidacy_.Update(GrantState::kSuspended);
      default:
        return candidacy_.Update(GrantState::kLost);
    }
  }

  base::Loop& loop_;
  const ElectionOptions options_;
  std::unique_ptr<Contender> contender_;  // confined to the loop

  Candidacy candidacy_;
};

Election::Election(Client& client, ElectionOptions options)
    : client_(client),
      candidate_(
          std::make_shared<Candidate>(client.loop(), std::move(options))) {}

Election::~Election() {
  candidate_->candidacy().Release();
  client_.loop().RunAndWait(
      [candidate = candidate_] { candidate->Leave([](absl::Status) {}); });
}

void Election::Join() {
  client_.loop().Post(
      [candidate = candidate_, this] { candidate->Join(client_.session()); });
}

absl::Status Election::Campaign(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  Join();
  absl::Status status = candidate_->candidacy().AwaitLeadership(deadline);
  if (!absl::IsDeadlineExceeded(status)) return status;
  client_.loop().RunAndWait([&] { status = candidate_->Reason(); });
  return status;
}

absl::Status Election::Resign(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  candidate_->candidacy().Release();
  struct Nothing {};
  return client_.blocking()
      .Await<Nothing>("resign", deadline,
                      [candidate = candidate_](
                          zk::Session&, zk::Session::Callback<Nothing> done) {
                        candidate->Leave([done = std::move(done)](
                                             absl::Status left) mutable {
                          if (!left.ok()) return done(std::move(left));
                          done(Nothing{});
                        });
                      })
      .status();
}

Grant Election::grant() const { return candidate_->candidacy().grant(); }

absl::StatusOr<Leader> Election::FindLeader(Client& client,
                                            const std::string& path,
                                            absl::Time deadline) {
  return RetryRead(client, deadline, [&]() -> absl::StatusOr<Leader> {
    while (true) {
      absl::StatusOr<zk::Children> children =
          client.blocking().GetChildren(path, deadline);
      if (!children.ok()) return children.status();
      const std::vector<std::string> line =
          model::SortBySequence(std::move(children->names), kLatchMarker);
      if (line.empty())
        return absl::NotFoundError(base::StrCat(path, ": nobody leads"));
      std::string first = ChildPath(path, line.front());
      absl::StatusOr<zk::OwnedNode> node =
          client.blocking().Get(first, deadline);
      if (absl::IsNotFound(node.status())) continue;  // gone meanwhile
      if (!node.ok()) return node.status();
      return Leader::Of(std::move(first), std::move(node->data), node->stat);
    }
  });
}

}  // namespace roster::coordination
