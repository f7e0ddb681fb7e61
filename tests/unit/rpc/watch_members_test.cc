#include <atomic>
#include <thread>

#include "monitor/state/selector.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = v1::WatchMembersResponse;

class WatchMembersTest : public RpcTest {};

TEST_F(WatchMembersTest, BeginsWithASnapshot) {
  Serve();
  alpha().Up("b");
  alpha().Up("a");
  MemberWatch watch(*stub_);

  EXPECT_EQ(watch.Step(), Kind::kReset);
  EXPECT_EQ(watch.Step(), Kind::kView);
  EXPECT_FALSE(watch.last().view().synced());
  EXPECT_EQ(watch.Step(), Kind::kMember);
  EXPECT_EQ(watch.last().member().name(), "a");
  EXPECT_EQ(watch.last().resume_token(), "");
  EXPECT_EQ(watch.Step(), Kind::kMember);
  EXPECT_EQ(watch.Step(), Kind::kSynced);
  EXPECT_NE(watch.last().resume_token(), "");
}

TEST_F(WatchMembersTest, TellsOfEveryChange) {
  Serve();
  MemberWatch watch(*stub_);
  ASSERT_TRUE(watch.StepUntil(Kind::kSynced));

  alpha().Up("a");
  ASSERT_EQ(watch.Step(), Kind::kMember);
  EXPECT_EQ(watch.last().member().status(), v1::MEMBER_STATUS_UP);
  alpha().Gone("a");
  ASSERT_EQ(watch.Step(), Kind::kMember);
  EXPECT_EQ(watch.last().member().status(), v1::MEMBER_STATUS_LOST);
  alpha().table().Forget("a", absl::Now());
  ASSERT_EQ(watch.Step(), Kind::kRemoved);
  EXPECT_EQ(watch.last().removed().name(), "a");
  EXPECT_NE(watch.last().resume_token(), "");
}

TEST_F(WatchMembersTest, TellsWhenTheMassLossGuardGoesOnAndOff) {
  Serve();
  alpha().table().ApplySynced(absl::Now());
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) alpha().Up(name);
  MemberWatch watch(*stub_);
  ASSERT_TRUE(watch.StepUntil(Kind::kSynced));
  EXPECT_FALSE(watch.last().view().has_guard());

  for (const char* name : {"a", "b", "c", "d", "e"}) alpha().Gone(name);
  ASSERT_TRUE(watch.StepUntil(Kind::kView));
  ASSERT_TRUE(watch.last().view().has_guard());
  const v1::GuardAlarm& guard = watch.last().view().guard();
  EXPECT_EQ(guard.cause(), v1::MASS_LOSS_CAUSE_SESSIONS_EXPIRED);
  EXPECT_EQ(guard.departures(), 5);
  EXPECT_EQ(guard.sessions(), 1);

  // What else changes in the cluster is no news of the view.
  alpha().table().ApplyBudgets(
      R"({"v":1,"budgets":[{"name":"x","selector":"*","max_unavailable":"1"}]})",
      absl::Now());
  model::Policy off;
  off.guard.enabled = false;
  alpha().table().ApplyPolicy(model::SerializePolicy(off), absl::Now());
  ASSERT_TRUE(watch.StepUntil(Kind::kView));
  EXPECT_FALSE(watch.last().view().has_guard());
}

TEST_F(WatchMembersTest, TellsHowMuchTheViewCanBeTrusted) {
  Serve();
  MemberWatch watch(*stub_);
  ASSERT_TRUE(watch.StepUntil(Kind::kSynced));

  alpha().table().ApplySynced(absl::Now());
  ASSERT_EQ(watch.Step(), Kind::kView);
  EXPECT_TRUE(watch.last().view().connected());
  alpha().table().ApplyDisconnected("cable cut", absl::Now());
  ASSERT_EQ(watch.Step(), Kind::kView);
  EXPECT_FALSE(watch.last().view().connected());
  EXPECT_TRUE(watch.last().view().synced());
  EXPECT_EQ(watch.last().view().disconnect_reason(), "cable cut");
}

TEST_F(WatchMembersTest, AMemberThatCeasesToMatchIsRemoved) {
  Serve();
  alpha().Up("a", R"({"zone":"1"})");
  alpha().Up("b", R"({"zone":"2"})");
  MemberWatch watch(*stub_, "zone=1");
  ASSERT_TRUE(watch.StepUntil(Kind::kSynced));
  EXPECT_THAT(watch.names(), ElementsAre("a"));

  alpha().Up("b", R"({"zone":"2"})", 1);  // does not concern it
  alpha().Up("a", R"({"zone":"3"})");
  ASSERT_EQ(watch.Step(), Kind::kRemoved);
  EXPECT_EQ(watch.last().removed().name(), "a");
  alpha().Up("a", R"({"zone":"1"})");
  ASSERT_EQ(watch.Step(), Kind::kMember);
  alpha().Gone("a");
  ASSERT_EQ(watch.Step(), Kind::kMember) << "a lost member keeps its labels";
}

TEST_F(WatchMembersTest, GoesOnFromAToken) {
  Serve();
  alpha().Up("a");
  std::string token;
  {
    MemberWatch watch(*stub_);
    ASSERT_TRUE(watch.StepUntil(Kind::kSynced));
    token = watch.token();
  }
  alpha().Up("b");
  alpha().Gone("a");

  MemberWatch watch(*stub_, "", token);
  EXPECT_EQ(watch.Step(), Kind::kBookmark);
  EXPECT_EQ(watch.Step(), Kind::kView);
  ASSERT_EQ(watch.Step(), Kind::kMember);
  EXPECT_EQ(watch.last().member().name(), "b");
  ASSERT_EQ(watch.Step(), Kind::kMember);
  EXPECT_EQ(watch.last().member().name(), "a");
  EXPECT_EQ(watch.resets(), 0);
  EXPECT_EQ(service_->stats().resumes, 1u);
}

TEST_F(WatchMembersTest, StartsAnewWhenATokenIsNotGoodHere) {
  options_.ring_capacity = 4;
  Serve();
  alpha().Up("a");
  MemberWatch first(*stub_);
  ASSERT_TRUE(first.StepUntil(Kind::kSynced));
  const std::string token = first.token();

  // Of another run, for another selector, not happened yet.
  EXPECT_EQ(MemberWatch(*stub_, "", "run-0/alpha/0:1").Step(), Kind::kReset);
  EXPECT_EQ(MemberWatch(*stub_, "zone=1", token).Step(), Kind::kReset);
  const std::string future = token.substr(0, token.rfind(':')) + ":1000000";
  EXPECT_EQ(MemberWatch(*stub_, "", future).Step(), Kind::kReset);
  // Too old.
  EXPECT_EQ(MemberWatch(*stub_, "", token).Step(), Kind::kBookmark);
  for (const char* name : {"b", "c", "d", "e", "f"}) alpha().Up(name);
  EXPECT_EQ(MemberWatch(*stub_, "", token).Step(), Kind::kReset);
}

TEST_F(WatchMembersTest, RefusesWhatIsNoToken) {
  Serve();
  EXPECT_EQ(ErrorOf(MemberWatch(*stub_, "", "garbage").Finish()),
            "INVALID_ARGUMENT/INVALID_RESUME_TOKEN");
  EXPECT_EQ(ErrorOf(MemberWatch(*stub_, "zone=").Finish()),
            "INVALID_ARGUMENT/INVALID_SELECTOR");
}

TEST_F(WatchMembersTest, RefusesAnUnknownCluster) {
  Serve();
  v1::WatchMembersRequest request;
  request.set_cluster("beta");
  Stream<v1::WatchMembersResponse> stream(
      *stub_, &v1::MembershipService::Stub::WatchMembers, request);
  EXPECT_EQ(ErrorOf(stream.Finish()), "NOT_FOUND/CLUSTER_NOT_FOUND");
}

TEST_F(WatchMembersTest, RefusesARequestThatIsNoMessage) {
  Serve();
  v1::WatchMembersRequest request;
  request.set_cluster("\xff\xfe");  // the parser refuses broken UTF-8
  Stream<v1::WatchMembersResponse> stream(
      *stub_, &v1::MembershipService::Stub::WatchMembers, request);
  const grpc::Status status = stream.Finish();
  EXPECT_FALSE(status.ok());
  EXPECT_NE(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(WatchMembersTest, RefusesStreamsOverTheLimit) {
  options_.max_streams = 1;
  Serve();
  MemberWatch watch(*stub_);
  ASSERT_TRUE(watch.StepUntil(Kind::kSynced));
  const grpc::Status status = MemberWatch(*stub_).Finish();
  EXPECT_EQ(ErrorOf(status), "RESOURCE_EXHAUSTED/TOO_MANY_STREAMS");
  EXPECT_EQ(DetailOf<google::rpc::RetryInfo>(status).retry_delay().seconds(),
            5);
}

TEST_F(WatchMembersTest, SendsSignsOfLifeWhoseTokensMoveOn) {
  options_.bookmark_interval = absl::Milliseconds(20);
  Serve();
  MemberWatch watch(*stub_, "zone=1");
  ASSERT_TRUE(watch.StepUntil(Kind::kSynced));
  const std::string synced = watch.token();

  ASSERT_TRUE(watch.StepUntil(Kind::kBookmark));
  EXPECT_EQ(watch.token(), synced);
  alpha().Up("a", R"({"zone":"2"})");  // does not concern it
  do {
    ASSERT_TRUE(watch.StepUntil(Kind::kBookmark));
  } while (watch.token() == synced);
  // The token is good: nothing has happened since.
  MemberWatch resumed(*stub_, "zone=1", watch.token());
  EXPECT_EQ(resumed.Step(), Kind::kBookmark);
}

// A stream that its reader leaves is forgotten, in each state that it can be
// in.
TEST_F(WatchMembersTest, ForgetsReadersThatLeave) {
  Serve();
  for (int i = 0; i < 2000; ++i) alpha().Up(absl::StrCat("m", i));
  {
    MemberWatch waiting(*stub_);
    ASSERT_TRUE(waiting.StepUntil(Kind::kSynced));
    MemberWatch in_snapshot(*stub_);
    ASSERT_EQ(in_snapshot.Step(), Kind::kReset);
    EXPECT_EQ(service_->stats().member_streams, 2u);
  }
  EVENTUALLY_THAT(service_->stats().member_streams, ::testing::Eq(0u));
}

// Members change all the time while readers come, with and without selectors,
// break off and go on from their tokens. At the end everybody knows the truth.
TEST_F(WatchMembersTest, ReadersAgreeWithTheTableWhateverTheyMissed) {
  options_.ring_capacity = 256;
  options_.bookmark_interval = absl::Milliseconds(20);
  Serve();
  constexpr int kMembers = 200;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    uint32_t random = 12345;
    for (int i = 0; i < 20'000; ++i) {
      random = random * 1664525 + 1013904223;
      const std::string name = absl::StrCat("m", (random >> 8) % kMembers);
      if ((random >> 20) % 10 == 0) {
        alpha().Gone(name);
        alpha().table().Forget(name, absl::Now());
      } else {
        alpha().Up(name,
                   absl::StrCat(R"({"zone":")", (random >> 24) % 2, "\"}"), i);
      }
      if (i % 100 == 0) std::this_thread::yield();
    }
    alpha().Up("last-0", R"({"zone":"0"})");
    alpha().Up("last-1", R"({"zone":"1"})");
    done = true;
  });

  const std::string selectors[] = {"", "zone=0", "zone=1", "status=UP"};
  std::vector<std::thread> readers;
  std::map<std::string, std::string> failures;
  base::Mutex mu;
  for (int r = 0; r < 8; ++r) {
    readers.emplace_back([&, r] {
      const std::string& selector = selectors[r % 4];
      const std::string last = selector == "zone=0" ? "last-0" : "last-1";
      auto stub = NewStub();
      std::map<std::string, v1::Member> known;
      std::string token;
      bool complete = false;
      for (int round = 0; !complete; ++round) {
        v1::WatchMembersRequest request;
        request.set_selector(selector);
        request.set_resume_token(token);
        Stream<v1::WatchMembersResponse> stream(
            *stub, &v1::MembershipService::Stub::WatchMembers, request);
        v1::WatchMembersResponse message;
        for (int i = 0; !complete && (round > 20 || i < 50 * (r + 1)); ++i) {
          if (!stream.Read(&message)) break;
          if (message.has_reset()) {
            known.clear();
            token.clear();  // it stood for what was known
          }
          if (message.has_member())
            known[message.member().name()] = message.member();
          if (message.has_removed()) known.erase(message.removed().name());
          if (!message.resume_token().empty()) token = message.resume_token();
          // Half the readers wait for the end; all of them get there.
          complete =
              done && known.contains(last) && !message.resume_token().empty();
        }
      }
      std::map<std::string, uint64_t> expected;
      const Selector parsed = *Selector::Parse(selector);
      alpha().table().view()->members.ForEach([&](const MemberPtr& member) {
        if (parsed.Matches(*member)) expected[member->name] = member->revision;
      });
      std::map<std::string, uint64_t> found;
      for (const auto& [name, member] : known) found[name] = member.revision();
      base::MutexLock lock(&mu);
      if (found != expected) {
        failures[absl::StrCat("reader ", r)] =
            absl::StrCat("knows ", found.size(), " of ", expected.size(),
                         " members, or ", "other revisions of them");
      }
    });
  }
  writer.join();
  for (std::thread& reader : readers) reader.join();
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(WatchMembersTest, EndsPolitelyWhenTheServerStops) {
  Serve();
  for (int i = 0; i < 5000; ++i) alpha().Up(absl::StrCat("m", i));
  MemberWatch waiting(*stub_);
  ASSERT_TRUE(waiting.StepUntil(Kind::kSynced));
  auto other = NewStub(Window::kSmall);
  MemberWatch stuck(*other);
  ASSERT_EQ(stuck.Step(), Kind::kReset);

  const absl::Time start = absl::Now();
  std::thread stopper([&] { server_->Shutdown(absl::Seconds(2)); });
  const grpc::Status status = waiting.Finish();
  stopper.join();

  EXPECT_EQ(ErrorOf(status), "UNAVAILABLE/SERVER_STOPPING");
  EXPECT_EQ(status.error_message(), "rosterd is stopping");
  EXPECT_LT(absl::Now() - start, testing::Scaled(absl::Seconds(5)));
  EXPECT_EQ(service_->stats().member_streams, 0u);
}

}  // namespace
}  // namespace roster::monitor
