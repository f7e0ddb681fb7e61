#pragma once

#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "model/paths.h"
#include "monitor/control/inspector.h"
#include "tests/integration/control/control_fixture.h"
#include "tests/integration/coordination/peer.h"
#include "tests/support/answer.h"

namespace roster::monitor {

// InspectorTest has a rosterd's parts for one cluster, and an Inspector on
// them.
class InspectorTest : public ControlTest {
 protected:
  InspectorTest()
      : stack_(MakeStack()),
        inspector_(stack_->controller(), {.paths = paths_, .view = [this] {
                                            return stack_->view();
                                          }}) {}

  std::string servers() const { return server_.ConnectString(chroot_); }
  static absl::Time Soon() {
    return absl::Now() + testing::Scaled(absl::Seconds(20));
  }
  static LookQuery Named(std::string name, size_t limit = 100,
                         std::string after = "") {
    return {.target = {.name = std::move(name)},
            .limit = limit,
            .after = std::move(after),
            .deadline = Soon()};
  }
  static LookQuery At(std::string path) {
    return {.target = {.path = std::move(path)}, .deadline = Soon()};
  }
  static FolderQuery Folder(std::string folder = "") {
    return {.folder = std::move(folder), .deadline = Soon()};
  }

  // Asks and waits for the answer.
  template <typename Result, typename Request>
  absl::StatusOr<Result> Ask(
      void (Inspector::*call)(Request, CoordinationBackend::Done<Result>),
      Request request) {
    return testing::AnswerOf<Result>([&](auto done) {
      (inspector_.*call)(std::move(request), std::move(done));
    });
  }
  // Fail the test if there is no such thing.
  LockInfo Lock(LookQuery query) {
    return Found(Ask(&Inspector::GetLock, std::move(query)));
  }
  ElectionInfo Election(LookQuery query) {
    return Found(Ask(&Inspector::GetElection, std::move(query)));
  }
  QueueInfo Queue(LookQuery query) {
    return Found(Ask(&Inspector::GetQueue, std::move(query)));
  }
  BarrierInfo Barrier(LookQuery query) {
    return Found(Ask(&Inspector::GetBarrier, std::move(query)));
  }

  // What `holder` is to be forced out of, by an operator who saw it.
  static ForceReleaseRequest Release(CoordinationTarget target,
                                     const Contender& holder) {
    ForceReleaseRequest request{.target = std::move(target),
                                .node = holder.node,
                                .czxid = holder.czxid,
                                .reason = "hangs"};
    request.meta.actor.name = "ops";
    request.meta.content = base::StrCat(holder.path, holder.czxid);
    request.meta.deadline = Soon();
    return request;
  }
  absl::StatusOr<ForceReleaseResult> ForceRelease(ForceReleaseRequest request) {
    return Ask(&Inspector::ForceReleaseLock, std::move(request));
  }

  static std::string ReasonOf(const absl::Status& status) {
    return base::DetailsOf(status).reason;
  }

  const model::ClusterPaths paths_{"/roster", "default"};
  const std::unique_ptr<ControlStack> stack_;
  Inspector inspector_;

 private:
  template <typename Info>
  static Info Found(absl::StatusOr<Look<Info>> look) {
    EXPECT_OK(look.status());
    return look.ok() ? std::move(look->info) : Info();
  }
};

}  // namespace roster::monitor
