#include <sys/select.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <unordered_map>

#include "bench/end_to_end/latency.h"
#include "bench/end_to_end/raw_client.h"
#include "bench/end_to_end/roles.h"
#include "bench/end_to_end/watch_report.h"

namespace roster::bench {
namespace {

// All state of the floor; it has one thread and one connection.
struct Floor {
  RawClient* client = nullptr;
  std::string members_path;
  // Known paths; the pointers to the keys are the contexts of the requests.
  std::unordered_map<std::string, bool> known;
  int64_t outstanding = 0;
  bool listed = false;
  Latencies latencies;
};
Floor floor_state;

void ReadMember(const char* path);

void OnMember(zhandle_t*, int type, int, const char* path, void*) {
  if (type == ZOO_CHANGED_EVENT) ReadMember(path);
}

void OnData(int rc, const char* value, int length, const struct Stat*,
            const void*) {
  --floor_state.outstanding;
  if (rc != ZOK || value == nullptr) return;
  const std::string_view record(value, static_cast<size_t>(length));
  const size_t at = record.find("\"sent_ns\":");
  if (at == std::string_view::npos) return;
  const int64_t sent = std::strtoll(value + at + 10, nullptr, 10);
  floor_state.latencies.Add(MonotonicNanos() - sent);
}

void ReadMember(const char* path) {
  ++floor_state.outstanding;
  CheckZk(zoo_awget(floor_state.client->handle(), path, OnMember, nullptr,
                    OnData, nullptr),
          "get");
}

void List();

void OnChildren(zhandle_t*, int type, int, const char*, void*) {
  if (type == ZOO_CHILD_EVENT) List();
}

void OnList(int rc, const struct String_vector* names, const void*) {
  CheckZk(rc, "list");
  for (int i = 0; i < names->count; ++i) {
    auto [entry, is_new] = floor_state.known.emplace(
        floor_state.members_path + "/" + names->data[i], true);
    if (is_new) ReadMember(entry->first.c_str());
  }
  floor_state.listed = true;
}

void List() {
  CheckZk(zoo_awget_children(floor_state.client->handle(),
                             floor_state.members_path.c_str(), OnChildren,
                             nullptr, OnList, nullptr),
          "list");
}

}  // namespace

int RunFloor(const std::string& servers, const std::string& members_path) {
  RawClient client(servers);
  floor_state.client = &client;
  floor_state.members_path = members_path;
  const int64_t start = MonotonicNanos();
  List();
  while (!floor_state.listed || floor_state.outstanding > 0) client.Turn(100);
  std::cout << absl::StrFormat("synced %.3f", (MonotonicNanos() - start) * 1e-9)
            << std::endl;
  double cpu_start = ProcessCpuSeconds();
  for (;;) {
    fd_set input;
    FD_ZERO(&input);
    FD_SET(STDIN_FILENO, &input);
    timeval now{0, 0};
    // A look at the input once in a while; the wait is the client's.
    static int64_t next_look = 0;
    if (MonotonicNanos() > next_look) {
      next_look = MonotonicNanos() + 50'000'000;
      if (select(1, &input, nullptr, nullptr, &now) > 0) {
        std::string line;
        if (!std::getline(std::cin, line)) return 0;
        AnswerCommand(line, floor_state.latencies, cpu_start);
      }
    }
    client.Turn(50);
  }
}

}  // namespace roster::bench
