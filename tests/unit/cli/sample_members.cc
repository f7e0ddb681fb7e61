#include "tests/unit/cli/sample_members.h"

#include "tests/unit/cli/fake_rosterd.h"

namespace roster::testing {

using roster::v1::Member;

absl::Time SampleNow() {
  return absl::FromCivil(absl::CivilSecond(2026, 11, 22, 12, 0, 0),
                         absl::UTCTimeZone());
}

Member PlainMember(const std::string& name, absl::Time now) {
  // Half an hour over, so that the age is the same for a while.
  const absl::Time joined = now - absl::Hours(3 * 24 + 4) - absl::Minutes(30);
  Member member;
  member.set_name(name);
  member.set_cluster("default");
  member.set_status(v1::MEMBER_STATUS_UP);
  member.set_present(true);
  *member.mutable_status_since() = ToProto(joined);
  *member.mutable_joined_at() = ToProto(joined);
  member.set_session_id("0x1000");
  return member;
}

Member WorkingMember(absl::Time now) {
  Member member = PlainMember("web-01", now);
  member.set_reported_state(v1::REPORTED_STATE_UP);
  member.set_service("search-indexer");
  member.set_version("1.4.2");
  member.set_incarnation("c0ffee");
  member.set_applied_epoch(3);
  member.mutable_desired()->set_epoch(3);
  (*member.mutable_labels())["zone"] = "a";
  (*member.mutable_labels())["role"] = "db";
  (*member.mutable_endpoints())["grpc"] = "10.0.0.7:50051";
  (*member.mutable_gauges())["cpu_ratio"] = 0.31;
  (*member.mutable_gauges())["queue_depth"] = 42;
  auto* task = member.add_tasks();
  task->set_id("reindex-7");
  task->set_name("reindex");
  task->set_state(v1::TASK_STATE_RUNNING);
  task->set_done(120'000);
  task->set_total(1'000'000);
  task->set_unit("documents");
  task->set_rate_per_second(12'300);
  task->set_progress_ratio(0.12);
  *task->mutable_started_at() = ToProto(now - absl::Minutes(61));
  *task->mutable_expected_end() = ToProto(now + absl::Seconds(250));
  return member;
}

Member LostMember(absl::Time now) {
  Member member = PlainMember("web-02", now);
  member.set_status(v1::MEMBER_STATUS_LOST);
  member.set_present(false);
  member.set_service("search-indexer");
  *member.mutable_status_since() = ToProto(now - absl::Seconds(250));
  *member.mutable_departed_at() = ToProto(now - absl::Seconds(250));
  return member;
}

roster::v1::Event SampleEvent(roster::v1::EventType type,
                              const std::string& member, absl::Time at) {
  roster::v1::Event event;
  event.set_type(type);
  event.set_member(member);
  event.set_status(v1::MEMBER_STATUS_UP);
  event.set_previous_status(v1::MEMBER_STATUS_UP);
  *event.mutable_at() = ToProto(at);
  return event;
}

}  // namespace roster::testing
