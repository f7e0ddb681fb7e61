// CoordinationService on a real server: what reaches the backend, and what
// comes back.

#include "monitor/rpc/coordination_service.h"

#include <memory>
#include <string>
#include <utility>

#include "base/error_details.h"
#include "base/mutex.h"
#include "tests/unit/rpc/served.h"

namespace roster::monitor {
namespace {

// Keeps what it was asked, and answers with what the test wants.
class FakeBackend final : public CoordinationBackend {
 public:
  // Held by each call, and taken by whoever asks, before and after: so
  // ThreadSanitizer sees what gRPC orders.
  base::Mutex mu;

  FolderQuery folder;
  LookQuery query;
  ForceReleaseRequest release;
  monitor::OpenBarrierRequest open;
  absl::Status error;
  std::string next_after;
  size_t copies = 1;  // in listings
  ElectionInfo election;
  LockInfo lock;
  QueueInfo queue;
  BarrierInfo barrier;

  void ListElections(FolderQuery asked,
                     Done<FolderPage<ElectionInfo>> done) override {
    base::MutexLock holding(&mu);
    List(std::move(asked), election, std::move(done));
  }
  void GetElection(LookQuery asked, Done<Look<ElectionInfo>> done) override {
    base::MutexLock holding(&mu);
    Get(std::move(asked), election, std::move(done));
  }
  void ListLocks(FolderQuery asked, Done<FolderPage<LockInfo>> done) override {
    base::MutexLock holding(&mu);
    List(std::move(asked), lock, std::move(done));
  }
  void GetLock(LookQuery asked, Done<Look<LockInfo>> done) override {
    base::MutexLock holding(&mu);
    Get(std::move(asked), lock, std::move(done));
  }
  void ListQueues(FolderQuery asked,
                  Done<FolderPage<QueueInfo>> done) override {
    base::MutexLock holding(&mu);
    List(std::move(asked), queue, std::move(done));
  }
  void GetQueue(LookQuery asked, Done<Look<QueueInfo>> done) override {
    base::MutexLock holding(&mu);
    Get(std::move(asked), queue, std::move(done));
  }
  void ListBarriers(FolderQuery asked,
                    Done<FolderPage<BarrierInfo>> done) override {
    base::MutexLock holding(&mu);
    List(std::move(asked), barrier, std::move(done));
  }
  void GetBarrier(LookQuery asked, Done<Look<BarrierInfo>> done) override {
    base::MutexLock holding(&mu);
    Get(std::move(asked), barrier, std::move(done));
  }
  void ForceReleaseLock(ForceReleaseRequest request,
                        Done<ForceReleaseResult> done) override {
    base::MutexLock holding(&mu);
    release = std::move(request);
    if (!error.ok()) return done(error);
    done(ForceReleaseResult{.holder = {.node = release.node},
                            .request_id = "r-1"});
  }
  void OpenBarrier(monitor::OpenBarrierRequest request,
                   Done<OpenBarrierResult> done) override {
    base::MutexLock holding(&mu);
    open = std::move(request);
    if (!error.ok()) return done(error);
    done(OpenBarrierResult{.request_id = "r-2"});
  }

 private:
  template <typename Info>
  void List(FolderQuery asked, const Info& info, Done<FolderPage<Info>> done) {
    folder = std::move(asked);
    if (!error.ok()) return done(error);
    FolderPage<Info> page{.infos = std::vector<Info>(copies, info),
                          .next_after = next_after};
    for (size_t i = 1; i < copies; ++i)
      page.infos[i].path = absl::StrCat(info.path, i);
    done(std::move(page));
  }
  template <typename Info>
  void Get(LookQuery asked, const Info& info, Done<Look<Info>> done) {
    query = std::move(asked);
    if (!error.ok()) return done(error);
    done(Look<Info>{.info = info, .next_after = next_after});
  }
};

class FakeLeaders final : public LeaderBackend {
 public:
  base::Mutex mu;  // as above
  LeaderAnswer answer;

  void GetLeader(LeaderQuery query, Done<LeaderAnswer> done) override {
    base::MutexLock holding(&mu);
    (void)query;
    done(answer);
  }
  void Designate(DesignateRequest request,
                 Done<DesignateResult> done) override {
    base::MutexLock holding(&mu);
    done(DesignateResult{
        .designation = {.election = {.name = request.target.name},
                        .designation =
                            request.designation.value_or(model::Designation())},
        .request_id = "r-3"});
  }
};

class CoordinationServiceTest : public ::testing::Test {
 protected:
  using Stub = v1::CoordinationService::Stub;

  template <typename Request, typename Response>
  std::string BadFieldOf(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                      const Request&,
                                                      Response*),
                         const Request& request) {
    Response response;
    const auto bad = DetailOf<google::rpc::BadRequest>(
        served_.Ask(method, request, &response));
    return bad.field_violations().empty() ? ""
                                          : bad.field_violations(0).field();
  }

  void HandOver() {
    base::MutexLock backend(&backend_.mu);
    base::MutexLock leaders(&leaders_.mu);
  }

  FakeBackend backend_;
  FakeLeaders leaders_;
  CoordinationService service_{{{"alpha", &backend_, &leaders_}}};
  Served<v1::CoordinationService> served_{&service_, [this] { HandOver(); }};
};

Contender Holder() {
  return {.node = "x-lock-0000000007",
          .path = "/locks/a/x-lock-0000000007",
          .sequence = 7,
          .session_id = static_cast<int64_t>(0x9000'0123'abcd'0001ULL),
          .created = absl::FromUnixSeconds(1700000000),
          .czxid = 4294967301,
          .data = {.bytes = "web-01", .size = 6},
          .member = "web-01",
          .member_claimed = true,
          .role = ContenderRole::kWrite,
          .waits_for = "y-lock-0000000006",
          .format = NodeFormat::kKazoo};
}

TEST_F(CoordinationServiceTest, ALockIsToldWithAllThatIsKnown) {
  backend_.lock = {.name = "a",
                   .path = "/locks/a",
                   .kind = LockKind::kReadWrite,
                   .holders = {Holder()},
                   .waiters = {Holder(), Holder()},
                   .holder_count = 1,
                   .waiter_count = 20,
                   .max_leases = 3,
                   .foreign = {.count = 1, .nodes = {"junk\xff"}}};
  backend_.next_after = "x-lock-0000000007";
  v1::GetLockRequest request;
  request.set_name("a");
  request.set_page_size(3);
  v1::GetLockResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::GetLock, request, &response)), "OK");
  EXPECT_EQ(backend_.query.target.name, "a");
  EXPECT_EQ(backend_.query.limit, 3u);
  EXPECT_LT(backend_.query.deadline, absl::Now() + absl::Minutes(2));
  const v1::Lock& lock = response.lock();
  EXPECT_EQ(lock.kind(), v1::LOCK_KIND_READ_WRITE);
  EXPECT_EQ(lock.holder_count(), 1);
  EXPECT_EQ(lock.waiter_count(), 20);
  EXPECT_EQ(lock.waiters_size(), 2);
  EXPECT_EQ(lock.max_leases(), 3);
  EXPECT_EQ(lock.foreign().count(), 1);
  EXPECT_EQ(lock.foreign().nodes(0), "junk\uFFFD");
  ASSERT_EQ(lock.holders_size(), 1);
  const v1::Contender& holder = lock.holders(0);
  EXPECT_EQ(holder.node(), "x-lock-0000000007");
  EXPECT_EQ(holder.session_id(), "0x90000123abcd0001");
  EXPECT_EQ(holder.create_time().seconds(), 1700000000);
  EXPECT_EQ(holder.fencing_token(), 4294967301);
  EXPECT_EQ(holder.data().text(), "web-01");
  EXPECT_FALSE(holder.data().truncated());
  EXPECT_EQ(holder.member(), "web-01");
  EXPECT_TRUE(holder.member_claimed());
  EXPECT_EQ(holder.role(), v1::CONTENDER_ROLE_WRITE);
  EXPECT_EQ(holder.waits_for(), "y-lock-0000000006");
  EXPECT_EQ(holder.format(), v1::NODE_FORMAT_KAZOO);

  // The token leads on, with this request alone.
  request.set_page_token(response.next_page_token());
  request.set_page_size(5);
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::GetLock, request, &response)), "OK");
  EXPECT_EQ(backend_.query.after, "x-lock-0000000007");
  request.set_name("b");
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetLock, request, &response)),
            "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
  request.set_page_token("x");
  EXPECT_EQ(BadFieldOf(&Stub::GetLock, request), "page_token");
}

TEST_F(CoordinationServiceTest, DataIsTextWhereItIsText) {
  const auto told = [&](NodeData data) {
    backend_.lock.holders = {{.data = std::move(data)}};
    v1::GetLockResponse response;
    EXPECT_EQ(
        ErrorOf(served_.Ask(&Stub::GetLock, v1::GetLockRequest(), &response)),
        "OK");
    return response.lock().holders(0).data();
  };
  const v1::NodeData binary = told({.bytes = "\xff\x01", .size = 2});
  EXPECT_EQ(binary.text(), "");
  EXPECT_EQ(binary.binary(), "\xff\x01");
  // Cut within a character.
  const v1::NodeData cut = told({.bytes = "ab\xe2\x82", .size = 2000});
  EXPECT_EQ(cut.text(), "ab");
  EXPECT_EQ(cut.binary(), "");
  EXPECT_EQ(cut.size_bytes(), 2000);
  EXPECT_TRUE(cut.truncated());
  EXPECT_EQ(told({}).size_bytes(), 0);
}

TEST_F(CoordinationServiceTest, ElectionsQueuesAndBarriersAreTold) {
  backend_.election = {.name = "e",
                       .kind = ElectionKind::kStatic,
                       .leader = {Holder()},
                       .candidate_count = 4};
  leaders_.answer.designation = StoredDesignation{
      .designation = {.version = 2, .leaders = {"web-01", "web-02"}}};
  v1::GetElectionRequest election_request;
  election_request.set_path("/e");
  v1::GetElectionResponse election;
  ASSERT_EQ(
      ErrorOf(served_.Ask(&Stub::GetElection, election_request, &election)),
      "OK");
  EXPECT_EQ(backend_.query.target.path, "/e");
  EXPECT_EQ(election.election().leader().member(), "web-01");
  EXPECT_EQ(election.election().candidate_count(), 4);
  EXPECT_EQ(election.election().kind(), v1::ELECTION_KIND_STATIC);
  EXPECT_EQ(election.election().designation().version(), 2);
  EXPECT_EQ(election.election().designation().leaders(1), "web-02");

  const absl::Time when = absl::FromUnixSeconds(1700000000);
  backend_.queue = {.length = 9,
                    .taken_count = 2,
                    .oldest_created = when,
                    .items = {{.node = "entry-005-0000000001",
                               .sequence = 1,
                               .priority = 5,
                               .not_before = when,
                               .created = when,
                               .data = {.bytes = "job", .size = 3},
                               .taken_by = {Holder()},
                               .format = NodeFormat::kKazoo}}};
  v1::ListQueuesRequest list;
  list.set_folder("/q");
  v1::ListQueuesResponse queues;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListQueues, list, &queues)), "OK");
  EXPECT_EQ(backend_.folder.folder, "/q");
  EXPECT_EQ(backend_.folder.limit, 100u);
  EXPECT_EQ(queues.next_page_token(), "");
  ASSERT_EQ(queues.queues_size(), 1);
  const v1::Queue& queue = queues.queues(0);
  EXPECT_EQ(queue.length(), 9);
  EXPECT_EQ(queue.taken_count(), 2);
  EXPECT_EQ(queue.oldest_create_time().seconds(), 1700000000);
  EXPECT_EQ(queue.items(0).priority(), 5);
  EXPECT_EQ(queue.items(0).not_before().seconds(), 1700000000);
  EXPECT_EQ(queue.items(0).data().text(), "job");
  EXPECT_EQ(queue.items(0).taken_by().member(), "web-01");

  backend_.barrier = {.kind = BarrierKind::kCount,
                      .open = true,
                      .needed = 3,
                      .entered_count = 2,
                      .entered = {Holder()}};
  v1::GetBarrierRequest barrier_request;
  v1::GetBarrierResponse barrier;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::GetBarrier, barrier_request, &barrier)),
            "OK");
  EXPECT_EQ(barrier.barrier().kind(), v1::BARRIER_KIND_COUNT);
  EXPECT_TRUE(barrier.barrier().open());
  EXPECT_EQ(barrier.barrier().needed(), 3);
  EXPECT_EQ(barrier.barrier().entered_count(), 2);
  EXPECT_EQ(barrier.barrier().entered(0).member(), "web-01");
}

TEST_F(CoordinationServiceTest, ForceReleaseReachesTheBackend) {
  v1::ForceReleaseLockRequest request;
  request.set_path("/c/lock");
  request.set_node("x-lock-0000000007");
  request.set_fencing_token(12);
  request.set_actor("ops");
  request.set_reason("hangs");
  request.set_request_id("r-1");
  request.set_validate_only(true);
  v1::ForceReleaseLockResponse response;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ForceReleaseLock, request, &response)),
            "OK");
  EXPECT_EQ(response.holder().node(), "x-lock-0000000007");
  EXPECT_EQ(response.request_id(), "r-1");
  const ForceReleaseRequest& asked = backend_.release;
  EXPECT_EQ(asked.target.path, "/c/lock");
  EXPECT_EQ(asked.czxid, 12);
  EXPECT_EQ(asked.reason, "hangs");
  EXPECT_EQ(asked.meta.actor.name, "ops");
  EXPECT_EQ(asked.meta.request_id, "r-1");
  EXPECT_TRUE(asked.meta.validate_only);

  v1::ForceReleaseLockRequest bad = request;
  bad.set_reason("  ");
  EXPECT_EQ(BadFieldOf(&Stub::ForceReleaseLock, bad), "reason");
  bad = request;
  bad.clear_node();
  EXPECT_EQ(BadFieldOf(&Stub::ForceReleaseLock, bad), "node");
  bad = request;
  bad.clear_fencing_token();
  EXPECT_EQ(BadFieldOf(&Stub::ForceReleaseLock, bad), "fencing_token");
}

TEST_F(CoordinationServiceTest, OpenBarrierReachesTheBackend) {
  v1::OpenBarrierRequest request;
  request.set_name("start");
  v1::OpenBarrierResponse response;
  EXPECT_EQ(BadFieldOf(&Stub::OpenBarrier, request), "reason");
  request.set_reason("one is missing");
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::OpenBarrier, request, &response)), "OK");
  EXPECT_EQ(response.request_id(), "r-2");
  EXPECT_EQ(backend_.open.target.name, "start");
}

TEST_F(CoordinationServiceTest, ErrorsKeepTheirReason) {
  backend_.error = base::WithReason(absl::NotFoundError("no such lock"),
                                    "LOCK_NOT_FOUND", {{"path", "/a"}});
  v1::GetLockRequest request;
  v1::GetLockResponse response;
  const grpc::Status status = served_.Ask(&Stub::GetLock, request, &response);
  EXPECT_EQ(ErrorOf(status), "NOT_FOUND/LOCK_NOT_FOUND");
  EXPECT_EQ(DetailOf<google::rpc::ErrorInfo>(status).metadata().at("path"),
            "/a");
  request.set_cluster("beta");
  EXPECT_EQ(ErrorOf(served_.Ask(&Stub::GetLock, request, &response)),
            "NOT_FOUND/CLUSTER_NOT_FOUND");
  v1::ListLocksRequest list;
  list.set_page_size(-1);
  EXPECT_EQ(BadFieldOf(&Stub::ListLocks, list), "page_size");
}

// gRPC's clients take 4 MiB.
TEST_F(CoordinationServiceTest, APageOfAFolderEndsBeforeItIsTooLarge) {
  backend_.lock = {.path = "/locks/a",
                   .foreign = {.count = 100,
                               .nodes = std::vector<std::string>(
                                   100, std::string(255, 'f'))}};
  backend_.copies = 200;
  v1::ListLocksRequest request;
  request.set_page_size(1000);
  v1::ListLocksResponse page;
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListLocks, request, &page)), "OK");
  ASSERT_GT(page.locks_size(), 1);
  ASSERT_LT(page.locks_size(), 200);
  EXPECT_LT(page.ByteSizeLong(), 4u * 1024 * 1024);
  request.set_page_token(page.next_page_token());
  const std::string last = page.locks().rbegin()->path();
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListLocks, request, &page)), "OK");
  EXPECT_EQ("/locks/" + backend_.folder.after, last);

  backend_.copies = 100;
  request.clear_page_token();
  ASSERT_EQ(ErrorOf(served_.Ask(&Stub::ListLocks, request, &page)), "OK");
  EXPECT_EQ(page.locks_size(), 100);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(CoordinationServiceTest, EachDesignatedLeaderIsNamedByItself) {
  for (const char* name : {"a,,b", "a,b", ",", ""}) {
    v1::DesignateLeaderRequest request;
    request.set_name("reporter");
    request.set_reason("r");
    request.add_leaders("web-01");
    request.add_leaders(name);
    v1::DesignateLeaderResponse response;
    EXPECT_EQ(
        served_.Ask(&Stub::DesignateLeader, request, &response).error_code(),
        grpc::StatusCode::INVALID_ARGUMENT)
        << name;
  }
}

}  // namespace
}  // namespace roster::monitor
