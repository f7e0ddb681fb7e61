#include "cli/printer_coordination.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/cli/fake_rosterd.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::cli {
namespace {

using ::roster::testing::SampleNow;
using ::roster::testing::ToProto;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

void Fill(v1::Contender& contender, const std::string& node,
          const std::string& text, absl::Duration age) {
  contender.set_node(node);
  contender.set_session_id("0x1" + node);
  contender.mutable_data()->set_text(text);
  contender.set_fencing_token(40 + static_cast<int64_t>(text.size()));
  *contender.mutable_create_time() = ToProto(SampleNow() - age);
}

v1::Lock SampleLock() {
  v1::Lock lock;
  lock.set_name("reports");
  lock.set_path("/roster/demo/locks/reports");
  lock.set_kind(v1::LOCK_KIND_READ_WRITE);
  lock.set_holder_count(1);
  lock.set_waiter_count(2);
  v1::Contender& holder = *lock.add_holders();
  Fill(holder, "a", "web-01", absl::Minutes(5));
  holder.set_member("web-01");
  holder.set_member_claimed(true);
  holder.set_role(v1::CONTENDER_ROLE_WRITE);
  holder.set_format(v1::NODE_FORMAT_CURATOR);
  v1::Contender& next = *lock.add_waiters();
  Fill(next, "b", "\x1b[2Jevil", absl::Seconds(10));
  next.set_role(v1::CONTENDER_ROLE_READ);
  next.set_waits_for("a");
  v1::Contender& last = *lock.add_waiters();
  Fill(last, "c", "", absl::Seconds(3));
  last.set_waits_for("gone");
  return lock;
}

// One row under the headers, as it is printed.
std::string Rendered(std::vector<Column> columns, std::vector<Cell> row) {
  Table table(std::move(columns));
  table.AddRow(std::move(row));
  return table.Render({});
}

TEST(LockPrinterTest, ARowSaysWhoHasItAndHowManyWait) {
  const v1::Lock lock = SampleLock();
  EXPECT_EQ(Rendered(LockColumns(false), LockRow(lock, false, SampleNow())),
            "NAME     KIND        HOLDER            HOLDERS  WAITERS  AGE\n"
            "reports  read-write  web-01 (claimed)  1        2        5m\n");
  EXPECT_THAT(Rendered(LockColumns(true), LockRow(lock, true, SampleNow())),
              AllOf(HasSubstr("46"), HasSubstr("0x1a"),
                    HasSubstr("/roster/demo/locks/reports")));
}

TEST(LockPrinterTest, ALockOfNobodySaysSoAndGoesByItsPath) {
  v1::Lock lock;
  lock.set_path("/curator/nightly");
  EXPECT_EQ(Rendered(LockColumns(false), LockRow(lock, false, SampleNow())),
            "NAME              KIND  HOLDER  HOLDERS  WAITERS  AGE\n"
            "/curator/nightly  -     nobody  0        0        -\n");
}

TEST(LockPrinterTest, TheLineSaysWhoWaitsForWhom) {
  const std::string page = LockDetail(SampleLock(), false, SampleNow(), {});
  EXPECT_THAT(page, HasSubstr("Holders:\n"
                              "  WHO               ROLE   TOKEN  SESSION  NODE"
                              "  AGE\n"
                              "  web-01 (claimed)  write  46     0x1a     a   "
                              "  5m\n"));
  EXPECT_THAT(page, HasSubstr("  \\x1b[2Jevil  read  web-01 (claimed)  48"));
  // Who waits for a node that is not in the line, and says nothing of itself.
  EXPECT_THAT(page, HasSubstr("  c            -     gone "));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(LockDetail(SampleLock(), true, SampleNow(), {}),
              HasSubstr("curator"));
}

TEST(LockPrinterTest, ForeignNodesAreNamedAndCounted) {
  v1::Lock lock = SampleLock();
  lock.mutable_foreign()->set_count(101);
  lock.mutable_foreign()->add_nodes("no\nlock");
  EXPECT_THAT(LockDetail(lock, false, SampleNow(), {}),
              HasSubstr("Foreign:     101: no\\x0alock, ...\n"));
}

v1::Queue SampleQueue() {
  v1::Queue queue;
  queue.set_name("mail");
  queue.set_length(3);
  queue.set_taken_count(1);
  *queue.mutable_oldest_create_time() = ToProto(SampleNow() - absl::Hours(2));
  v1::QueueItem& taken = *queue.add_items();
  taken.set_node("entry-100-0000000001");
  taken.set_priority(100);
  taken.mutable_data()->set_text("dear\tsir");
  taken.mutable_data()->set_truncated(true);
  Fill(*taken.mutable_taken_by(), "t", "mailer-7", absl::Seconds(1));
  v1::QueueItem& binary = *queue.add_items();
  binary.set_node("entry-100-0000000002");
  binary.mutable_data()->set_binary("\xff\xfe");
  binary.mutable_data()->set_size_bytes(2);
  return queue;
}

TEST(QueuePrinterTest, ARowSaysHowLongItIsAndHowOld) {
  EXPECT_EQ(Rendered(QueueColumns(false),
                     QueueRow(SampleQueue(), false, SampleNow())),
            "NAME  LENGTH  TAKEN  OLDEST\n"
            "mail  3       1      2h\n");
}

TEST(QueuePrinterTest, ItemsSayWhoTookThemAndThatThereAreMore) {
  const std::string page = QueueDetail(SampleQueue(), false, SampleNow(), {});
  EXPECT_THAT(page, AllOf(HasSubstr("Items, the first 2 of 3:\n"),
                          HasSubstr("mailer-7"), HasSubstr("dear\\x09sir..."),
                          HasSubstr("(2 bytes, not text)")));
  v1::Queue empty;
  EXPECT_THAT(QueueDetail(empty, false, SampleNow(), {}),
              Not(HasSubstr("Items")));
}

TEST(BarrierPrinterTest, ARowSaysWhetherItIsOpenAndWhoIsMissing) {
  v1::Barrier barrier;
  barrier.set_name("start");
  barrier.set_kind(v1::BARRIER_KIND_COUNT);
  barrier.set_needed(3);
  barrier.set_entered_count(1);
  *barrier.mutable_create_time() = ToProto(SampleNow() - absl::Seconds(9));
  EXPECT_EQ(
      Rendered(BarrierColumns(false), BarrierRow(barrier, false, SampleNow())),
      "NAME   KIND   STATE   ENTERED  NEEDED  AGE\n"
      "start  count  closed  1        3       9s\n");
  barrier.set_open(true);
  Fill(*barrier.add_entered(), "p", "web-01", absl::Seconds(4));
  EXPECT_THAT(BarrierDetail(barrier, false, SampleNow(), {}),
              AllOf(HasSubstr("State:       open\n"), HasSubstr("Entered:\n"),
                    HasSubstr("web-01  0x1p")));
}

TEST(BarrierPrinterTest, WhatOnlyParticipantsKnowIsLeftOut) {
  v1::Barrier barrier;
  barrier.set_name("both");
  barrier.set_kind(v1::BARRIER_KIND_DOUBLE);
  EXPECT_THAT(BarrierDetail(barrier, false, SampleNow(), {}),
              AllOf(HasSubstr("double"), Not(HasSubstr("Needed"))));
}

}  // namespace
}  // namespace roster::cli
