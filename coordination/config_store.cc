#include "coordination/config_store.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/backoff.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "coordination/config_listing.h"
#include "coordination/retry.h"
#include "model/paths.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

// Others were quicker: work it out anew.
bool IsConflict(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsAlreadyExists(status) ||
         absl::IsNotFound(status);
}

absl::Status OutcomeUnknown(const ConfigEdit& edit, const absl::Status& why) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("it is not known whether \"", edit.name,
                       "\" was changed: ", base::Message(why),
                       "; read it, its change_id would be ", edit.change_id)),
      "OUTCOME_UNKNOWN", {{"name", edit.name}, {"change_id", edit.change_id}});
}

bool IsOutcomeUnknownForGood(const absl::Status& status) {
  return base::DetailsOf(status).reason == "OUTCOME_UNKNOWN";
}

absl::Status Contended(const ConfigEdit& edit) {
  return base::WithReason(
      absl::UnavailableError(base::StrCat(
          "\"", edit.name, "\" was not changed: others were quicker")),
      "CONTENDED");
}

ConfigEdit MakeEdit(ConfigEdit::Verb verb, std::string_view name,
                    const ConfigChange& change) {
  return {.verb = verb,
          .name = std::string(name),
          .content_type = change.content_type,
          .author = change.author,
          .comment = change.comment,
          .expected_version = change.expected_version,
          .change_id = MakeChangeId()};
}

}  // namespace

ConfigStore::ConfigStore(Client& client, ConfigStoreOptions options)
    : client_(client), options_(std::move(options)) {}

absl::StatusOr<model::ConfigEntry> ConfigStore::Put(std::string_view name,
                                                    std::string_view value,
                                                    const ConfigChange& change,
                                                    absl::Time deadline) {
  ConfigEdit edit = MakeEdit(ConfigEdit::Verb::kPut, name, change);
  edit.value = std::string(value);
  return Apply(std::move(edit), deadline);
}

absl::StatusOr<model::ConfigEntry> ConfigStore::Rollback(
    std::string_view name, int64_t version, const ConfigChange& change,
    absl::Time deadline) {
  ConfigEdit edit = MakeEdit(ConfigEdit::Verb::kRollback, name, change);
  edit.restore = version;
  return Apply(std::move(edit), deadline);
}

absl::StatusOr<model::ConfigEntry> ConfigStore::Delete(
    std::string_view name, const ConfigChange& change, absl::Time deadline) {
  return Apply(MakeEdit(ConfigEdit::Verb::kDelete, name, change), deadline);
}

absl::StatusOr<std::optional<model::ConfigEntry>> ConfigStore::FindDone(
    const ConfigNode& node, const ConfigEdit& edit, int64_t version,
    absl::Time deadline) {
  if (node.entry.change_id == edit.change_id) return node.entry;
  if (version == 0 || node.entry.version < version) return std::nullopt;
  auto kept = ReadConfigVersion(client_.blocking(), options_.path, edit.name,
                                version, deadline);
  if (absl::IsNotFound(kept.status()))  // so much has happened since
    return OutcomeUnknown(edit, kept.status());
  if (!kept.ok()) return kept.status();
  if (kept->change_id != edit.change_id) return std::nullopt;
  return *std::move(kept);
}

absl::StatusOr<model::ConfigEntry> ConfigStore::Try(const ConfigEdit& edit,
                                                    Tried& tried,
                                                    absl::Time deadline) {
  zk::BlockingSession& session = client_.blocking();
  // This session's server may not have heard yet of what was written.
  if (!tried.unknown.ok()) (void)session.Sync(options_.path, deadline);
  ROSTER_ASSIGN_OR_RETURN(
      const ConfigNode node,
      ReadConfigNode(session, options_.path, edit.name, deadline));
  ROSTER_ASSIGN_OR_RETURN(auto done,
                          FindDone(node, edit, tried.version, deadline));
  if (done.has_value()) return *std::move(done);
  tried.unknown = absl::OkStatus();  // it was not done
  ROSTER_ASSIGN_OR_RETURN(PlannedConfigEdit plan,
                          PlanConfigEdit(session, options_.path, node, edit,
                                         options_.max_history, deadline));
  const absl::Status written = session.Multi(std::move(plan.ops), deadline);
  if (written.ok()) return std::move(plan.entry);
  if (zk::IsOutcomeUnknown(written)) {
    tried.unknown = written;
    tried.version = plan.entry.version;
  }
  // Not there before the first entry, or deleted by somebody.
  if (absl::IsNotFound(written))
    (void)session.CreateWithParents(options_.path, deadline);
  return IsConflict(written) ? Contended(edit) : written;
}

absl::StatusOr<model::ConfigEntry> ConfigStore::Apply(ConfigEdit edit,
                                                      absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(CheckMayBlock(client_));
  ROSTER_RETURN_IF_ERROR(model::ValidateConfigName(edit.name));
  base::Backoff backoff(absl::Milliseconds(5), absl::Milliseconds(500));
  Tried tried;
  while (true) {
    auto result = Try(edit, tried, deadline);
    const absl::Status& status = result.status();
    if (IsOutcomeUnknownForGood(status)) return status;
    if (!IsCutOff(client_, status) || absl::Now() >= deadline) {
      if (status.ok() || tried.unknown.ok()) return result;
      return OutcomeUnknown(edit, tried.unknown);
    }
    Pause(backoff, deadline);
  }
}

absl::StatusOr<model::ConfigEntry> ConfigStore::Get(std::string_view name,
                                                    absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(CheckMayBlock(client_));
  ROSTER_ASSIGN_OR_RETURN(ConfigNode node, RetryRead(client_, deadline, [&] {
                            return ReadConfigNode(client_.blocking(),
                                                  options_.path, name,
                                                  deadline);
                          }));
  if (node.version() == 0) return ConfigNotFound(name);
  return std::move(node.entry);
}

absl::StatusOr<std::vector<model::ConfigEntry>> ConfigStore::List(
    std::string_view prefix, absl::Time deadline) {
  return RetryRead(client_, deadline, [&] {
    return ListConfig(client_.blocking(), options_.path,
                      {.prefix = std::string(prefix)}, deadline);
  });
}

absl::StatusOr<std::vector<model::ConfigEntry>> ConfigStore::History(
    std::string_view name, absl::Time deadline) {
  return RetryRead(client_, deadline, [&] {
    return ListConfigHistory(client_.blocking(), options_.path, name, deadline);
  });
}

}  // namespace roster::coordination
