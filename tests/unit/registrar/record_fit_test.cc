#include "registrar/record_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"

namespace roster::registrar {
namespace {

using ::roster::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

model::MemberRecord BigRecord() {
  model::MemberRecord record;
  record.incarnation = "i";
  record.state = model::ReportedState::kDegraded;
  record.applied_epoch = 12;
  for (int i = 0; i < 40; ++i) {
    model::Task task;
    task.id = absl::StrCat("t-", i);
    task.name = "t";
    task.message = std::string(40, 'm');
    if (i >= 32) task.state = model::TaskState::kSucceeded;
    record.tasks.push_back(task);
    record.gauges[absl::StrCat("gauge", i)] = i;
    record.labels[absl::StrCat("label", i)] = "value";
  }
  return record;
}

model::MemberRecord Parsed(const FittedRecord& fitted) {
  return model::ParseMemberRecord(fitted.bytes).record;
}

TEST(RecordFitTest, LeavesOutNothingThatFits) {
  ASSERT_OK_AND_ASSIGN(const FittedRecord fitted,
                       FitRecord(BigRecord(), model::kHardMaxRecordBytes));

  EXPECT_THAT(fitted.left_out, IsEmpty());
  EXPECT_EQ(Parsed(fitted), BigRecord());
}

TEST(RecordFitTest, LeavesOutTheLeastImportantFirst) {
  const size_t full =
      FitRecord(BigRecord(), model::kHardMaxRecordBytes)->bytes.size();

  ASSERT_OK_AND_ASSIGN(FittedRecord fitted, FitRecord(BigRecord(), full - 1));
  EXPECT_EQ(fitted.left_out, "8 ended tasks");
  EXPECT_THAT(Parsed(fitted).tasks, SizeIs(32));

  ASSERT_OK_AND_ASSIGN(fitted, FitRecord(BigRecord(), fitted.bytes.size() - 1));
  EXPECT_EQ(fitted.left_out, "8 ended tasks, 32 messages");
  EXPECT_THAT(Parsed(fitted).gauges, SizeIs(40));

  ASSERT_OK_AND_ASSIGN(fitted, FitRecord(BigRecord(), fitted.bytes.size() - 1));
  EXPECT_EQ(fitted.left_out, "8 ended tasks, 32 messages, 40 gauges");
  EXPECT_THAT(Parsed(fitted).tasks, SizeIs(32));
}

TEST(RecordFitTest, StateAndEpochAlwaysStay) {
  for (size_t limit = 300; limit < 8000; limit += 77) {
    ASSERT_OK_AND_ASSIGN(const FittedRecord fitted,
                         FitRecord(BigRecord(), limit));
    EXPECT_THAT(fitted.bytes.size(), Le(limit));
    EXPECT_EQ(Parsed(fitted).state, model::ReportedState::kDegraded);
    EXPECT_EQ(Parsed(fitted).applied_epoch, 12);
  }
}

TEST(RecordFitTest, RefusesALimitThatHoldsNotEvenTheIdentity) {
  EXPECT_THAT(FitRecord(BigRecord(), 10),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace roster::registrar
