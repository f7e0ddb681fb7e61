#include "cli/command.h"

#include <algorithm>
#include <utility>

#include "cli/text.h"

namespace roster::cli {
namespace {

// Somebody has just pressed the Tab key.
constexpr absl::Duration kCompletionTimeout = absl::Seconds(1);
constexpr size_t kMaxCompletions = 10'000;

std::vector<std::string> Clusters(Client& client) {
  std::vector<std::string> names;
  auto response = client.Call(&Client::Stub::ListClusters,
                              roster::v1::ListClustersRequest());
  if (!response.ok()) return names;
  for (const auto& summary : response->clusters()) {
    names.push_back(summary.cluster());
  }
  return names;
}

std::unique_ptr<Client> ConnectToComplete(const Globals& globals) {
  auto client = Client::Create({.endpoint = globals.endpoint,
                                .timeout = kCompletionTimeout,
                                .tls = globals.tls});
  return client.ok() ? *std::move(client) : nullptr;
}

// What `list` finds in each cluster, sorted.
Completer OfAllClusters(
    std::function<std::vector<std::string>(Client&, const std::string&)> list) {
  return [list = std::move(list)](
             const Globals& globals) -> std::vector<std::string> {
    const auto client = ConnectToComplete(globals);
    if (client == nullptr) return {};
    std::vector<std::string> names;
    for (const std::string& cluster : Clusters(*client)) {
      for (std::string& name : list(*client, cluster)) {
        names.push_back(std::move(name));
      }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  };
}

// The names that one page of `method` lists; `items` takes them out of it.
template <typename Request, typename Method, typename Items>
Completer CoordinationNames(Method method, Items items) {
  return OfAllClusters([=](Client& client, const std::string& cluster) {
    Request request;
    request.set_cluster(cluster);
    request.set_page_size(kMaxCompletions);
    std::vector<std::string> names;
    const auto page = client.Call(method, request);
    if (!page.ok()) return names;
    for (const auto& item : items(*page)) names.push_back(item.name());
    return names;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Connect(const Globals& globals) {
  absl::StatusOr<absl::Duration> timeout = ParseDuration(globals.timeout);
  if (!timeout.ok()) return timeout.status();
  if (*timeout == absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        "--timeout must be more than 0; write it like 500ms or 10s");
  }
  return Client::Create(
      {.endpoint = globals.endpoint, .timeout = *timeout, .tls = globals.tls});
}

Completer Words(std::vector<std::string> words) {
  return [words = std::move(words)](const Globals&) { return words; };
}

Completer ClusterNames() {
  return [](const Globals& globals) -> std::vector<std::string> {
    const auto client = ConnectToComplete(globals);
    if (client == nullptr) return {};
    return Clusters(*client);
  };
}

Completer MemberNames() {
  return OfAllClusters([](Client& client, const std::string& cluster) {
    roster::v1::ListMembersRequest request;
    request.set_cluster(cluster);
    // One page: more names than that are no help to anybody.
    request.set_page_size(kMaxCompletions);
    std::vector<std::string> names;
    auto page = client.Call(&Client::Stub::ListMembers, request);
    if (!page.ok()) return names;
    for (auto& member : *page->mutable_members()) {
      names.push_back(std::move(*member.mutable_name()));
    }
    return names;
  });
}

Completer HoldIds() {
  return OfAllClusters([](Client& client, const std::string& cluster) {
    roster::v1::ListHoldsRequest request;
    request.set_cluster(cluster);
    std::vector<std::string> ids;
    auto page = client.Call(&Client::ControlStub::ListHolds, request);
    if (!page.ok()) return ids;
    for (const auto& hold : page->holds()) ids.push_back(hold.hold().id());
    return ids;
  });
}

Completer OperationIds() {
  return OfAllClusters([](Client& client, const std::string& cluster) {
    roster::v1::ListOperationsRequest request;
    request.set_cluster(cluster);
    std::vector<std::string> ids;
    auto page = client.Call(&Client::ControlStub::ListOperations, request);
    if (!page.ok()) return ids;
    for (const auto& operation : page->operations()) {
      ids.push_back(operation.id());
    }
    return ids;
  });
}

Completer BudgetNames() {
  return OfAllClusters([](Client& client, const std::string& cluster) {
    roster::v1::ListBudgetsRequest request;
    request.set_cluster(cluster);
    std::vector<std::string> names;
    auto answer = client.Call(&Client::ControlStub::ListBudgets, request);
    if (!answer.ok()) return names;
    for (const auto& report : answer->budgets()) {
      names.push_back(report.budget().name());
    }
    return names;
  });
}

Completer ElectionNames() {
  return CoordinationNames<roster::v1::ListElectionsRequest>(
      &Client::CoordinationStub::ListElections,
      [](const auto& page) { return page.elections(); });
}

Completer LockNames() {
  return CoordinationNames<roster::v1::ListLocksRequest>(
      &Client::CoordinationStub::ListLocks,
      [](const auto& page) { return page.locks(); });
}

Completer QueueNames() {
  return CoordinationNames<roster::v1::ListQueuesRequest>(
      &Client::CoordinationStub::ListQueues,
      [](const auto& page) { return page.queues(); });
}

Completer BarrierNames() {
  return CoordinationNames<roster::v1::ListBarriersRequest>(
      &Client::CoordinationStub::ListBarriers,
      [](const auto& page) { return page.barriers(); });
}

}  // namespace roster::cli
