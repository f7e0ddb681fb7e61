#include "monitor/control/config_commands.h"

#include <string>
#include <utility>

#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "coordination/config_edit.h"
#include "coordination/config_listing.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

using Verb = ChangeConfigRequest::Verb;

std::string ActionOf(Verb verb) {
  switch (verb) {
    case Verb::kPut:
      return "PutConfig";
    case Verb::kDelete:
      return "DeleteConfig";
    case Verb::kRollback:
      return "RollbackConfig";
  }
  return "ChangeConfig";
}

coordination::ConfigEdit EditOf(const ChangeConfigRequest& request) {
  using EditVerb = coordination::ConfigEdit::Verb;
  return {.verb = request.verb == Verb::kPut      ? EditVerb::kPut
                  : request.verb == Verb::kDelete ? EditVerb::kDelete
                                                  : EditVerb::kRollback,
          .name = request.name,
          .value = request.value,
          .content_type = request.content_type,
          .restore = request.version,
          .author = request.meta.actor.name,
          .comment = request.comment,
          .expected_version = request.expected_version,
          .change_id = coordination::MakeChangeId()};
}

absl::Status WithUnavailableReason(const absl::Status& status) {
  return zk::IsRetryable(status)
             ? base::WithReason(status, "ZOOKEEPER_UNAVAILABLE")
             : status;
}

}  // namespace

absl::StatusOr<ChangeConfigResult> ChangeConfig(
    ControlStore& store, const ChangeConfigRequest& request) {
  ROSTER_RETURN_IF_ERROR(model::ValidateConfigName(request.name));
  const coordination::ConfigEdit edit = EditOf(request);
  model::ConfigEntry planned;
  ROSTER_ASSIGN_OR_RETURN(
      const Committed committed,
      store.Commit(
          request.meta,
          {.action = ActionOf(request.verb),
           .reason = request.comment,
           .ticket = "",
           .targets = {request.name}},
          [&](const FencedView&) -> absl::StatusOr<Changeset> {
            ROSTER_ASSIGN_OR_RETURN(const coordination::ConfigNode node,
                                    coordination::ReadConfigNode(
                                        store.session(), store.paths().config,
                                        request.name, request.meta.deadline));
            ROSTER_ASSIGN_OR_RETURN(
                coordination::PlannedConfigEdit plan,
                coordination::PlanConfigEdit(
                    store.session(), store.paths().config, node, edit,
                    model::kDefaultConfigHistory, request.meta.deadline));
            planned = std::move(plan.entry);
            Changeset change;
            change.ops = std::move(plan.ops);
            change.targets.push_back({.name = request.name,
                                      .epoch_before = plan.version_before,
                                      .epoch_after = planned.version});
            change.answer.version = planned.version;
            change.answer.change_id = edit.change_id;
            return change;
          }));
  // The answer may be that of the same request, asked before.
  if (committed.answer.change_id != edit.change_id) {
    ROSTER_ASSIGN_OR_RETURN(
        planned, coordination::ReadConfigVersion(
                     store.session(), store.paths().config, request.name,
                     committed.answer.version, request.meta.deadline));
  }
  return ChangeConfigResult{.entry = std::move(planned),
                            .request_id = committed.request_id};
}

absl::StatusOr<ConfigPage> ListConfig(ControlStore& store,
                                      const ConfigQuery& query) {
  auto entries = coordination::ListConfig(
      store.session(), store.paths().config,
      {.prefix = query.prefix, .after = query.after, .limit = query.limit + 1},
      query.deadline);
  if (!entries.ok()) return WithUnavailableReason(entries.status());
  ConfigPage page{.entries = *std::move(entries)};
  page.more = page.entries.size() > query.limit;
  if (page.more) page.entries.pop_back();
  return page;
}

absl::StatusOr<model::ConfigEntry> GetConfig(ControlStore& store,
                                             const ConfigQuery& query) {
  auto node = coordination::ReadConfigNode(
      store.session(), store.paths().config, query.name, query.deadline);
  if (!node.ok()) return WithUnavailableReason(node.status());
  if (node->version() == 0) return coordination::ConfigNotFound(query.name);
  return std::move(node->entry);
}

absl::StatusOr<std::vector<model::ConfigEntry>> ListConfigHistory(
    ControlStore& store, const ConfigQuery& query) {
  auto history = coordination::ListConfigHistory(
      store.session(), store.paths().config, query.name, query.deadline);
  if (!history.ok()) return WithUnavailableReason(history.status());
  return history;
}

}  // namespace roster::monitor
