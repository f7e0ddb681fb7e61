// How soon an order reaches the service: from the moment before it is written
// to the callback on_drain of a registrar. The floor is the C client's own loop
// (single-threaded build) with a watch on the same node, which reads it when
// the watch fires and does nothing else. Both see the same writes.
//
//   order_latency [--zookeeper HOST:PORT[/CHROOT]] [--rounds N]
//
// Without --zookeeper it starts a server of its own.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "absl/strings/str_cat.h"
#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/raw_client.h"
#include "model/order.h"
#include "model/paths.h"
#include "registrar/registrar.h"
#include "tests/support/zk_server.h"

namespace roster::bench {
namespace {

constexpr char kName[] = "order-latency";
constexpr double kBarMs = 10;

// The newest order that a watcher has seen, and when.
struct Seen {
  std::atomic<int64_t> at_ns = 0;
  std::atomic<int64_t> epoch = 0;

  void Note(int64_t seen) {
    at_ns = MonotonicNanos();
    epoch = seen;
  }
};

// Watches one node as plainly as can be, on a thread of its own.
class Floor {
 public:
  Floor(const std::string& servers, std::string path)
      : client_(servers), path_(std::move(path)) {
    Read();
    thread_ = std::thread([this] {
      while (!stop_) client_.Turn(20);
    });
  }
  ~Floor() {
    stop_ = true;
    thread_.join();
  }

  const Seen& seen() const { return seen_; }

 private:
  void Read() {
    CheckZk(zoo_awget(client_.handle(), path_.c_str(), &Floor::OnWatch, this,
                      &Floor::OnData, this),
            "get");
  }
  static void OnWatch(zhandle_t*, int type, int, const char*, void* self) {
    if (type == ZOO_CHANGED_EVENT) static_cast<Floor*>(self)->Read();
  }
  static void OnData(int rc, const char* data, int size, const struct Stat*,
                     const void* context) {
    CheckZk(rc, "get");
    auto* self = static_cast<Floor*>(const_cast<void*>(context));
    const absl::StatusOr<model::Order> order =
        model::ParseOrder({data, static_cast<size_t>(size)});
    if (order.ok()) self->seen_.Note(order->epoch);
  }

  RawClient client_;
  const std::string path_;
  Seen seen_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

void WaitFor(const Seen& seen, int64_t epoch, RawClient& writer) {
  while (seen.epoch < epoch) writer.Turn(1);
}

// Creates the node and its parents.
void CreateOrderNode(RawClient& client, const std::string& path) {
  for (size_t end = path.find('/', 1); end != path.npos;
       end = path.find('/', end + 1))
    CheckZk(zoo_acreate(
                client.handle(), path.substr(0, end).c_str(), "", 0,
                &ZOO_OPEN_ACL_UNSAFE, 0, [](int, const char*, const void*) {},
                nullptr),
            "create");
  bool done = false;
  CheckZk(zoo_acreate(
              client.handle(), path.c_str(), "", 0, &ZOO_OPEN_ACL_UNSAFE, 0,
              [](int, const char*, const void* context) {
                *static_cast<bool*>(const_cast<void*>(context)) = true;
              },
              &done),
          "create");
  while (!done) client.Turn(20);
}

model::Order MakeOrder(int64_t epoch) {
  model::Order order;
  order.epoch = epoch;
  order.holds.push_back(
      {.id = absl::StrCat("h-", epoch), .owner = "bench", .reason = "measure"});
  return order;
}

int Run(const std::string& servers, int rounds) {
  const std::string path = model::JoinPath(
      model::ClusterPaths(model::kDefaultStatePath, model::kDefaultCluster)
          .control,
      kName);
  RawClient writer(servers);
  CreateOrderNode(writer, path);

  Seen callback;
  registrar::RegistrarOptions options;
  options.servers = servers;
  options.name = kName;
  options.on_drain = [&](const registrar::DrainRequest& request) {
    callback.Note(request.epoch);
  };
  auto registrar = registrar::Registrar::Create(std::move(options));
  if (!registrar.ok()) {
    std::fprintf(stderr, "bench: %s\n", registrar.status().ToString().c_str());
    return 1;
  }
  Floor floor(servers, path);

  Latencies of_floor;
  Latencies of_callback;
  const int warm_up = rounds / 10 + 1;
  for (int64_t epoch = 1; epoch <= warm_up + rounds; ++epoch) {
    const std::string data = model::SerializeOrder(MakeOrder(epoch));
    const int64_t written = MonotonicNanos();
    CheckZk(
        zoo_aset(
            writer.handle(), path.c_str(), data.data(),
            static_cast<int>(data.size()), -1,
            [](int rc, const struct Stat*, const void*) { CheckZk(rc, "set"); },
            nullptr),
        "set");
    WaitFor(floor.seen(), epoch, writer);
    WaitFor(callback, epoch, writer);
    if (epoch <= warm_up) continue;
    of_floor.Add(floor.seen().at_ns - written);
    of_callback.Add(callback.at_ns - written);
  }
  std::printf("order written -> seen, ms\n");
  std::printf("  floor, C client's watch  %s\n", of_floor.Report().c_str());
  std::printf("  registrar, on_drain      %s\n", of_callback.Report().c_str());
  std::printf("  bar, p50 <= %.0f ms: %s\n", kBarMs,
              of_callback.Percentile(0.5) <= kBarMs ? "held" : "MISSED");
  return of_callback.Percentile(0.5) <= kBarMs ? 0 : 1;
}

}  // namespace
}  // namespace roster::bench

int main(int argc, char** argv) {
  std::string servers;
  int rounds = 2000;
  CLI::App app{"From the order's write to the callback in the member."};
  app.add_option("--zookeeper", servers, "host:port[/chroot] [a private one]");
  app.add_option("--rounds", rounds, "orders to write")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::unique_ptr<roster::testing::ZkServer> own;
  if (servers.empty()) {
    own = std::make_unique<roster::testing::ZkServer>();
    servers = own->ConnectString();
  }
  return roster::bench::Run(servers, rounds);
}
