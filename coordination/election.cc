#include "coordination/election.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "coordination/candidacy.h"
#include "coordination/candidate_name.h"
#include "coordination/contender.h"
#include "coordination/line_name.h"
#include "coordination/node_removal.h"
#include "coordination/retry.h"
#include "coordination/succession.h"
#include "model/designation.h"
#include "model/paths.h"

namespace roster::coordination {
namespace {

// Where the designation is that counts; empty: nowhere.
std::string DesignationOf(const ElectionOptions& options) {
  if (options.designation == "-") return "";
  return options.designation.empty() ? model::DesignationPathOf(options.path)
                                     : options.designation;
}

std::string IdOf(const ElectionOptions& options) {
  const std::string& id = options.id.empty() ? options.data : options.id;
  return model::ValidateMemberName(id).ok() ? id : "";
}

}  // namespace

// The contender on the loop, what it does about designations, and what threads
// see of it.
class Election::Candidate {
 public:
  Candidate(base::Loop& loop, ElectionOptions options)
      : loop_(loop),
        options_(std::move(options)),
        candidacy_(options_.path, options_.on_change, options_.log) {}

  void Join(zk::Session& session) {
    if (contender_ != nullptr) return;
    const std::string designation = DesignationOf(options_);
    if (!designation.empty())
      succession_ = std::make_unique<Succession>(
          loop_, session,
          SuccessionOptions{.path = options_.path,
                            .designation = designation,
                            .id = IdOf(options_),
                            .log = options_.log,
                            .on_change = [this] { Publish(); }});
    contender_ = std::make_unique<Contender>(
        loop_, session,
        ContenderOptions{.path = options_.path,
                         .marker = std::string(kLatchMarker),
                         .tag = succession_ ? CandidateTag(IdOf(options_)) : "",
                         .data = options_.data,
                         .rejoins = true,
                         .log = options_.log,
                         .on_change = [this](Contender&) { OnChange(); }});
  }

  void Leave(zk::Session::DoneCallback done) {
    if (contender_ == nullptr) return done(absl::OkStatus());
    succession_.reset();
    // It may have been elected since Release(), which came from a thread.
    candidacy_.Update(GrantState::kLost);
    contender_->Leave(std::move(done));
    contender_.reset();
  }

  Candidacy& candidacy() { return candidacy_; }
  // Why it does not lead. On the loop.
  absl::Status Reason() const {
    if (contender_ == nullptr)
      return absl::CancelledError(base::StrCat(options_.path, ": resigned"));
    if (!contender_->error().ok()) return contender_->error();
    if (contender_->standing() == Standing::kGranted)
      return absl::DeadlineExceededError(base::StrCat(
          options_.path, ": not elected, gives way to who should lead"));
    if (contender_->waits_for().empty())
      return absl::UnavailableError(
          base::StrCat(options_.path, ": ZooKeeper did not answer in time"));
    return absl::DeadlineExceededError(base::StrCat(
        options_.path, ": not elected, behind ", contender_->waits_for()));
  }

 private:
  void OnChange() {
    if (succession_ == nullptr) return Publish();
    if (contender_->standing() == Standing::kGranted)
      succession_->OnTurn(contender_->node_path());
    else
      succession_->OnNoTurn();
    Publish();
  }

  void Publish() {
    switch (contender_->standing()) {
      case Standing::kGranted:
        // Before it leads: nothing. About to give way: it may stay after all.
        if (succession_ != nullptr && !succession_->may_lead())
          return candidacy_.Update(GrantState::kSuspended);
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
  // Confined to the loop.
  std::unique_ptr<Succession> succession_;  // null: obeys no designation
  std::unique_ptr<Contender> contender_;

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
      const Line line = ReadElectionLine(children->names);
      if (line.empty())
        return absl::NotFoundError(base::StrCat(path, ": nobody leads"));
      std::string first = ChildPath(path, line.nodes.front().name);
      absl::StatusOr<zk::OwnedNode> node =
          client.blocking().Get(first, deadline);
      if (absl::IsNotFound(node.status())) continue;  // gone meanwhile
      if (!node.ok()) return node.status();
      return Leader::Of(std::move(first), node->data, node->stat);
    }
  });
}

}  // namespace roster::coordination
