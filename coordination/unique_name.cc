#include "coordination/unique_name.h"

#include "base/backoff.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "coordination/config_edit.h"
#include "coordination/retry.h"
#include "model/paths.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

std::string NameIn(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// The name that was made with this content; NotFound.
absl::StatusOr<std::string> FindName(Client& client, const std::string& path,
                                     std::string_view prefix,
                                     const std::string& id,
                                     absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(client.blocking().Sync(path, deadline));
  ROSTER_ASSIGN_OR_RETURN(const zk::Children children,
                          client.blocking().GetChildren(path, deadline));
  for (const std::string& name : children.names) {
    if (!name.starts_with(prefix)) continue;
    auto node = client.blocking().Get(model::JoinPath(path, name), deadline);
    if (absl::IsNotFound(node.status())) continue;
    if (!node.ok()) return node.status();
    if (node->data == id) return name;
  }
  return absl::NotFoundError("not made");
}

}  // namespace

absl::StatusOr<std::string> CreateUniqueName(Client& client,
                                             const std::string& path,
                                             std::string_view prefix,
                                             absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(CheckMayBlock(client));
  if (absl::Status valid =
          model::ValidateMemberName(base::StrCat(prefix, "0000000000"));
      !valid.ok())
    return base::WithBadField(valid, "prefix");
  const std::string id = MakeChangeId();
  base::Backoff backoff(absl::Milliseconds(5), absl::Milliseconds(500));
  bool look = false;  // the last try may have made it
  while (true) {
    absl::StatusOr<std::string> name =
        look ? FindName(client, path, prefix, id, deadline)
             : absl::NotFoundError("not tried");
    if (absl::IsNotFound(name.status())) {
      auto created = client.blocking().Create(
          model::JoinPath(path, prefix), id,
          zk::CreateMode::kEphemeralSequential, deadline);
      if (created.ok()) return NameIn(created->path);
      look = zk::IsOutcomeUnknown(created.status());
      name = created.status();
      if (absl::IsNotFound(name.status())) {
        const absl::Status made =
            client.blocking().CreateWithParents(path, deadline);
        if (made.ok()) continue;
        name = made;
      }
    }
    if (name.ok() || !IsCutOff(client, name.status()) ||
        absl::Now() >= deadline)
      return name;
    Pause(backoff, deadline);
  }
}

}  // namespace roster::coordination
