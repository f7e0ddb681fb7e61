#include "tests/e2e/witness.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace roster::testing {
namespace {

using nlohmann::json;

constexpr char kState[] = "/roster/default";

}  // namespace

ZooKeeperWitness::ZooKeeperWitness(const std::string& servers,
                                   std::vector<std::string> members)
    : members_(std::move(members)),
      probe_(servers),
      thread_([this] { Run(); }) {}

ZooKeeperWitness::~ZooKeeperWitness() {
  {
    base::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

ZooKeeperWitness::Counts ZooKeeperWitness::counts() const {
  base::MutexLock lock(&mu_);
  return counts_;
}

void ZooKeeperWitness::Run() {
  while (true) {
    {
      base::MutexLock lock(&mu_);
      if (stopping_) return;
    }
    Look();
  }
}

// "" while nothing was ever ordered; nothing is counted then either.
std::string ZooKeeperWitness::AdmissionVersion() {
  const auto stat = probe_.Stat(base::StrCat(kState, "/admission"));
  return stat.ok() ? base::StrCat(stat->version) : "";
}

void ZooKeeperWitness::Look() {
  const std::string before = AdmissionVersion();
  const auto ordered = probe_.Children(base::StrCat(kState, "/control"));
  if (!ordered.ok()) return;
  std::set<std::string> held;
  for (const std::string& member : *ordered) {
    const auto order = probe_.Get(base::StrCat(kState, "/control/", member));
    if (!order.ok()) return;
    if (!json::parse(*order)["holds"].empty()) held.insert(member);
  }
  int away = 0;
  for (const std::string& member : members_) {
    if (held.count(member) > 0) {
      ++away;
      continue;
    }
    const auto record = probe_.Get(base::StrCat("/clusterServer/", member));
    if (!record.ok() && !absl::IsNotFound(record.status())) return;
    away += !record.ok() || json::parse(*record)["state"] != "UP";
  }
  if (before.empty() || AdmissionVersion() != before) return;
  base::MutexLock lock(&mu_);
  ++counts_.looks;
  counts_.most_held =
      std::max(counts_.most_held, static_cast<int>(held.size()));
  counts_.most_away = std::max(counts_.most_away, away);
}

EventRecorder::EventRecorder(v1::MembershipService::Stub& stub)
    : thread_([this, &stub] { Run(stub); }) {}

EventRecorder::~EventRecorder() {
  context_.TryCancel();
  thread_.join();
}

void EventRecorder::Run(v1::MembershipService::Stub& stub) {
  v1::WatchEventsRequest request;
  request.set_from_oldest(true);
  const auto stream = stub.WatchEvents(&context_, request);
  for (v1::WatchEventsResponse message; stream->Read(&message);) {
    if (!message.has_event()) continue;
    base::MutexLock lock(&mu_);
    events_.push_back(message.event());
  }
  stream->Finish();
}

std::vector<v1::Event> EventRecorder::events() const {
  base::MutexLock lock(&mu_);
  return events_;
}

bool EventRecorder::GapFree() const {
  const std::vector<v1::Event> seen = events();
  for (size_t i = 0; i < seen.size(); ++i)
    if (seen[i].sequence() != i + 1 || seen[i].log_id() != seen[0].log_id())
      return false;
  return !seen.empty();
}

int EventRecorder::MostAway() const {
  std::set<std::string> away;
  size_t most = 0;
  for (const v1::Event& event : events()) {
    if (event.member().empty() ||
        event.status() == v1::MEMBER_STATUS_UNSPECIFIED)
      continue;
    if (event.status() == v1::MEMBER_STATUS_UP ||
        event.status() == v1::MEMBER_STATUS_LEFT)
      away.erase(event.member());
    else
      away.insert(event.member());
    most = std::max(most, away.size());
  }
  return static_cast<int>(most);
}

}  // namespace roster::testing
