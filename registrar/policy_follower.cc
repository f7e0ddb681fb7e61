#include "registrar/policy_follower.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "model/policy.h"

namespace roster::registrar {

PolicyFollower::PolicyFollower(base::Loop& loop, zk::Session& session,
                               Options options)
    : options_(std::move(options)), node_(loop, session, MakeNodeOptions()) {}

NodeFollower::Options PolicyFollower::MakeNodeOptions() {
  NodeFollower::Options options;
  options.path = options_.path;
  options.spread = kSpread;
  options.on_node = [this](const zk::Node& node) { OnNode(node); };
  options.on_missing = [this] { Follow(std::nullopt, absl::OkStatus()); };
  options.on_refused = [this](const absl::Status& status) {
    Follow(interval_, status);
  };
  return options;
}

void PolicyFollower::OnNode(const zk::Node& node) {
  const absl::StatusOr<model::Policy> policy = model::ParsePolicy(node.data);
  if (policy.ok()) return Follow(policy->reporting.interval, absl::OkStatus());
  Follow(interval_, absl::Status(policy.status().code(),
                                 absl::StrCat(options_.path, ": ",
                                              policy.status().message())));
}

void PolicyFollower::Follow(std::optional<absl::Duration> interval,
                            absl::Status error) {
  if (interval == interval_ && error == error_) return;
  if (interval != interval_)
    base::Log(options_.log, base::LogLevel::kInfo, "policy interval=",
              interval ? absl::FormatDuration(*interval) : "none");
  if (error != error_ && !error.ok())
    base::Log(options_.log, base::LogLevel::kError,
              "policy not followed: ", error.ToString());
  interval_ = interval;
  error_ = std::move(error);
  options_.on_change();
}

}  // namespace roster::registrar
