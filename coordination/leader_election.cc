#include "coordination/leader_election.h"

#include <utility>

#include "base/strings.h"
#include "coordination/contender.h"
#include "coordination/guarded_call.h"

namespace roster::coordination {

class LeaderElection::Impl {
 public:
  Impl(base::Loop& loop, zk::Session& session, LeaderElectionOptions options)
      : options_(std::move(options)),
        contender_(loop, session,
                   ContenderOptions{
                       .path = options_.path,
                       .marker = "-latch-",
                       .data = options_.data,
                       .rejoins = true,
                       .log = options_.log,
                       .on_change = [this](Contender&) { OnChange(); },
                   }) {}

  bool leading() const { return leading_; }
  const Contender& contender() const { return contender_; }

 private:
  void OnChange() {
    const bool leading = contender_.standing() == Standing::kGranted;
    if (std::exchange(leading_, leading) == leading) return;
    base::Log(options_.log, base::LogLevel::kInfo,
              leading ? "elected" : "no longer elected",
              " path=", options_.path);
    CallGuarded(options_.log, "on_change", options_.on_change, leading);
  }

  const LeaderElectionOptions options_;
  bool leading_ = false;
  Contender contender_;
};

LeaderElection::LeaderElection(base::Loop& loop, zk::Session& session,
                               LeaderElectionOptions options)
    : impl_(std::make_unique<Impl>(loop, session, std::move(options))) {}
LeaderElection::~LeaderElection() = default;
bool LeaderElection::leading() const { return impl_->leading(); }
const std::string& LeaderElection::node_path() const {
  return impl_->contender().node_path();
}
int64_t LeaderElection::czxid() const { return impl_->contender().czxid(); }
const absl::Status& LeaderElection::error() const {
  return impl_->contender().error();
}

}  // namespace roster::coordination
