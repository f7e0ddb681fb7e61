#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/raw_client.h"
#include "bench/end_to_end/roles.h"

namespace roster::bench {
namespace {

constexpr int kMembersPerSession = 2'000;
constexpr int kMaxUnacknowledged = 2'000;

struct Progress {
  bool parent_exists = false;
  int created = 0;
  int64_t acknowledged = 0;
  int64_t failed = 0;
};

std::string MemberName(int index, int bytes) {
  std::string name = absl::StrFormat("member-%06d-", index);
  name.resize(std::max<size_t>(name.size(), bytes), 'x');
  return name;
}

std::string Record(int64_t sequence, int bytes) {
  std::string record = absl::StrFormat(
      R"({"v":1,"incarnation":"3f0c9c4e-8f2f-4a77-9d53-5d0b3a1c2e4f",)"
      R"("service":"bench","version":"1.0.0","state":"UP",)"
      R"("labels":{"zone":"a"},"gauges":{"queue_depth":%d,"sent_ns":%d},)"
      R"("tasks":[{"id":"t1","name":"load","state":"RUNNING","done":%d,)"
      R"("total":1000000,"unit":"items"}],"state_reason":")",
      sequence % 100, MonotonicNanos(), sequence);
  const int padding = bytes - static_cast<int>(record.size()) - 2;
  if (padding > 0) record.append(padding, '.');
  return record + "\"}";
}

void WaitFor(std::vector<std::unique_ptr<RawClient>>& clients,
             const std::function<bool()>& condition) {
  while (!condition())
    for (auto& client : clients) client->Turn(1);
}

}  // namespace

int RunLoad(const LoadOptions& options) {
  Progress progress;
  std::vector<std::unique_ptr<RawClient>> clients;
  const int sessions =
      (options.members + kMembersPerSession - 1) / kMembersPerSession;
  for (int i = 0; i < sessions; ++i)
    clients.push_back(std::make_unique<RawClient>(options.servers));

  CheckZk(zoo_acreate(
              clients[0]->handle(), options.members_path.c_str(), "", 0,
              &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT,
              [](int rc, const char*, const void* data) {
                if (rc != ZNODEEXISTS) CheckZk(rc, "create the parent");
                *static_cast<bool*>(const_cast<void*>(data)) = true;
              },
              &progress.parent_exists),
          "create the parent");
  WaitFor(clients, [&] { return progress.parent_exists; });
  std::vector<std::string> paths;
  for (int i = 0; i < options.members; ++i)
    paths.push_back(absl::StrCat(options.members_path, "/",
                                 MemberName(i, options.name_bytes)));
  const auto created = [](int rc, const char*, const void* data) {
    CheckZk(rc, "create a member");
    ++static_cast<Progress*>(const_cast<void*>(data))->created;
  };
  for (int i = 0; i < options.members; ++i) {
    const std::string record = Record(0, options.record_bytes);
    CheckZk(
        zoo_acreate(clients[i % sessions]->handle(), paths[i].c_str(),
                    record.data(), static_cast<int>(record.size()),
                    &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, created, &progress),
        "create a member");
    WaitFor(clients, [&] { return i + 1 - progress.created < 1000; });
  }
  WaitFor(clients, [&] { return progress.created == options.members; });
  std::cout << "ready" << std::endl;

  // Sessions have to stay alive between commands: input is looked at, not
  // waited for.
  std::mt19937 random(42);
  const auto updated = [](int rc, const struct Stat*, const void* data) {
    auto* counts = static_cast<Progress*>(const_cast<void*>(data));
    ++(rc == ZOK ? counts->acknowledged : counts->failed);
  };
  std::string line;
  for (;;) {
    fd_set input;
    FD_ZERO(&input);
    FD_SET(STDIN_FILENO, &input);
    timeval now{0, 0};
    if (select(1, &input, nullptr, nullptr, &now) == 0) {
      for (auto& client : clients) client->Turn(10);
      continue;
    }
    if (!std::getline(std::cin, line)) return 0;
    std::istringstream words(line);
    std::string command;
    double rate = 0, seconds = 0;
    words >> command >> rate >> seconds;
    progress = {};
    const int64_t start = MonotonicNanos();
    const int64_t total = static_cast<int64_t>(rate * seconds);
    int64_t sent = 0, worst_delay = 0;
    while (sent < total) {
      const int64_t elapsed = MonotonicNanos() - start;
      const int64_t due =
          std::min<int64_t>(total, static_cast<int64_t>(elapsed * 1e-9 * rate));
      while (sent < due && sent - progress.acknowledged - progress.failed <
                               kMaxUnacknowledged) {
        const int member = static_cast<int>(random() % options.members);
        const std::string record = Record(sent, options.record_bytes);
        CheckZk(
            zoo_aset(clients[member % sessions]->handle(),
                     paths[member].c_str(), record.data(),
                     static_cast<int>(record.size()), -1, updated, &progress),
            "set");
        ++sent;
      }
      worst_delay = std::max<int64_t>(
          worst_delay, elapsed - static_cast<int64_t>(sent / rate * 1e9));
      for (auto& client : clients) client->Turn(sent < due ? 1 : 0);
      // Half a millisecond of rest keeps the generator from eating a core.
      if (sent >= due) usleep(500);
    }
    WaitFor(clients,
            [&] { return progress.acknowledged + progress.failed == sent; });
    std::cout << "done sent=" << sent
              << " acknowledged=" << progress.acknowledged
              << " late_ms=" << worst_delay / 1'000'000 << std::endl;
  }
}

}  // namespace roster::bench
