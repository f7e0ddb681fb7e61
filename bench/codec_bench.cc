// What reading and writing the wire formats costs. A monitor reads one record
// for each change of each member, so ReadRecord bounds how many it can follow:
// aim for 10 us or less for the typical record.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/utf8.h"
#include "model/member_record.h"
#include "model/order.h"
#include "model/paths.h"

namespace roster::model {
namespace {

constexpr absl::Time kNow = absl::FromUnixMillis(1795334405123);

// A service that does `tasks` things. One task: about 600 bytes of JSON.
MemberRecord RecordWithTasks(int64_t tasks) {
  MemberRecord record;
  record.incarnation = "0b0f5e3c-8f36-4a6d-9f0c-5a3f5f0d2c11";
  record.writer = {"9f86d081884c7d65", 4242, "1795334400"};
  record.service = "search-indexer";
  record.version = "1.4.2";
  record.endpoints = {{"grpc", "10.0.0.7:50051"}, {"metrics", "10.0.0.7:9100"}};
  record.labels = {{"zone", "a"}, {"role", "indexer"}};
  record.started_at = kNow - absl::Hours(8);
  record.updated_at = kNow;
  record.applied_epoch = 12;
  record.gauges = {{"queue_depth", 42}, {"cpu_ratio", 0.3125}};
  for (int64_t i = 0; i < tasks; ++i) {
    Task task;
    task.id = absl::StrCat("reindex-", i);
    task.name = "reindex";
    task.done = 120000 + static_cast<double>(i);
    task.total = 1e6;
    task.unit = "documents";
    task.started_at = kNow - absl::Hours(1);
    task.updated_at = kNow;
    record.tasks.push_back(task);
  }
  return record;
}

std::string RecordJson(int64_t tasks) {
  return SerializeMemberRecord(RecordWithTasks(tasks), kHardMaxRecordBytes)
      .value();
}

void ReadRecord(benchmark::State& state) {
  const std::string bytes = RecordJson(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseMemberRecord(bytes));
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(bytes.size()));
}
BENCHMARK(ReadRecord)->ArgName("tasks")->Arg(0)->Arg(1)->Arg(16)->Arg(64);

// The dearest record known: as long as may be, with numbers at its end that no
// double holds, each of which makes the reader start again.
void ReadHostileRecord(benchmark::State& state) {
  std::string bytes = R"({"gauges":{"x":0)";
  while (bytes.size() < kHardMaxRecordBytes - 100) {
    absl::StrAppend(&bytes, ",\"", bytes.size(), "\":1");
  }
  bytes += R"(,"a":1e999,"b":1e999,"c":1e999}})";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseMemberRecord(bytes));
  }
}
BENCHMARK(ReadHostileRecord);

void ReadOpaqueRecord(benchmark::State& state) {
  const std::string bytes = "a service that writes plain text here";
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseMemberRecord(bytes));
  }
}
BENCHMARK(ReadOpaqueRecord);

void WriteRecord(benchmark::State& state) {
  const MemberRecord record = RecordWithTasks(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        SerializeMemberRecord(record, kHardMaxRecordBytes));
  }
}
BENCHMARK(WriteRecord)->ArgName("tasks")->Arg(0)->Arg(1)->Arg(16);

void ReadOrder(benchmark::State& state) {
  Order order{.epoch = 12};
  order.holds.push_back({.id = "h-7f3a",
                         .owner = "ops",
                         .reason = "kernel upgrade",
                         .ticket = "OPS-12",
                         .created_at = kNow,
                         .deadline = kNow + absl::Hours(1)});
  const std::string bytes = SerializeOrder(order);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseOrder(bytes));
  }
}
BENCHMARK(ReadOrder);

void CheckUtf8(benchmark::State& state) {
  const std::string bytes = RecordJson(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(base::IsValidUtf8(bytes));
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(bytes.size()));
}
BENCHMARK(CheckUtf8);

void CheckMemberName(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        ValidateMemberName("node-0042.rack-7.dc-1.example.org"));
  }
}
BENCHMARK(CheckMemberName);

}  // namespace
}  // namespace roster::model
