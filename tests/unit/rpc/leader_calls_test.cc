// The calls of CoordinationService about leaders, on a real server: what
// reaches the LeaderBackend, and what comes back.

#include <memory>
#include <string>
#include <utility>

#include "base/error_details.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "monitor/control/coordination_values.h"
#include "monitor/rpc/coordination_service.h"
#include "tests/unit/rpc/served.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Keeps what it was asked, and answers with what the test wants.
class FakeLeaders final : public LeaderBackend {
 public:
  // Held by each call, and taken by whoever asks, before and after: so
  // ThreadSanitizer sees what gRPC orders.
  base::Mutex mu;

  LeaderQuery query;
  LeaderAnswer answer;
  int changes = 0;
  DesignateRequest change;
  StoredDesignation stored;
  absl::Status error;

  void GetLeader(LeaderQuery asked, Done<LeaderAnswer> done) override {
    base::MutexLock holding(&mu);
    query = std::move(asked);
    if (!error.ok()) return done(error);
    done(answer);
  }
  void Designate(DesignateRequest asked, Done<DesignateResult> done) override {
    base::MutexLock holding(&mu);
    ++changes;
    change = std::move(asked);
    if (!error.ok()) return done(error);
    done(DesignateResult{.designation = stored, .request_id = "r-3"});
  }
};

class LeaderCallsTest : public ::testing::Test {
 protected:
  using Stub = v1::CoordinationService::Stub;

  LeaderCallsTest() {
    designate_.set_cluster("alpha");
    designate_.set_name("boss");
    designate_.add_leaders("web-02");
    designate_.add_leaders("web-01");
    designate_.set_reason("web-01 is slow");
    ask_.set_cluster("alpha");
    ask_.set_name("boss");
  }

  // The answer to `ask_`.
  v1::GetLeaderResponse Leader() {
    v1::GetLeaderResponse response;
    EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetLeader, ask_, &response)), "OK");
    return response;
  }
  // The field of `request` that is said to be wrong, having reached nobody.
  std::string BadFieldOf(const v1::DesignateLeaderRequest& request) {
    v1::DesignateLeaderResponse response;
    const grpc::Status status =
        served_.Ask(&Stub::DesignateLeader, request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(leaders_.changes, 0);
    const auto bad = DetailOf<google::rpc::BadRequest>(status);
    return bad.field_violations().empty() ? ""
                                          : bad.field_violations(0).field();
  }

  FakeLeaders leaders_;
  // Of beta, nobody knows the leaders.
  CoordinationService service_{
      {{"alpha", nullptr, &leaders_}, {"beta", nullptr, nullptr}}};
  Served<v1::CoordinationService> served_{
      &service_, [this] { base::MutexLock lock(&leaders_.mu); }};
  v1::DesignateLeaderRequest designate_;
  v1::GetLeaderRequest ask_;
};

TEST_F(LeaderCallsTest, ALeaderIsToldWithAllThatIsKnown) {
  leaders_.answer = {
      .leader = coordination::Leader{.node_path = "/e/boss/n-7",
                                     .data = std::string(2000, 'x'),
                                     .data_size = 2000,
                                     .token = 4294967301,
                                     .session_id = static_cast<int64_t>(
                                         0x9000'0123'abcd'0001ULL),
                                     .since = absl::FromUnixSeconds(170)},
      .name = "web-01",
      .source = LeaderSource::kLastKnown,
      .as_of = absl::FromUnixSeconds(180),
      .connected = false,
      .designation = StoredDesignation{
          .election = {.name = "boss", .path = "/e/boss"},
          .designation = {.version = 4,
                          .leaders = {"web-02"},
                          .hand_back = model::HandBack::kWhenLeaderEnds,
                          .settle = absl::Seconds(30),
                          .actor = {.name = "ops"},
                          .reason = "OPS-7",
                          .at = absl::FromUnixSeconds(160)}}};
  const v1::GetLeaderResponse response = Leader();
  EXPECT_EQ(leaders_.query.target.name, "boss");
  EXPECT_LT(leaders_.query.deadline, absl::Now() + absl::Minutes(2));
  EXPECT_EQ(response.source(), v1::LEADER_SOURCE_LAST_KNOWN);
  EXPECT_EQ(response.as_of().seconds(), 180);
  EXPECT_FALSE(response.connected());
  const v1::Leader& leader = response.leader();
  EXPECT_EQ(leader.name(), "web-01");
  EXPECT_EQ(leader.path(), "/e/boss/n-7");
  EXPECT_EQ(leader.fencing_token(), 4294967301);
  EXPECT_EQ(leader.session_id(), "0x90000123abcd0001");
  EXPECT_EQ(leader.create_time().seconds(), 170);
  EXPECT_EQ(leader.data().text().size(), kShownDataBytes);
  EXPECT_EQ(leader.data().size_bytes(), 2000);
  EXPECT_TRUE(leader.data().truncated());
  const v1::Designation& designation = response.designation();
  EXPECT_EQ(designation.name(), "boss");
  EXPECT_EQ(designation.path(), "/e/boss");
  EXPECT_THAT(designation.leaders(), ElementsAre("web-02"));
  EXPECT_EQ(designation.hand_back(), v1::HAND_BACK_WHEN_LEADER_ENDS);
  EXPECT_EQ(designation.settle().seconds(), 30);
  EXPECT_EQ(designation.actor(), "ops");
  EXPECT_EQ(designation.reason(), "OPS-7");
  EXPECT_EQ(designation.update_time().seconds(), 160);
  EXPECT_EQ(designation.version(), 4);
}

TEST_F(LeaderCallsTest, OfOneWhoWasOnlyDesignatedNothingButTheNameIsTold) {
  leaders_.answer = {.leader = coordination::Leader{.token = 5},
                     .name = "web\xff",
                     .source = LeaderSource::kDesignated};
  const v1::GetLeaderResponse response = Leader();
  EXPECT_EQ(response.source(), v1::LEADER_SOURCE_DESIGNATED);
  EXPECT_EQ(response.leader().name(), "web\uFFFD");
  EXPECT_EQ(response.leader().fencing_token(), 0);
  EXPECT_FALSE(response.leader().has_data());
  EXPECT_FALSE(response.has_as_of());
}

TEST_F(LeaderCallsTest, ThatNobodyLeadsIsAnAnswer) {
  leaders_.answer = {.source = LeaderSource::kLive, .connected = true};
  ask_.clear_name();
  ask_.set_path("/kazoo/boss");
  const v1::GetLeaderResponse response = Leader();
  EXPECT_EQ(leaders_.query.target.path, "/kazoo/boss");
  EXPECT_FALSE(response.has_leader());
  EXPECT_FALSE(response.has_designation());
  EXPECT_EQ(response.source(), v1::LEADER_SOURCE_LIVE);
  EXPECT_TRUE(response.connected());
}

TEST_F(LeaderCallsTest, DesignateReachesTheBackendAndTellsWhatIsStored) {
  leaders_.stored = {.election = {.name = "boss", .path = "/e/boss"},
                     .designation = {.version = 3, .leaders = {"web-02"}}};
  designate_.set_hand_back(v1::HAND_BACK_WHEN_LEADER_ENDS);
  designate_.mutable_settle()->set_seconds(90);
  designate_.set_actor("ops");
  designate_.set_request_id("r-1");
  designate_.set_validate_only(true);
  designate_.set_expected_version(0);
  v1::DesignateLeaderResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::DesignateLeader, designate_, &response)),
            "OK");
  EXPECT_EQ(response.request_id(), "r-3");
  EXPECT_EQ(response.designation().version(), 3);
  EXPECT_EQ(response.designation().path(), "/e/boss");
  EXPECT_FALSE(response.designation().has_settle()) << "none is stored";

  const DesignateRequest& asked = leaders_.change;
  EXPECT_EQ(asked.target.name, "boss");
  EXPECT_EQ(asked.reason, "web-01 is slow");
  EXPECT_EQ(asked.expected_version, 0);
  EXPECT_EQ(asked.meta.actor.name, "ops");
  EXPECT_THAT(asked.meta.actor.peer, HasSubstr("127.0.0.1"));
  EXPECT_EQ(asked.meta.request_id, "r-1");
  EXPECT_TRUE(asked.meta.validate_only);
  ASSERT_TRUE(asked.designation.has_value());
  EXPECT_THAT(asked.designation->leaders, ElementsAre("web-02", "web-01"));
  EXPECT_EQ(asked.designation->hand_back, model::HandBack::kWhenLeaderEnds);
  EXPECT_EQ(asked.designation->settle, absl::Seconds(90));
}

TEST_F(LeaderCallsTest, WhatIsLeftOutIsImmediateAndUnconditional) {
  v1::DesignateLeaderResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::DesignateLeader, designate_, &response)),
            "OK");
  EXPECT_EQ(leaders_.change.designation->hand_back,
            model::HandBack::kImmediate);
  EXPECT_EQ(leaders_.change.designation->settle, absl::ZeroDuration());
  EXPECT_EQ(leaders_.change.expected_version, std::nullopt);
}

TEST_F(LeaderCallsTest, ADesignationThatMakesNoSenseReachesNobody) {
  v1::DesignateLeaderRequest bad = designate_;
  bad.set_reason(" ");
  EXPECT_EQ(BadFieldOf(bad), "reason");
  bad = designate_;
  bad.clear_leaders();
  EXPECT_EQ(BadFieldOf(bad), "leaders");
  bad = designate_;
  bad.add_leaders("");
  EXPECT_EQ(BadFieldOf(bad), "leaders[2]");
  bad = designate_;
  bad.add_leaders("web-02");
  EXPECT_EQ(BadFieldOf(bad), "leaders[2]") << "twice";
  bad = designate_;
  for (int i = 0; i < 99; ++i) bad.add_leaders("x-" + std::to_string(i));
  EXPECT_EQ(BadFieldOf(bad), "leaders") << "101";
  bad = designate_;
  bad.set_hand_back(static_cast<v1::HandBack>(99));
  EXPECT_EQ(BadFieldOf(bad), "hand_back");
  bad = designate_;
  bad.mutable_settle()->set_seconds(-1);
  EXPECT_EQ(BadFieldOf(bad), "settle");
  bad.mutable_settle()->set_seconds(24 * 3600 + 1);
  EXPECT_EQ(BadFieldOf(bad), "settle");
  bad = designate_;
  bad.set_expected_version(-1);
  EXPECT_EQ(BadFieldOf(bad), "expected_version");
}

TEST_F(LeaderCallsTest, ClearReachesTheBackendWithoutADesignation) {
  leaders_.stored = {.election = {.path = "/kazoo/boss"},
                     .designation = {.version = 9, .leaders = {"web-02"}}};
  v1::ClearDesignationRequest request;
  request.set_cluster("alpha");
  request.set_path("/kazoo/boss");
  request.set_expected_version(9);
  v1::ClearDesignationResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ClearDesignation, request, &response)),
            "OK");
  EXPECT_EQ(leaders_.change.target.path, "/kazoo/boss");
  EXPECT_EQ(leaders_.change.designation, std::nullopt);
  EXPECT_EQ(leaders_.change.expected_version, 9);
  EXPECT_THAT(leaders_.change.reason, IsEmpty());
  EXPECT_EQ(response.designation().version(), 9) << "as it was";
  EXPECT_EQ(response.request_id(), "r-3");
}

TEST_F(LeaderCallsTest, ErrorsKeepTheirReason) {
  leaders_.error = base::WithReason(absl::AbortedError("it has version 3"),
                                    "DESIGNATION_VERSION_MISMATCH");
  v1::DesignateLeaderResponse designated;
  EXPECT_EQ(
      ErrorOf(served_.Ask(&Stub::DesignateLeader, designate_, &designated)),
      "ABORTED/DESIGNATION_VERSION_MISMATCH");
  leaders_.error = base::WithReason(absl::UnavailableError("not read yet"),
                                    "ZOOKEEPER_UNAVAILABLE");
  v1::GetLeaderResponse answer;
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetLeader, ask_, &answer)),
            "UNAVAILABLE/ZOOKEEPER_UNAVAILABLE");
  ask_.set_cluster("gamma");
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetLeader, ask_, &answer)),
            "NOT_FOUND/CLUSTER_NOT_FOUND");
  ask_.clear_cluster();
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetLeader, ask_, &answer)),
            "INVALID_ARGUMENT/CLUSTER_REQUIRED");
}

TEST_F(LeaderCallsTest, AClusterWhoseLeadersNobodyKnowsSaysSo) {
  ask_.set_cluster("beta");
  v1::GetLeaderResponse answer;
  EXPECT_EQ(served_.Ask(&Stub::GetLeader, ask_, &answer).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  designate_.set_cluster("beta");
  v1::DesignateLeaderResponse designated;
  EXPECT_EQ(
      served_.Ask(&Stub::DesignateLeader, designate_, &designated).error_code(),
      grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(leaders_.changes, 0);
}

}  // namespace
}  // namespace roster::monitor
