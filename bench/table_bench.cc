// What it costs the monitor to take in one change: ClusterTable and MemberMap
// at 1,000 to 100,000 members with a typical record of 300 bytes.
//
// A second thread exists throughout: a process with a single one counts
// references without atomics, which rosterd never does.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "model/member_record.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/event_log.h"

namespace roster::monitor {
namespace {

// Ends with the process: a jthread that waits to be told to stop.
const std::jthread* const kSecondThread =
    new std::jthread([](std::stop_token stop) {
      std::mutex mu;
      std::condition_variable_any wake;
      std::unique_lock lock(mu);
      wake.wait(lock, stop, [] { return false; });
    });

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);

std::string NameOf(int64_t i) {
  return absl::StrFormat("node-%06d.example.net", i);
}

std::string RecordOf(int64_t done) {
  model::MemberRecord record;
  record.incarnation = "0b3b1a3e-5d0f-4b0e-9c55-3f2e8d9a7c11";
  record.service = "search-indexer";
  record.version = "1.4.2";
  record.endpoints["grpc"] = "10.0.0.7:50051";
  record.labels["zone"] = "a";
  record.applied_epoch = 12;
  record.gauges["cpu_ratio"] = 0.31;
  model::Task task;
  task.id = "reindex-7";
  task.name = "reindex";
  task.done = static_cast<double>(done);
  task.total = 1e9;
  task.unit = "documents";
  record.tasks.push_back(std::move(task));
  return model::SerializeMemberRecord(record).value();
}

struct Cluster {
  explicit Cluster(int64_t members)
      : events("bench", 10'000), table({.cluster = "default"}, events) {
    const std::string record = RecordOf(0);
    for (int64_t i = 0; i < members; ++i) {
      names.push_back(NameOf(i));
      ObservedNode node;
      node.data = record;
      node.czxid = node.mzxid = ++zxid;
      node.ephemeral_owner = 1 + i / 1000;
      node.ctime = node.mtime = kStart;
      czxids.push_back(node.czxid);
      table.ApplyNode(names.back(), node, kStart);
    }
    versions.resize(names.size());
    table.ApplySynced(kStart);
  }

  void Write(size_t i, std::string_view record, absl::Time now) {
    ObservedNode node;
    node.data = record;
    node.czxid = czxids[i];
    node.mzxid = ++zxid;
    node.version = ++versions[i];
    node.ephemeral_owner = 1;
    node.ctime = node.mtime = now;
    table.ApplyNode(names[i], node, now);
  }

  int64_t zxid = 0;
  std::vector<std::string> names;
  std::vector<int64_t> czxids;
  std::vector<int32_t> versions;
  EventLog events;
  ClusterTable table;
};

void MemberCounts(benchmark::internal::Benchmark* bench) {
  bench->Arg(1'000)->Arg(10'000)->Arg(100'000);
}

// One write of a random member: parse, table, events, published view.
void BM_ApplyNode(benchmark::State& state) {
  Cluster cluster(state.range(0));
  std::vector<std::string> records;
  for (int64_t i = 0; i < 64; ++i) records.push_back(RecordOf(i * 1000));
  std::mt19937_64 random(1);
  int64_t step = 0;
  for (auto _ : state) {
    ++step;
    cluster.Write(random() % cluster.names.size(),
                  records[static_cast<size_t>(step) % records.size()],
                  kStart + absl::Milliseconds(step));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ApplyNode)->Apply(MemberCounts);

// The part of BM_ApplyNode that is the codec's.
void BM_ParseRecord(benchmark::State& state) {
  const std::string record = RecordOf(1000);
  state.counters["record_bytes"] = static_cast<double>(record.size());
  for (auto _ : state)
    benchmark::DoNotOptimize(model::ParseMemberRecord(record));
}
BENCHMARK(BM_ParseRecord);

// What is read again after a reconnect and has not changed.
void BM_ApplyNodeUnchanged(benchmark::State& state) {
  Cluster cluster(state.range(0));
  const std::string record = RecordOf(0);
  std::mt19937_64 random(1);
  for (auto _ : state) {
    const size_t i = random() % cluster.names.size();
    ObservedNode node;
    node.data = record;
    node.czxid = node.mzxid = cluster.czxids[i];
    cluster.table.ApplyNode(cluster.names[i], node, kStart);
  }
}
BENCHMARK(BM_ApplyNodeUnchanged)->Apply(MemberCounts);

// The persistent map alone: one member replaced.
void BM_MemberMapWith(benchmark::State& state) {
  Cluster cluster(state.range(0));
  MemberMap map = cluster.table.view()->members;
  std::mt19937_64 random(1);
  for (auto _ : state) {
    map = map.With(map.Find(cluster.names[random() % cluster.names.size()]));
  }
}
BENCHMARK(BM_MemberMapWith)->Apply(MemberCounts);

// A second without news: the view is published as of now.
void BM_Tick(benchmark::State& state) {
  Cluster cluster(state.range(0));
  absl::Time now = kStart;
  for (auto _ : state) cluster.table.Tick(now += absl::Nanoseconds(1));
}
BENCHMARK(BM_Tick)->Apply(MemberCounts);

// All members at once, as a listing or a scrape reads them.
void BM_VisitAll(benchmark::State& state) {
  Cluster cluster(state.range(0));
  for (auto _ : state) {
    int64_t present = 0;
    cluster.table.view()->members.ForEach(
        [&](const MemberPtr& member) { present += member->present; });
    benchmark::DoNotOptimize(present);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_VisitAll)->Apply(MemberCounts);

// The first sync of a whole cluster, and the memory it takes.
void BM_FirstSync(benchmark::State& state) {
  double bytes = 0;
  for (auto _ : state) {
    const size_t before = mallinfo2().uordblks;
    const Cluster cluster(state.range(0));
    // Less what the bench itself keeps of each member.
    bytes = static_cast<double>(mallinfo2().uordblks - before) -
            static_cast<double>(cluster.names.size()) *
                (sizeof(std::string) + 32 + sizeof(int64_t) + sizeof(int32_t));
  }
  state.counters["bytes_per_member"] =
      bytes / static_cast<double>(state.range(0));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_FirstSync)->Apply(MemberCounts)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace roster::monitor
