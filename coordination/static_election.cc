#include "coordination/static_election.h"

#include <utility>

#include "base/strings.h"
#include "coordination/candidacy.h"
#include "coordination/retry.h"
#include "coordination/seat.h"

namespace roster::coordination {

class StaticElection::Candidate {
 public:
  Candidate(base::Loop& loop, StaticElectionOptions options)
      : loop_(loop),
        options_(std::move(options)),
        candidacy_(options_.path, options_.on_change, options_.log) {}

  void Join(zk::Session& session) {
    if (seat_ != nullptr) return;
    seat_ = std::make_unique<Seat>(
        loop_, session,
        SeatOptions{.path = options_.path,
                    .data = options_.data,
                    .log = options_.log,
                    .on_change = [this] { OnChange(); }});
    seat_->Want(true);
  }
  void Leave() {
    // It may have been elected since Release(), which came from a thread.
    candidacy_.Update(GrantState::kLost);
    seat_.reset();
  }

  Candidacy& candidacy() { return candidacy_; }

  // Why it does not lead. On the loop.
  absl::Status Reason() const {
    if (seat_ == nullptr)
      return absl::CancelledError(base::StrCat(options_.path, ": resigned"));
    if (!seat_->error().ok()) return seat_->error();
    if (!seat_->occupant())
      return absl::UnavailableError(
          base::StrCat(options_.path, ": ZooKeeper did not answer in time"));
    return absl::DeadlineExceededError(
        base::StrCat(options_.path, ": not elected, \"",
                     seat_->occupant()->data, "\" leads"));
  }

 private:
  void OnChange() {
    if (seat_ == nullptr) return;
    const auto& occupant = seat_->occupant();
    if (seat_->mine())
      return candidacy_.Update(GrantState::kHeld, occupant->node_path,
                               occupant->token);
    // While the connection is away, what was read last stands.
    const bool still =
        occupant && occupant->token == candidacy_.grant().token();
    candidacy_.Update(still ? GrantState::kSuspended : GrantState::kLost);
  }

  base::Loop& loop_;
  const StaticElectionOptions options_;
  Candidacy candidacy_;
  std::unique_ptr<Seat> seat_;  // confined to the loop
};

StaticElection::StaticElection(Client& client, StaticElectionOptions options)
    : client_(client),
      candidate_(
          std::make_shared<Candidate>(client.loop(), std::move(options))) {}

StaticElection::~StaticElection() {
  candidate_->candidacy().Release();
  client_.loop().RunAndWait([candidate = candidate_] { candidate->Leave(); });
}

void StaticElection::Join() {
  client_.loop().Post(
      [candidate = candidate_, this] { candidate->Join(client_.session()); });
}

absl::Status StaticElection::Campaign(absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  Join();
  absl::Status status = candidate_->candidacy().AwaitLeadership(deadline);
  if (absl::IsDeadlineExceeded(status))
    client_.loop().RunAndWait([&] { status = candidate_->Reason(); });
  return status;
}

void StaticElection::Resign() {
  candidate_->candidacy().Release();
  client_.loop().Post([candidate = candidate_] { candidate->Leave(); });
}

Grant StaticElection::grant() const { return candidate_->candidacy().grant(); }

absl::StatusOr<Leader> StaticElection::FindLeader(Client& client,
                                                  const std::string& path,
                                                  absl::Time deadline) {
  return RetryRead(client, deadline, [&]() -> absl::StatusOr<Leader> {
    absl::StatusOr<zk::OwnedNode> node = client.blocking().Get(path, deadline);
    if (!node.ok()) return node.status();
    return Leader::Of(path, node->data, node->stat);
  });
}

}  // namespace roster::coordination
