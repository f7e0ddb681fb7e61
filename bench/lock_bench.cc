// What an uncontended lock costs: acquire + release, beside the floor, which is
// the C client's own loop (single-threaded build) creating an ephemeral,
// sequential node and deleting it, and nothing else. Both take turns on one
// server, in blocks; figures are medians of the blocks' medians. Beside them,
// for scale, Curator's InterProcessMutex and kazoo's Lock on the same server.
//
//   lock_bench [--zookeeper HOST:PORT] [--rounds N] [--others]
//
// Without --zookeeper it starts a server of its own. Exit code 1 if the lock
// takes more than 1.3 times the floor.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/raw_client.h"
#include "coordination/client.h"
#include "coordination/lock.h"
#include "tests/support/subprocess.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::bench {
namespace {

constexpr double kBar = 1.3;
constexpr int kBlock = 100;  // turns

class Floor {
 public:
  explicit Floor(const std::string& servers) : client_(servers) {}

  void Turn() {
    done_ = false;
    CheckZk(zoo_acreate(
                client_.handle(), "/floor/x-lock-", "", 0, &ZOO_OPEN_ACL_UNSAFE,
                ZOO_EPHEMERAL_SEQUENTIAL,
                [](int rc, const char* path, const void* self) {
                  CheckZk(rc, "create");
                  Of(self).path_ = path;
                  Of(self).done_ = true;
                },
                this),
            "create");
    Await();
    CheckZk(zoo_adelete(
                client_.handle(), path_.c_str(), -1,
                [](int rc, const void* self) {
                  CheckZk(rc, "delete");
                  Of(self).done_ = true;
                },
                this),
            "delete");
    Await();
  }

 private:
  static Floor& Of(const void* self) {
    return *static_cast<Floor*>(const_cast<void*>(self));
  }
  void Await() {
    while (!done_) client_.Turn(20);
    done_ = false;
  }

  RawClient client_;
  std::string path_;
  bool done_ = false;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Median of a block of turns, in microseconds.
double TimeBlock(const std::function<void()>& turn) {
  std::vector<double> times;
  for (int i = 0; i < kBlock; ++i) {
    const int64_t begin = MonotonicNanos();
    turn();
    times.push_back(static_cast<double>(MonotonicNanos() - begin) / 1e3);
  }
  return Median(std::move(times));
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "lock_bench: %s\n", status.ToString().c_str());
  std::exit(2);
}

// The mean that another program prints of its own lock.
void PrintOther(const char* name, std::vector<std::string> argv) {
  const auto result = testing::RunCommand(std::move(argv), absl::Minutes(2));
  if (result.ok() && result->status == testing::ExitStatus{})
    std::printf("%-24s %8.0f us (mean)\n", name,
                std::strtod(result->out.c_str(), nullptr));
  else
    std::printf("%-24s not measured\n", name);
}

int Run(const std::string& servers, int rounds, bool others) {
  testing::ZkProbe probe(servers);
  Check(probe.CreateWithParents("/floor"));
  Check(probe.CreateWithParents("/go"));
  Floor floor(servers);
  zk::SessionOptions options;
  options.servers = servers;
  auto client = coordination::Client::Connect(options);
  Check(client.status());
  coordination::Lock lock(**client, {.path = "/lock"});
  const auto turn = [&] {
    Check(lock.Acquire(absl::Now() + absl::Seconds(30)).status());
    Check(lock.Release());
  };

  std::vector<double> floors, ours;
  for (int i = 0; i < rounds + 2; ++i) {
    const double floor_time = TimeBlock([&] { floor.Turn(); });
    const double our_time = TimeBlock(turn);
    if (i < 2) continue;  // the server warms up
    floors.push_back(floor_time);
    ours.push_back(our_time);
  }
  const double ratio = Median(ours) / Median(floors);
  std::printf("%-24s %8.0f us\n", "floor: create + delete", Median(floors));
  std::printf("%-24s %8.0f us  %.2f x floor (bar %.1f)\n",
              "lock: acquire + release", Median(ours), ratio, kBar);
  if (others) {
    const std::string turns = std::to_string(kBlock * rounds);
    PrintOther("Curator InterProcessMutex",
               {"java", "-cp", CURATOR_CLASS_PATH, CURATOR_PEER, servers,
                "time_lock", "/curator", turns});
    PrintOther("kazoo Lock", {"/usr/bin/python3", KAZOO_PEER, servers,
                              "time_lock", "/kazoo", turns});
  }
  return ratio <= kBar ? 0 : 1;
}

}  // namespace
}  // namespace roster::bench

int main(int argc, char** argv) {
  CLI::App app("What an uncontended lock costs.");
  std::string servers;
  int rounds = 20;
  bool others = false;
  app.add_option("--zookeeper", servers, "HOST:PORT of a server");
  app.add_option("--rounds", rounds, "blocks of 100 turns")
      ->check(CLI::Range(1, 10000));
  app.add_flag("--others", others, "measure Curator and kazoo too");
  CLI11_PARSE(app, argc, argv);

  std::unique_ptr<roster::testing::ZkServer> server;
  if (servers.empty()) {
    server = std::make_unique<roster::testing::ZkServer>();
    servers = server->ConnectString();
  }
  return roster::bench::Run(servers, rounds, others);
}
