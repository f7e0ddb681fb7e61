// /api/v1/watch: what a page sees live.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/http/fixture.h"

namespace roster::testing {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class HttpWatchTest : public HttpE2eTest {};

TEST_F(HttpWatchTest, BeginsWithASnapshotAndGoesOnWithChanges) {
  Join("web-01", R"({"v":1,"state":"UP","service":"search"})");
  SseReader watch(*http_, "/api/v1/watch");
  ASSERT_EQ(watch.status(), 200);

  SseEvent event = watch.Next();
  EXPECT_EQ(event.event, "reset");
  EXPECT_EQ(event.Json()["what"], "members");
  event = watch.Next();
  EXPECT_EQ(event.event, "view");
  EXPECT_EQ(event.Json()["connected"], true);
  event = watch.Next();
  EXPECT_EQ(event.event, "member");
  EXPECT_EQ(event.Json()["name"], "web-01");
  EXPECT_EQ(event.Json()["status"], "MEMBER_STATUS_UP");
  EXPECT_EQ(event.id, "");
  event = watch.Next();
  EXPECT_EQ(event.event, "synced");
  EXPECT_NE(event.id, "");

  ASSERT_OK(probe_.Set("/clusterServer/web-01",
                       R"({"v":1,"state":"DEGRADED","service":"search"})"));
  event = watch.Until("member", "DEGRADED");
  EXPECT_EQ(event.Json()["name"], "web-01");
  EXPECT_NE(event.id, "");
  Leave("web-01");
  EXPECT_EQ(watch.Until("member", "LOST").Json()["present"], false);
}

TEST_F(HttpWatchTest, WhoCeasesToMatchIsRemoved) {
  Join("web-01", R"({"v":1,"state":"UP","labels":{"zone":"a"}})");
  Join("web-02", R"({"v":1,"state":"UP","labels":{"zone":"b"}})");
  SseReader watch(*http_, "/api/v1/watch?selector=zone%3Da");
  EXPECT_EQ(watch.Until("member").Json()["name"], "web-01");
  EXPECT_EQ(watch.Next().event, "synced");

  ASSERT_OK(probe_.Set("/clusterServer/web-01",
                       R"({"v":1,"state":"UP","labels":{"zone":"b"}})"));

  EXPECT_EQ(watch.Until("removed").Json(), json({{"name", "web-01"}}));
}

TEST_F(HttpWatchTest, EventsComeEachOnceAndInOrderAcrossCuts) {
  auto watch = std::make_unique<SseReader>(*http_, "/api/v1/watch?what=events");
  EXPECT_EQ(watch->Next().event, "bookmark");
  std::vector<std::string> joined;
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    expected.push_back("m" + std::to_string(i));
    Join(expected.back());
    if (i % 5 == 4) {  // cut, with events on the way
      const std::string last = watch->last_id();
      watch = std::make_unique<SseReader>(*http_, "/api/v1/watch?what=events",
                                          last);
    }
    if (i % 2 == 1) continue;
    const SseEvent event = watch->Until("event", "JOINED");
    ASSERT_NE(event.event, "");
    joined.push_back(event.Json()["member"]);
  }
  while (joined.size() < 20)
    joined.push_back(watch->Until("event", "JOINED").Json()["member"]);

  // Other events may come in between, an election for one.
  EXPECT_EQ(joined, expected);
}

TEST_F(HttpWatchTest, GoesOnWithoutASnapshotAfterACut) {
  Join("web-01");
  SseReader first(*http_, "/api/v1/watch?what=members,events");
  ASSERT_EQ(first.Until("synced").event, "synced");
  first.Close();
  Join("web-02");

  SseReader second(*http_, "/api/v1/watch?what=members,events",
                   first.last_id());
  std::set<std::string> seen;
  bool joined = false;
  while (seen.empty() || !joined) {
    const SseEvent event = second.Next();
    ASSERT_THAT(event.event, Not(IsEmpty()));
    ASSERT_NE(event.event, "reset");
    if (event.event == "member") seen.insert(event.Json()["name"]);
    if (event.event == "event") joined = event.Json()["member"] == "web-02";
  }
  EXPECT_EQ(seen, std::set<std::string>{"web-02"});
}

TEST_F(HttpWatchTest, AnIdOfAnotherRunOrOfNobodyLeadsToAReset) {
  SseReader first(*http_, "/api/v1/watch?what=members,events");
  ASSERT_EQ(first.Until("synced").event, "synced");
  const std::string old = first.last_id();
  rosterd_.reset();
  Serve();
  EVENTUALLY(rosterd_->Connected());

  for (const std::string& id : {old, std::string("nonsense"),
                                std::string("a:b.c"), old + "9999999999"}) {
    SseReader watch(*http_, "/api/v1/watch?what=members,events", id);
    EXPECT_EQ(watch.status(), 200);
    EXPECT_EQ(watch.Next().Json()["what"], "members") << id;
    EXPECT_EQ(watch.Until("reset", "events").Json()["reason"],
              "HISTORY_OF_ANOTHER_RUN")
        << id;
  }
}

TEST_F(HttpWatchTest, F53_ADifferentSelectorStartsAnew) {
  Join("web-01", R"({"v":1,"state":"UP","labels":{"zone":"a"}})");
  SseReader first(*http_, "/api/v1/watch?selector=zone%3Da");
  ASSERT_EQ(first.Until("synced").event, "synced");

  SseReader second(*http_, "/api/v1/watch?selector=zone%3Db", first.last_id());

  EXPECT_EQ(second.Next().event, "reset");
  EXPECT_EQ(second.Until("synced").event, "synced");
}

TEST_F(HttpWatchTest, OperationsAreShownAsTheyGoOn) {
  Join("web-01", R"({"v":1,"state":"UP","applied_epoch":0})");
  SseReader watch(*http_, "/api/v1/watch?what=operations");
  EXPECT_EQ(watch.Next().event, "bookmark");

  const HttpReply reply =
      http_->Change("POST", "/api/v1/operations:rolling_restart",
                    {{"names", {"web-01"}}, {"reason", "new version"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::string id = reply.Json()["operation"]["id"];

  EXPECT_EQ(watch.Until("operation", "DRAINING").Json()["id"], id);
  ASSERT_EQ(
      http_->Change("POST", "/api/v1/operations/" + id + ":cancel").status,
      200);
  const json last = watch.Until("operation", "STATE_CANCELLED").Json();
  EXPECT_EQ(last["members"][0]["name"], "web-01");
}

TEST_F(HttpWatchTest, SaysWhenZooKeeperIsOutOfReachAndWhenItIsBack) {
  ZkServer server;
  ZkProbe probe(server.ConnectString());
  ASSERT_OK(probe.CreateWithParents("/clusterServer"));
  auto rosterd = RosterdProcess::Watching(server.ConnectString());
  EVENTUALLY(rosterd->Connected());
  HttpClient http(rosterd->http());
  SseReader watch(http, "/api/v1/watch");
  ASSERT_EQ(watch.Until("synced").event, "synced");

  server.Kill9();
  EXPECT_EQ(watch.Until("view", "\"connected\":false").event, "view");
  ASSERT_OK(server.Start());
  EXPECT_EQ(watch.Until("view", "\"connected\":true").event, "view");
}

TEST_F(HttpWatchTest, WhatManySeeIsWholeForEachOfThem) {
  Join("m", R"({"v":1,"service":"round-0"})");
  // Of three kinds, so that some share what they are sent and some do not.
  std::vector<std::unique_ptr<SseReader>> watches;
  for (int i = 0; i < 60; ++i) {
    const std::string target =
        i % 3 == 0   ? "/api/v1/watch?what=members,events"
        : i % 3 == 1 ? "/api/v1/watch?what=members,events&selector=name%3Dm"
                     : "/api/v1/watch?what=members,events,operations";
    watches.push_back(std::make_unique<SseReader>(*http_, target));
    ASSERT_EQ(watches.back()->Until("synced").event, "synced");
  }

  for (int i = 1; i <= 30; ++i) {
    ASSERT_OK(probe_
                  .Create("/clusterServer/x" + std::to_string(i), "",
                          NodeKind::kEphemeral)
                  .status());
    ASSERT_OK(probe_.Set(
        "/clusterServer/m",
        json({{"v", 1}, {"service", "round-" + std::to_string(i)}}).dump()));
  }

  for (const auto& watch : watches) {
    std::set<std::string> joined;
    std::string service;
    uint64_t last = 0;
    while (joined.size() < 30 || service != "round-30") {
      const SseEvent event = watch->Next();
      ASSERT_NE(event.event, "");
      ASSERT_NE(event.event, "reset");
      if (event.event == "member" && event.Json()["name"] == "m")
        service = event.Json()["service"];
      if (event.event != "event") continue;
      const uint64_t sequence =
          std::stoull(event.Json()["sequence"].get<std::string>());
      if (last != 0) {
        ASSERT_EQ(sequence, last + 1);
      }
      last = sequence;
      if (event.Json()["type"] == "EVENT_TYPE_JOINED") {
        EXPECT_TRUE(joined.insert(event.Json()["member"]).second);
      }
    }
  }
}

TEST_F(HttpWatchTest, F49_WhoDoesNotReadKeepsNobodyWaiting) {
  for (int i = 0; i < 50; ++i)
    Join("m" + std::to_string(i),
         json({{"v", 1}, {"labels", {{"x", std::string(3000, 'x')}}}}).dump());
  std::vector<std::unique_ptr<SseReader>> stuck;
  for (int i = 0; i < 50; ++i)
    stuck.push_back(std::make_unique<SseReader>(*http_, "/api/v1/watch"));
  SseReader live(*http_, "/api/v1/watch");
  ASSERT_EQ(live.Until("synced").event, "synced");
  for (int round = 0; round < 40; ++round) {
    const std::string mark = "\"round-" + std::to_string(round) + "\"";
    ASSERT_OK(
        probe_.Set("/clusterServer/m1", R"({"v":1,"service":)" + mark + "}"));
    ASSERT_EQ(live.Until("member", mark).event, "member");
  }
  // One that wakes up finds the newest state in the end.
  EXPECT_EQ(stuck.front()->Until("member", "round-39").event, "member");
}

}  // namespace
}  // namespace roster::testing
