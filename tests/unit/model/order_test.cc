#include "model/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Time kNow = absl::FromUnixNanos(1795334405123456789);

Order TwoHolds() {
  Order order{.epoch = 12};
  order.holds.push_back({.id = "h-1",
                         .owner = "ops",
                         .mode = HoldMode::kDrain,
                         .reason = "kernel \"upgrade\"\nof ünits",
                         .ticket = "OPS-12",
                         .created_at = kNow,
                         .deadline = kNow + absl::Hours(1),
                         .expires_at = kNow + absl::Hours(24)});
  order.holds.push_back(
      {.id = "h-2", .owner = "me", .mode = HoldMode::kImmediate});
  return order;
}

// Expects `json` to be refused with a message that has `what` in it.
void ExpectRefused(std::string_view json, const std::string& what) {
  EXPECT_THAT(ParseOrder(json),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(what)))
      << json;
}

// An order whose one hold is `hold`.
std::string WithHold(const std::string& hold) {
  return absl::StrCat(R"({"v":1,"epoch":1,"holds":[)", hold, "]}");
}

TEST(OrderTest, WhatIsWrittenReadsBackEqual) {
  for (const Order& order : {TwoHolds(), Order{}, Order{.epoch = kMaxEpoch}}) {
    ASSERT_OK_AND_ASSIGN(const Order read, ParseOrder(SerializeOrder(order)));
    EXPECT_EQ(read, order);
  }
}

TEST(OrderTest, ReadsTheDocumentedForm) {
  ASSERT_OK_AND_ASSIGN(
      const Order order,
      ParseOrder(R"({"v":1,"epoch":12,"desired":"OFFLINE","new":[],
        "holds":[{"id":"h-7f3a","owner":"ops","mode":"IMMEDIATE","reason":"r",
          "ticket":"OPS-12","created_at":"2026-11-22T08:00:00Z",
          "deadline":"2026-11-22T09:00:00+01:00","expires_at":null}]})"));

  EXPECT_EQ(order.epoch, 12);
  ASSERT_EQ(order.holds.size(), 1u);
  const Hold& hold = order.holds[0];
  EXPECT_EQ(hold.id, "h-7f3a");
  EXPECT_EQ(hold.mode, HoldMode::kImmediate);
  EXPECT_EQ(hold.created_at, hold.deadline);
  EXPECT_EQ(hold.expires_at, absl::InfiniteFuture());
}

TEST(OrderTest, RestartAndForgottenAreWrittenOnlyWhenSet) {
  Order order{.epoch = 3, .forgotten_czxid = 77};
  order.holds.push_back({.id = "a", .restart = true});
  const std::string bytes = SerializeOrder(order);
  EXPECT_THAT(bytes, HasSubstr(R"("restart":true)"));
  EXPECT_THAT(bytes, HasSubstr(R"("forgotten_czxid":77)"));
  ASSERT_OK_AND_ASSIGN(const Order read, ParseOrder(bytes));
  EXPECT_EQ(read, order);

  const std::string without = SerializeOrder(TwoHolds());
  EXPECT_THAT(without, Not(HasSubstr("restart")));
  EXPECT_THAT(without, Not(HasSubstr("forgotten_czxid")));
}

TEST(OrderTest, RefusesNewFieldsOfTheWrongType) {
  ExpectRefused(R"({"v":1,"epoch":1,"holds":[],"forgotten_czxid":"7"})",
                "forgotten_czxid: not an integer");
  ExpectRefused(WithHold(R"({"id":"a","mode":"DRAIN","restart":1})"),
                "holds[0].restart: neither true nor false");
}

TEST(OrderTest, WritesDesiredForPeople) {
  EXPECT_EQ(SerializeOrder(Order{.epoch = 3}),
            R"({"v":1,"epoch":3,"desired":"ONLINE","holds":[]})");
  EXPECT_THAT(SerializeOrder(TwoHolds()), HasSubstr(R"("desired":"OFFLINE")"));
}

TEST(OrderTest, AnEmptyNodeIsNotTheSameAsNone) {
  ExpectRefused("", "the node is empty");
}

TEST(OrderTest, MoreHoldsThanAnybodyCouldKeepApartAreRefusedAtOnce) {
  Order order{.epoch = 3};
  for (size_t i = 0; i < kMaxHolds; ++i)
    order.holds.push_back({.id = absl::StrCat("h-", i), .owner = "ops"});
  EXPECT_OK(ParseOrder(SerializeOrder(order)));
  for (size_t i = kMaxHolds; i < 9000; ++i)
    order.holds.push_back({.id = absl::StrCat("h-", i), .owner = "ops"});
  ExpectRefused(SerializeOrder(order), "holds: 9000 are more than 16");
}

TEST(OrderTest, RefusesWhatIsNoOrder) {
  ExpectRefused("offline", "not JSON");
  ExpectRefused("{\"v\":1", "not JSON");
  ExpectRefused(std::string(R"({"v":1,"epoch":1,"holds":[]})") + '\0', "NUL");
  ExpectRefused("{\"v\":1,\"x\":\"\xFF\"}", "not JSON");
  ExpectRefused(std::string(100000, '['), "not JSON");
  ExpectRefused("[]", "not a JSON object");
  ExpectRefused("12", "not a JSON object");
}

TEST(OrderTest, RefusesVersionsItDoesNotKnow) {
  ExpectRefused(R"({"epoch":1,"holds":[]})", "v: missing");
  ExpectRefused(R"({"v":2,"epoch":1,"holds":[]})", "version 2 is newer than 1");
  ExpectRefused(R"({"v":0,"epoch":1,"holds":[]})", "v: not a version");
  ExpectRefused(R"({"v":"1","epoch":1,"holds":[]})", "v: not a version");
}

TEST(OrderTest, RefusesEpochsThatCannotFence) {
  ExpectRefused(R"({"v":1,"holds":[]})", "epoch: missing");
  ExpectRefused(R"({"v":1,"epoch":-1,"holds":[]})", "epoch");
  ExpectRefused(R"({"v":1,"epoch":1.5,"holds":[]})", "epoch");
  ExpectRefused(R"({"v":1,"epoch":"1","holds":[]})", "epoch");
  ExpectRefused(R"({"v":1,"epoch":4503599627370497,"holds":[]})", "epoch");
  ExpectRefused(R"({"v":1,"epoch":9223372036854775808,"holds":[]})", "epoch");
  ExpectRefused(R"({"v":1,"epoch":1e999,"holds":[]})", "not JSON");
}

TEST(OrderTest, AMissingListOfHoldsDoesNotReleaseAnything) {
  ExpectRefused(R"({"v":1,"epoch":1})", "holds: missing");
  ExpectRefused(R"({"v":1,"epoch":1,"holds":null})", "holds: missing");
  ExpectRefused(R"({"v":1,"epoch":1,"holds":{}})", "holds: not an array");
}

TEST(OrderTest, RefusesDesiredThatContradictsTheHolds) {
  ExpectRefused(R"({"v":1,"epoch":1,"desired":"OFFLINE","holds":[]})",
                "desired: OFFLINE with 0 holds");
  ExpectRefused(R"({"v":1,"epoch":1,"desired":"ONLINE",
                    "holds":[{"id":"a","mode":"DRAIN"}]})",
                "desired: ONLINE with 1 holds");
  ExpectRefused(R"({"v":1,"epoch":1,"desired":"off","holds":[]})",
                "desired: neither");
  ExpectRefused(R"({"v":1,"epoch":1,"desired":1,"holds":[]})",
                "desired: not a string");
}

TEST(OrderTest, NamesTheHoldAndTheFieldThatIsWrong) {
  ExpectRefused(WithHold("3"), "holds[0]: not an object");
  ExpectRefused(WithHold(R"({"mode":"DRAIN"})"), "holds[0].id: missing");
  ExpectRefused(WithHold(R"({"id":"a"})"), "holds[0].mode: missing");
  ExpectRefused(WithHold(R"({"id":"a","mode":"drain"})"),
                "holds[0].mode: not one of DRAIN, IMMEDIATE");
  ExpectRefused(WithHold(R"({"id":"a","mode":"DRAIN","owner":7})"),
                "holds[0].owner: not a string");
  ExpectRefused(WithHold(R"({"id":"a","mode":"DRAIN","deadline":"soon"})"),
                "holds[0].deadline: not an RFC 3339 time");
  ExpectRefused(WithHold(R"({"id":"a","mode":"DRAIN","expires_at":7})"),
                "holds[0].expires_at: not a string");
  ExpectRefused(
      WithHold(R"({"id":"a","mode":"DRAIN"},{"id":"a","mode":"DRAIN"})"),
      "holds[1].id: the same as of another hold");
}

TEST(OrderTest, WritingRepairsInvalidUtf8) {
  Order order{.epoch = 1};
  order.holds.push_back({.id = "a", .owner = "caf\xE9", .reason = "\xFF"});

  ASSERT_OK_AND_ASSIGN(const Order read, ParseOrder(SerializeOrder(order)));
  EXPECT_EQ(read.holds[0].owner, "caf\xEF\xBF\xBD");
  EXPECT_EQ(read.holds[0].reason, "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace roster::model
