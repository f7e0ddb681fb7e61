// What is wrong with a request by itself: each mistake is refused, and the
// field named.

#include "monitor/rpc/control_requests.h"

#include <functional>
#include <string>
#include <vector>

#include "base/error_details.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/time_codec.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

namespace v1 = roster::v1;
using roster::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'764'000'000);

RequestMeta Meta() { return {.actor = {.name = "alice"}}; }

v1::TakeOfflineRequest GoodOrder() {
  v1::TakeOfflineRequest request;
  request.add_names("web-01");
  request.set_reason("kernel upgrade");
  return request;
}

// A mistake, and the field that must be named for it.
template <typename Request>
struct Mistake {
  std::string field;
  std::function<void(Request&)> make;
};

template <typename Request>
void ExpectRefused(const Request& good,
                   const std::vector<Mistake<Request>>& mistakes) {
  ASSERT_OK(DecodeRequest(good, Meta(), kNow));
  for (const Mistake<Request>& mistake : mistakes) {
    SCOPED_TRACE(mistake.field);
    Request request = good;
    mistake.make(request);
    SCOPED_TRACE(request.ShortDebugString());
    const auto decoded = DecodeRequest(request, Meta(), kNow);
    const std::string word = mistake.field.substr(mistake.field.rfind('.') + 1);
    EXPECT_THAT(decoded.status(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(word.substr(0, word.find('[')))));
    EXPECT_EQ(base::DetailsOf(decoded.status()).field, mistake.field);
  }
}

// Whatever a node is called, an operator can get rid of it.
TEST(ControlRequestsTest, AnOperationMayHaveAnyNameThatZooKeeperAllows) {
  v1::CancelOperationRequest cancel;
  for (const std::string& id :
       {std::string("op-1"), std::string(255, 'n'), std::string("op\u202e-1"),
        std::string(" "), std::string("\u00e9 \\ \""), std::string("...")}) {
    cancel.set_id(id);
    const auto decoded = DecodeRequest(cancel, Meta(), kNow);
    ASSERT_OK(decoded.status());
    EXPECT_EQ(decoded->id, id);
  }
  for (const std::string& id :
       {std::string(), std::string(256, 'n'), std::string("a/b"),
        std::string(".."), std::string("a\nb"), std::string("a\0b", 3)}) {
    cancel.set_id(id);
    const auto decoded = DecodeRequest(cancel, Meta(), kNow);
    EXPECT_THAT(decoded.status(), StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(base::DetailsOf(decoded.status()).field, "id");
  }
}

using Order = v1::TakeOfflineRequest;

TEST(ControlRequestsTest, WhomItIsAboutMustBeSaidOnceAndWell) {
  ExpectRefused<Order>(
      GoodOrder(),
      {{"names", [](Order& r) { r.clear_names(); }},
       {"names",
        [](Order& r) {
          r.clear_names();
          r.set_selector("  ");
        }},
       {"selector", [](Order& r) { r.set_selector("zone=a"); }},
       {"selector",
        [](Order& r) {
          r.clear_names();
          r.set_selector("zone=");
        }},
       {"names[1]", [](Order& r) { r.add_names("web-01"); }},
       {"names[1]", [](Order& r) { r.add_names(""); }},
       {"names[1]", [](Order& r) { r.add_names("a/b"); }},
       {"names[1]", [](Order& r) { r.add_names("a\nb"); }},
       {"names[1]", [](Order& r) { r.add_names(".."); }},
       {"names[1]", [](Order& r) { r.add_names(std::string(256, 'a')); }},
       {"expected_epoch", [](Order& r) { r.set_expected_epoch(-1); }},
       {"expected_epoch", [](Order& r) {
          r.add_names("web-02");
          r.set_expected_epoch(3);
        }}});
}

TEST(ControlRequestsTest, TextsAreBounded) {
  ExpectRefused<Order>(
      GoodOrder(),
      {{"reason", [](Order& r) { r.clear_reason(); }},
       {"reason", [](Order& r) { r.set_reason(" \t "); }},
       {"reason", [](Order& r) { r.set_reason(std::string(1025, 'a')); }},
       {"reason", [](Order& r) { r.set_reason("a\x1b[31mb"); }},
       {"reason", [](Order& r) { r.set_reason("two\nlines"); }},
       {"reason", [](Order& r) { r.set_reason("a\xc2\x85z"); }},
       {"reason", [](Order& r) { r.set_reason("a\xff"); }},
       {"ticket", [](Order& r) { r.set_ticket(std::string(129, 'a')); }},
       {"ticket", [](Order& r) { r.set_ticket("a\x7f"); }},
       {"owner", [](Order& r) { r.set_owner(std::string(129, 'a')); }},
       {"owner", [](Order& r) { r.set_owner("a\nb"); }},
       // What turns the direction of writing, breaks the line, or is not seen.
       {"reason", [](Order& r) { r.set_reason("ok \u202e ton si"); }},
       {"reason", [](Order& r) { r.set_reason("a\u2028b"); }},
       {"ticket", [](Order& r) { r.set_ticket("OPS\u2066-12"); }},
       {"owner", [](Order& r) { r.set_owner("o\u200bps"); }},
       {"selector", [](Order& r) {
          r.clear_names();
          r.set_selector("zone=\u202ea");
        }}});
  Order turned = GoodOrder();
  turned.set_reason("ok \u202e ton si");
  EXPECT_THAT(DecodeRequest(turned, Meta(), kNow).status().ToString(),
              HasSubstr("U+202E at byte 3"));
  Order joined = GoodOrder();
  joined.set_reason("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645");
  EXPECT_OK(DecodeRequest(joined, Meta(), kNow));
  Order longest = GoodOrder();
  longest.set_reason(std::string(1024, 'a'));
  EXPECT_OK(DecodeRequest(longest, Meta(), kNow));
}

TEST(ControlRequestsTest, TimesLieAheadAndAreSaidOneWay) {
  const auto seconds = [](google::protobuf::Duration* d, int64_t s) {
    d->set_seconds(s);
  };
  const auto at = [](google::protobuf::Timestamp* t, absl::Duration from_now) {
    *t = EncodeTime(kNow + from_now);
  };
  ExpectRefused<Order>(
      GoodOrder(),
      {{"drain_timeout",
        [&](Order& r) { seconds(r.mutable_drain_timeout(), 0); }},
       {"drain_timeout",
        [&](Order& r) { seconds(r.mutable_drain_timeout(), -5); }},
       {"drain_timeout",
        [&](Order& r) { seconds(r.mutable_drain_timeout(), 1LL << 40); }},
       {"drain_timeout",
        [&](Order& r) {
          seconds(r.mutable_drain_timeout(), 1);
          r.mutable_drain_timeout()->set_nanos(-1);
        }},
       {"deadline",
        [&](Order& r) { at(r.mutable_deadline(), -absl::Seconds(1)); }},
       {"deadline",
        [&](Order& r) { at(r.mutable_deadline(), absl::Hours(24 * 5000)); }},
       {"deadline",
        [&](Order& r) { r.mutable_deadline()->set_nanos(2'000'000'000); }},
       {"deadline",
        [&](Order& r) {
          at(r.mutable_deadline(), absl::Hours(1));
          seconds(r.mutable_drain_timeout(), 60);
        }},
       {"expire_after",
        [&](Order& r) { seconds(r.mutable_expire_after(), 0); }},
       {"expires_at",
        [&](Order& r) { at(r.mutable_expires_at(), absl::ZeroDuration()); }},
       {"expires_at",
        [&](Order& r) {
          at(r.mutable_expires_at(), absl::Hours(1));
          seconds(r.mutable_expire_after(), 60);
        }},
       {"start_at",
        [&](Order& r) { at(r.mutable_start_at(), -absl::Hours(1)); }},
       {"deadline", [&](Order& r) {
          at(r.mutable_start_at(), absl::Hours(2));
          at(r.mutable_deadline(), absl::Hours(1));
        }}});
}

TEST(ControlRequestsTest, PacingHasBounds) {
  ExpectRefused<Order>(
      GoodOrder(),
      {{"pacing.batch_percent",
        [](Order& r) {
          r.mutable_pacing()->set_batch_size(1);
          r.mutable_pacing()->set_batch_percent(1);
        }},
       {"pacing.batch_percent",
        [](Order& r) { r.mutable_pacing()->set_batch_percent(101); }},
       {"pacing.batch_percent",
        [](Order& r) { r.mutable_pacing()->set_batch_percent(-1); }},
       {"pacing.batch_size",
        [](Order& r) { r.mutable_pacing()->set_batch_size(-1); }},
       {"pacing.failure_limit",
        [](Order& r) { r.mutable_pacing()->set_failure_limit(-1); }},
       {"pacing.order",
        [](Order& r) {
          r.mutable_pacing()->set_order(static_cast<v1::OperationOrder>(9));
        }},
       {"pacing.min_healthy",
        [](Order& r) {
          r.mutable_pacing()->mutable_min_healthy()->set_seconds(-1);
        }},
       {"pacing.step_timeout",
        [](Order& r) { r.mutable_pacing()->mutable_step_timeout(); }},
       {"mode", [](Order& r) { r.set_mode(static_cast<v1::HoldMode>(7)); }}});
}

TEST(ControlRequestsTest, AWholeOrderArrives) {
  Order in = GoodOrder();
  in.set_ticket("OPS-1");
  in.set_mode(v1::HOLD_MODE_IMMEDIATE);
  in.mutable_drain_timeout()->set_seconds(600);
  *in.mutable_expires_at() = EncodeTime(kNow + absl::Hours(2));
  *in.mutable_start_at() = EncodeTime(kNow + absl::Hours(1));
  in.mutable_pacing()->set_batch_percent(10);
  in.mutable_pacing()->mutable_min_healthy();
  in.set_force(true);
  in.set_allow_absent(true);
  in.set_expected_epoch(0);

  const auto out = DecodeRequest(in, Meta(), kNow);

  ASSERT_OK(out);
  EXPECT_THAT(out->targets.names, ElementsAre("web-01"));
  EXPECT_EQ(out->terms.owner, "alice") << "who asks, unless it is said";
  EXPECT_EQ(out->terms.reason, "kernel upgrade");
  EXPECT_EQ(out->terms.ticket, "OPS-1");
  EXPECT_EQ(out->terms.mode, model::HoldMode::kImmediate);
  EXPECT_EQ(out->terms.drain_timeout, absl::Minutes(10));
  EXPECT_EQ(out->terms.deadline, std::nullopt);
  EXPECT_EQ(out->terms.expires_at, kNow + absl::Hours(2));
  EXPECT_EQ(out->start_at, kNow + absl::Hours(1));
  ASSERT_TRUE(out->pacing.has_value());
  EXPECT_EQ(out->pacing->batch_percent, 10);
  EXPECT_EQ(out->pacing->min_healthy, absl::ZeroDuration());
  EXPECT_EQ(out->pacing->step_timeout, absl::Minutes(5)) << "the default";
  EXPECT_TRUE(out->force);
  EXPECT_TRUE(out->allow_absent);
  EXPECT_EQ(out->expected_epoch, 0);
}

TEST(ControlRequestsTest, AllMustBeAskedFor) {
  Order in = GoodOrder();
  in.clear_names();
  in.set_selector("*");
  const auto out = DecodeRequest(in, Meta(), kNow);
  ASSERT_OK(out);
  EXPECT_EQ(out->targets.selector, "*");
}

TEST(ControlRequestsTest, BringOnlineSaysWhichHoldsOnce) {
  using Request = v1::BringOnlineRequest;
  Request good;
  good.add_names("web-01");
  ExpectRefused<Request>(
      good, {{"owner",
              [](Request& r) {
                r.set_owner("ops");
                r.set_all_holds(true);
              }},
             {"owner",
              [](Request& r) {
                r.set_owner("ops");
                r.add_hold_ids("h-1");
              }},
             {"all_holds",
              [](Request& r) {
                r.add_hold_ids("h-1");
                r.set_all_holds(true);
              }},
             {"hold_ids[0]", [](Request& r) { r.add_hold_ids(""); }},
             {"hold_ids[1]",
              [](Request& r) {
                r.add_hold_ids("h-1");
                r.add_hold_ids("h-1");
              }},
             {"names", [](Request& r) { r.clear_names(); }}});
  EXPECT_EQ(DecodeRequest(good, Meta(), kNow)->owner, "alice");
}

TEST(ControlRequestsTest, BudgetsLimitSomething) {
  using Request = v1::SetBudgetRequest;
  Request good;
  good.mutable_budget()->set_name("web");
  good.mutable_budget()->set_selector("service=web");
  good.mutable_budget()->set_min_available("80%");
  ExpectRefused<Request>(
      good,
      {{"budget.limit", [](Request& r) { r.mutable_budget()->clear_limit(); }},
       {"budget.min_available",
        [](Request& r) { r.mutable_budget()->set_min_available("101%"); }},
       {"budget.min_available",
        [](Request& r) { r.mutable_budget()->set_min_available("-1"); }},
       {"budget.max_unavailable",
        [](Request& r) { r.mutable_budget()->set_max_unavailable("few"); }},
       {"budget.selector",
        [](Request& r) { r.mutable_budget()->set_selector("status=UP"); }},
       {"budget.description",
        [](Request& r) { r.mutable_budget()->set_description("a\nb"); }}});
  for (const char* limit : {"0", "0%"}) {
    Request request = good;
    request.mutable_budget()->set_min_available(limit);
    EXPECT_THAT(DecodeRequest(request, Meta(), kNow),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(ControlRequestsTest, OfAPolicyWhatIsAbsentIsTheDefault) {
  v1::SetPolicyRequest in;
  in.mutable_policy()->mutable_guard()->set_ratio(0.5);
  const auto out = DecodeRequest(in, Meta(), kNow);
  ASSERT_OK(out);
  model::Policy expected;
  expected.guard.ratio = 0.5;
  EXPECT_EQ(out->policy, expected);

  in.mutable_policy()->mutable_guard()->set_ratio(1.5);
  EXPECT_THAT(DecodeRequest(in, Meta(), kNow),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      DecodeRequest(v1::SetPolicyRequest(), Meta(), kNow),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("policy")));
}

TEST(ControlRequestsTest, RequestIdsAreOfPlainCharacters) {
  EXPECT_OK(CheckRequestId(""));
  EXPECT_OK(CheckRequestId("aZ09._-"));
  EXPECT_OK(CheckRequestId(std::string(64, 'a')));
  for (const std::string& bad :
       {std::string(65, 'a'), std::string("a b"), std::string("a/b"),
        std::string("\xc3\xa4"), std::string("."), std::string("..")}) {
    EXPECT_EQ(base::DetailsOf(CheckRequestId(bad)).field, "request_id") << bad;
  }
}

TEST(ControlRequestsTest, TheContentTellsRequestsApart) {
  const Order order = GoodOrder();
  Order other = order;
  other.set_force(true);
  EXPECT_EQ(ContentOf(order), ContentOf(GoodOrder()));
  EXPECT_NE(ContentOf(order), ContentOf(other));
  // Different calls with the same fields.
  v1::PauseOperationRequest pause;
  pause.set_id("op-1");
  v1::ResumeOperationRequest resume;
  resume.set_id("op-1");
  EXPECT_NE(ContentOf(pause), ContentOf(resume));
}

}  // namespace
}  // namespace roster::monitor
