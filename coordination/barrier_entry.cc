#include "coordination/barrier_entry.h"

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <utility>

#include "base/strings.h"
#include "coordination/node_removal.h"
#include "coordination/retry.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

constexpr char kReady[] = "ready";  // Curator's name

}  // namespace

BarrierEntry::BarrierEntry(Client& client, std::string path, bool rounds)
    : client_(client),
      path_(std::move(path)),
      name_(boost::uuids::to_string(boost::uuids::random_generator()())),
      rounds_(rounds),
      signal_(client) {}
BarrierEntry::~BarrierEntry() = default;

std::string BarrierEntry::ReadyPath() const { return ChildPath(path_, kReady); }

void BarrierEntry::Left() {
  if (node_ != nullptr) node_->Forget();
  node_.reset();
}

absl::Status BarrierEntry::Enter(size_t count, absl::Time deadline) {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  absl::Status status = Await(count, deadline);
  if (!status.ok()) node_.reset();
  return status;
}

absl::Status BarrierEntry::Await(size_t count, absl::Time deadline) {
  while (true) {
    // Again after a session was lost, and the node with it.
    if (node_ == nullptr || node_->grant().state() == GrantState::kLost) {
      if (absl::Status joined = Join(deadline); !joined.ok()) return joined;
    }
    const uint64_t seen = signal_.count();
    const auto ready = signal_.Exists(ReadyPath(), deadline);
    if (!ready.ok() && !absl::IsNotFound(ready.status())) return ready.status();
    const auto members = Members(deadline);
    if (!members.ok()) return members.status();
    const bool here =
        std::binary_search(members->begin(), members->end(), name_);
    const bool stale =
        rounds_ && ready.ok() && members->size() == 1 && count > 1;
    if (here && ready.ok() && !stale) return absl::OkStatus();
    if (here && members->size() >= count)
      return RetryRead(client_, deadline, [&] {
        return client_.blocking().CreateWithParents(ReadyPath(), deadline);
      });
    if (stale) {
      if (absl::Status gone = Remove(kReady, deadline); !gone.ok()) return gone;
    }
    if (!signal_.Wait(seen, deadline))
      return absl::DeadlineExceededError(
          base::StrCat(path_, ": ", members->size(), " of ", count, " came"));
  }
}

absl::Status BarrierEntry::Join(absl::Time deadline) {
  const std::string path = ChildPath(path_, name_);
  absl::Status created = RetryRead(client_, deadline, [&] {
    const absl::Status made =
        client_.blocking()
            .Create(path, name_, zk::CreateMode::kEphemeral, deadline)
            .status();
    if (!absl::IsNotFound(made)) return made;
    const absl::Status folder =
        client_.blocking().CreateWithParents(path_, deadline);
    // Again, by way of an error that says so.
    return folder.ok() ? absl::UnavailableError("the folder was missing")
                       : folder;
  });
  // The name is this one's alone: an earlier try whose answer was lost.
  if (!created.ok() && !absl::IsAlreadyExists(created) &&
      !zk::IsOutcomeUnknown(created))
    return created;
  node_ = std::make_unique<HeldNode>(
      client_, HeldNodeOptions{.path = path, .data = name_});
  const absl::Status adopted = node_->Adopt(deadline).status();
  if (!absl::IsNotFound(adopted)) return adopted;
  // A former session's of this client, which is about to go.
  node_.reset();
  if (absl::Status gone = Remove(name_, deadline); !gone.ok()) return gone;
  return Join(deadline);
}

absl::StatusOr<std::vector<std::string>> BarrierEntry::Members(
    absl::Time deadline) {
  auto children = RetryRead(client_, deadline, [&] {
    return client_.blocking().GetChildren(path_, deadline);
  });
  if (absl::IsNotFound(children.status())) return std::vector<std::string>();
  if (!children.ok()) return children.status();
  std::erase(children->names, kReady);
  std::sort(children->names.begin(), children->names.end());
  return std::move(children->names);
}

absl::Status BarrierEntry::Remove(const std::string& name,
                                  absl::Time deadline) {
  absl::Status status = RetryRead(client_, deadline, [&] {
    return client_.blocking().Delete(ChildPath(path_, name), zk::kAnyVersion,
                                     deadline);
  });
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

}  // namespace roster::coordination
