#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using Kind = v1::WatchMembersResponse;

class WatchLoadTest : public RpcTest {
 protected:
  static constexpr int kMembers = 500;

  // Changes every member `rounds` times.
  void Churn(int rounds) {
    for (int round = 0; round < rounds; ++round)
      for (int i = 0; i < kMembers; ++i)
        alpha().Up(absl::StrCat("m", i), padding_, ++written_);
  }
  double DoneOf(const v1::Member& member) { return member.gauges().at("done"); }
  static size_t HeapBytes() { return mallinfo2().uordblks; }

  // A kilobyte per message soon fills what a connection takes unread.
  const std::string padding_ =
      absl::StrCat(R"({"padding":")", std::string(1000, 'x'), "\"}");
  double written_ = 0;
};

TEST_F(WatchLoadTest, F49_AReaderThatNeverReadsCostsNoMemoryAndHoldsUpNobody) {
  options_.ring_capacity = 2000;
  Serve();
  Churn(1);
  auto small = NewStub(Window::kSmall);
  MemberWatch stuck(*small);
  ASSERT_TRUE(stuck.StepUntil(Kind::kSynced));
  auto other = NewStub();
  MemberWatch reader(*other);
  ASSERT_TRUE(reader.StepUntil(Kind::kSynced));

  // From here on `stuck` does not read. First its connection fills up.
  Churn(10);
  const size_t heap = HeapBytes();
  for (int i = 0; i < 10; ++i) {
    Churn(2);
    alpha().Up("marker", "{}", i);
    // The other reader sees the last value of everything, all the time.
    while (!reader.members().contains("marker") ||
           DoneOf(reader.members().at("marker")) != i)
      ASSERT_NE(reader.Step(), Kind::EVENT_NOT_SET);
    for (int m = 0; m < kMembers; ++m) {
      const auto member = reader.members().find(absl::StrCat("m", m));
      ASSERT_NE(member, reader.members().end());
      ASSERT_EQ(DoneOf(member->second), written_ - kMembers + 1 + m);
    }
  }
  // 10,000 changes of more than a kilobyte went by.
  EXPECT_LT(HeapBytes(), heap + 5'000'000);

  // When it reads again, it is told where things are, not where they were.
  alpha().Up("z-end");
  while (!stuck.members().contains("z-end"))
    ASSERT_NE(stuck.Step(), Kind::EVENT_NOT_SET);
  EXPECT_GE(stuck.resets(), 2);
  EXPECT_EQ(DoneOf(stuck.members().at("m0")), written_ - kMembers + 1);
  EXPECT_LT(stuck.changes(), 10 * kMembers);
  EXPECT_GE(service_->stats().overruns, 1u);
}

TEST_F(WatchLoadTest, F49_AReaderThatIsSlowGetsOnlyTheLastStates) {
  Serve();  // the ring is large enough for all
  Churn(1);
  auto small = NewStub(Window::kSmall);
  MemberWatch slow(*small);
  ASSERT_TRUE(slow.StepUntil(Kind::kSynced));
  Churn(20);
  alpha().Up("z-end");

  while (!slow.members().contains("z-end"))
    ASSERT_NE(slow.Step(), Kind::EVENT_NOT_SET);

  EXPECT_EQ(slow.resets(), 1);
  for (int m = 0; m < kMembers; ++m)
    EXPECT_EQ(DoneOf(slow.members().at(absl::StrCat("m", m))),
              written_ - kMembers + 1 + m);
  EXPECT_LT(slow.changes(), 15 * kMembers);
  EXPECT_GT(service_->stats().merged_changes, 5u * kMembers);
}

// Counts what arrives on one of many streams.
class CountingReader
    : public grpc::ClientReadReactor<v1::WatchMembersResponse> {
 public:
  void Start(v1::MembershipService::Stub& stub) {
    context_.set_deadline(
        absl::ToChronoTime(absl::Now() + testing::Scaled(absl::Seconds(60))));
    stub.async()->WatchMembers(&context_, &request_, this);
    started_ = true;
    StartRead(&message_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok || !started_) return;
    if (message_.has_member()) members_.fetch_add(1);
    if (message_.has_synced()) synced_ = true;
    StartRead(&message_);
  }
  void OnDone(const grpc::Status&) override { done_ = true; }

  void Cancel() { context_.TryCancel(); }
  bool synced() const { return synced_; }
  bool done() const { return done_; }
  int members() const { return members_; }

 private:
  grpc::ClientContext context_;
  v1::WatchMembersRequest request_;
  v1::WatchMembersResponse message_;
  // Shows ThreadSanitizer that gRPC hands this over to another thread.
  std::atomic<bool> started_ = false;
  std::atomic<int> members_ = 0;
  std::atomic<bool> synced_ = false;
  std::atomic<bool> done_ = false;
};

TEST_F(WatchLoadTest, F50_AThousandReadersComeAtOnce) {
  constexpr int kReaders = 1000;
  constexpr int kFew = 20;
  Serve();
  for (int i = 0; i < kFew; ++i) alpha().Up(absl::StrCat("m", i));
  std::vector<std::unique_ptr<v1::MembershipService::Stub>> stubs;
  for (int i = 0; i < 10; ++i) stubs.push_back(NewStub());
  std::vector<CountingReader> readers(kReaders);

  for (int i = 0; i < kReaders; ++i) readers[i].Start(*stubs[i % 10]);
  const auto all = [&](auto condition) {
    return std::all_of(readers.begin(), readers.end(), condition);
  };
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return all([](const auto& r) { return r.synced(); }); },
      "all have the snapshot", absl::Seconds(40)));
  EXPECT_EQ(service_->stats().member_streams, kReaders);
  EXPECT_TRUE(all([](const auto& r) { return r.members() == kFew; }));

  alpha().Up("m0", "{}", 1);
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return all([](const auto& r) { return r.members() > kFew; }); },
      "all see the change", absl::Seconds(40)));

  for (auto& reader : readers) reader.Cancel();
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return all([](const auto& r) { return r.done(); }); },
      "all are gone", absl::Seconds(40)));
  EXPECT_TRUE(
      testing::WaitUntil([&] { return service_->stats().member_streams == 0; },
                         "the server forgot them"));
}

}  // namespace
}  // namespace roster::monitor
