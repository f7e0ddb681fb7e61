// Operations: listed, watched, changed.

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/rpc/control_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_F(ControlServiceTest, OperationsComeNewestFirst) {
  alpha().table().ApplySynced(absl::Now());
  const absl::Time start = absl::FromUnixSeconds(1'764'000'000);
  for (int i = 0; i < 5; ++i)
    Store(Running(absl::StrCat("op-", i), start + absl::Seconds(i / 2)), 0);
  v1::ListOperationsRequest request;
  request.set_page_size(2);
  std::vector<std::string> seen;
  do {
    v1::ListOperationsResponse page;
    ASSERT_EQ(ErrorOf(Ask(&Stub::ListOperations, request, &page)), "OK");
    for (const auto& operation : page.operations()) {
      seen.push_back(operation.id());
      EXPECT_EQ(operation.total(), 2);
      EXPECT_EQ(operation.done(), 1);
      EXPECT_THAT(operation.members(), IsEmpty()) << "not in lists";
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("op-4", "op-3", "op-2", "op-1", "op-0"));
}

// gRPC's clients take 4 MiB.
TEST_F(ControlServiceTest, APageOfOperationsEndsBeforeItIsTooLarge) {
  alpha().table().ApplySynced(absl::Now());
  const absl::Time start = absl::FromUnixSeconds(1'764'000'000);
  for (int i = 0; i < 300; ++i) {
    model::Operation operation =
        Running(absl::StrCat("op-", i), start + absl::Seconds(i));
    operation.selector = std::string(16 * 1024, 's');
    Store(operation, 0);
  }
  v1::ListOperationsRequest request;
  request.set_page_size(1000);
  int seen = 0;
  do {
    v1::ListOperationsResponse page;
    ASSERT_EQ(ErrorOf(Ask(&Stub::ListOperations, request, &page)), "OK");
    for (const auto& operation : page.operations())
      EXPECT_EQ(operation.id(), absl::StrCat("op-", 299 - seen++));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, 300);
}

TEST_F(ControlServiceTest, AnOperationIsWatchedToItsEnd) {
  alpha().table().ApplySynced(absl::Now());
  model::Operation operation = Running("op-1", absl::Now());
  Store(operation, 0);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(
      absl::Now() + roster::testing::Scaled(absl::Seconds(60))));
  v1::WatchOperationRequest request;
  request.set_id("op-1");
  const auto reader = control_->WatchOperation(&context, request);
  v1::WatchOperationResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.operation().state(), v1::OPERATION_STATE_RUNNING);
  EXPECT_EQ(message.operation().members(0).step(), v1::OPERATION_STEP_PENDING);

  operation.members[0].step = model::OperationStep::kDraining;
  Store(operation, 1);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.operation().members(0).step(), v1::OPERATION_STEP_DRAINING);
  EXPECT_EQ(message.operation().revision(), 1);

  operation.state = model::OperationState::kSucceeded;
  operation.ended_at = absl::Now();
  Store(operation, 2);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_EQ(message.operation().state(), v1::OPERATION_STATE_SUCCEEDED);
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(ControlServiceTest, WatchesEndWithTheServerAndAreBounded) {
  alpha().table().ApplySynced(absl::Now());
  Store(Running("op-1", absl::Now()), 0);
  v1::WatchOperationRequest request;
  request.set_id("op-1");
  v1::WatchOperationResponse message;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchOperationResponse>>>
      readers;
  for (int i = 0; i < 3; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    readers.push_back(control_->WatchOperation(contexts.back().get(), request));
    ASSERT_EQ(readers.back()->Read(&message), i < 2);
  }
  EXPECT_EQ(ErrorOf(readers[2]->Finish()),
            "RESOURCE_EXHAUSTED/TOO_MANY_STREAMS");
  service_->StopStreams();
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(readers[i]->Read(&message));
    EXPECT_EQ(ErrorOf(readers[i]->Finish()), "UNAVAILABLE/SERVER_STOPPING");
  }
}

TEST_F(ControlServiceTest, OperationsAreChangedByName) {
  backend_.operation->operation = Running("op-1", absl::Now());
  backend_.operation->operation.state = model::OperationState::kCancelled;
  v1::CancelOperationRequest request;
  request.set_id("op-1");
  request.set_actor("bob");
  request.set_release_holds(true);
  v1::CancelOperationResponse response;
  ASSERT_EQ(ErrorOf(Ask(&Stub::CancelOperation, request, &response)), "OK");
  EXPECT_EQ(backend_.change.verb, ChangeOperationRequest::Verb::kCancel);
  EXPECT_TRUE(backend_.change.release_holds);
  EXPECT_EQ(backend_.change.meta.actor.name, "bob");
  EXPECT_EQ(response.operation().state(), v1::OPERATION_STATE_CANCELLED);
  request.clear_id();
  EXPECT_THAT(ErrorOf(Ask(&Stub::CancelOperation, request, &response)),
              StartsWith("INVALID_ARGUMENT/"));
}

TEST_F(ControlServiceTest, WhatCannotBeReadIsActiveAndSaysWhatItTakes) {
  alpha().table().ApplySynced(absl::Now());
  const auto show = [&](std::string_view data, int32_t version) {
    alpha().table().ApplyOperation("op-1", &data, version, absl::Now(),
                                   absl::Now());
    v1::ListOperationsRequest request;
    request.set_active_only(true);
    v1::ListOperationsResponse response;
    EXPECT_TRUE(Ask(&Stub::ListOperations, request, &response).ok());
    return response;
  };
  v1::ListOperationsResponse shown = show("garbage", 0);
  ASSERT_EQ(shown.operations_size(), 1);
  EXPECT_EQ(shown.operations(0).id(), "op-1");
  EXPECT_THAT(shown.operations(0).problem(),
              HasSubstr("not known whom it works on"));

  shown = show(R"({"v":1,"members":[{"name":"web-01"}]})", 1);
  ASSERT_EQ(shown.operations_size(), 1);
  EXPECT_EQ(shown.operations(0).total(), 1);
  EXPECT_THAT(shown.operations(0).problem(), HasSubstr("stay taken"));
  v1::GetOperationRequest request;
  request.set_id("op-1");
  v1::GetOperationResponse response;
  ASSERT_TRUE(Ask(&Stub::GetOperation, request, &response).ok());
  ASSERT_EQ(response.operation().members_size(), 1);
  EXPECT_EQ(response.operation().members(0).name(), "web-01");
}

}  // namespace
}  // namespace roster::monitor
