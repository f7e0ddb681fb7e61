#include "zk/op_batch.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace roster::zk {
namespace {

OpBatch MakeBatch(size_t max_ops, size_t max_bytes) {
  return OpBatch(Op::Check("/leader", kAnyVersion), max_ops, max_bytes);
}

Op Sized(size_t bytes) {
  return Op::Create("/a", std::string(bytes - 2 - kPacketOverhead, 'x'),
                    CreateMode::kPersistent);
}

TEST(OpBatchTest, EndsWhereTheBytesEnd) {
  OpBatch batch = MakeBatch(100, 3000);
  for (int i = 0; i < 3; ++i) {
    Op op = Sized(1000);
    EXPECT_TRUE(batch.Add(op));
  }
  Op op = Sized(1000);
  EXPECT_FALSE(batch.Add(op));
  // It is still there, for the next.
  EXPECT_EQ(PacketBytes(op), 1000u);
  EXPECT_EQ(batch.size(), 3u);
}

TEST(OpBatchTest, EndsWhereTheStepsEnd) {
  OpBatch batch = MakeBatch(2, 1'000'000);
  for (int i = 0; i < 2; ++i) {
    Op op = Op::Delete("/a", 0);
    EXPECT_TRUE(batch.Add(op));
  }
  Op op = Op::Delete("/a", 0);
  EXPECT_FALSE(batch.Add(op));
}

TEST(OpBatchTest, CountsPathsAsMuchAsData) {
  OpBatch batch = MakeBatch(100, 3000);
  Op first = Op::Delete(std::string(2000, 'p'), 0);
  EXPECT_TRUE(batch.Add(first));
  Op second = Op::Delete(std::string(2000, 'p'), 0);
  EXPECT_FALSE(batch.Add(second));
}

TEST(OpBatchTest, TakesOneThatIsLargerThanABatchAlone) {
  OpBatch batch = MakeBatch(100, 3000);
  Op large = Sized(5000);
  EXPECT_TRUE(batch.CanHold(large));
  EXPECT_TRUE(batch.Add(large));
  Op small = Sized(200);
  EXPECT_FALSE(batch.Add(small));
}

TEST(OpBatchTest, KnowsWhatZooKeeperDoesNotTake) {
  const OpBatch batch = MakeBatch(100, 3000);
  EXPECT_TRUE(batch.CanHold(Sized(800 * 1024)));
  EXPECT_FALSE(batch.CanHold(Sized(kMaxTransaction)));
}

TEST(OpBatchTest, BeginsWithItsGuard) {
  OpBatch batch = MakeBatch(100, 3000);
  EXPECT_TRUE(batch.empty());
  Op op = Sized(1000);
  ASSERT_TRUE(batch.Add(op));
  const auto ops = std::move(batch).Take();
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_EQ(ops[0].kind, Op::Kind::kCheck);
  EXPECT_EQ(ops[1].kind, Op::Kind::kCreate);
}

}  // namespace
}  // namespace roster::zk
