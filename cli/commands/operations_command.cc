#include "cli/commands/operations_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/print_items.h"
#include "cli/printer_operations.h"
#include "cli/prompt.h"
#include "cli/staleness.h"
#include "cli/wait_offline.h"

namespace roster::cli {
namespace {

using roster::v1::Operation;

struct ListFlags {
  std::string cluster;
  Format format = Format::kTable;
  bool active = false;
};

absl::Status List(const ListFlags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::ListOperationsRequest request;
  request.set_cluster(flags.cluster);
  request.set_active_only(flags.active);
  std::vector<Operation> operations;
  do {
    ROSTER_ASSIGN_OR_RETURN(
        auto page, client->Call(&Client::ControlStub::ListOperations, request));
    for (Operation& operation : *page.mutable_operations())
      operations.push_back(std::move(operation));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  WarnIfStale(*client, flags.cluster);
  const bool wide = flags.format == Format::kWide;
  const Listing<Operation> listing = {
      .columns = OperationColumns(wide),
      .row =
          [wide](const auto& operation) {
            return OperationRow(operation, wide, absl::Now());
          },
      .name = [](const auto& operation) { return operation.id(); },
      .empty = flags.active ? "no operation is going on" : "no operations"};
  return PrintItems(operations, listing, flags.format,
                    UseColor(globals.no_color));
}

struct Flags {
  CallFlags call;
  std::string id;
  Format format = Format::kTable;
  bool watch = false;
  bool pause = false;
  bool resume = false;
  bool cancel = false;
  bool release = false;
  bool yes = false;
};

template <typename Request, typename Response>
absl::StatusOr<Operation> Change(
    Client& client, const Flags& flags, Request request,
    grpc::Status (Client::ControlStub::*method)(grpc::ClientContext*,
                                                const Request&, Response*)) {
  request.set_cluster(flags.call.cluster);
  request.set_id(flags.id);
  request.set_actor(Actor(flags.call.actor));
  request.set_reason(flags.call.reason);
  ROSTER_ASSIGN_OR_RETURN(const Response response,
                          client.Call(method, request));
  return response.operation();
}

absl::StatusOr<Operation> Apply(Client& client, const Flags& flags) {
  using Stub = Client::ControlStub;
  if (flags.pause)
    return Change(client, flags, roster::v1::PauseOperationRequest(),
                  &Stub::PauseOperation);
  if (flags.resume)
    return Change(client, flags, roster::v1::ResumeOperationRequest(),
                  &Stub::ResumeOperation);
  if (flags.cancel) {
    roster::v1::CancelOperationRequest request;
    request.set_release_holds(flags.release);
    return Change(client, flags, request, &Stub::CancelOperation);
  }
  roster::v1::GetOperationRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_id(flags.id);
  ROSTER_ASSIGN_OR_RETURN(const auto response,
                          client.Call(&Stub::GetOperation, request));
  WarnIfStale(client, flags.call.cluster);
  return response.operation();
}

absl::Status Run(const Flags& flags, const Globals& globals) {
  if (flags.release && !flags.cancel)
    return absl::InvalidArgumentError("--release goes with --cancel");
  const bool color = UseColor(globals.no_color);
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  if (flags.cancel) {
    ROSTER_RETURN_IF_ERROR(Confirm(
        base::StrCat("end operation ", flags.id, " for good"), flags.yes));
  }
  ROSTER_ASSIGN_OR_RETURN(const Operation operation, Apply(*client, flags));
  if (!flags.watch || !IsTable(flags.format)) {
    ROSTER_RETURN_IF_ERROR(
        PrintOne(operation, operation.id(),
                 OperationDetail(operation, absl::Now(), {.color = color}),
                 flags.format));
  }
  if (!flags.watch) return absl::OkStatus();
  return WaitOperation(*client, operation.id(),
                       {.cluster = flags.call.cluster,
                        .quiet = !IsTable(flags.format),
                        .color = color});
}

}  // namespace

Command AddOperationsCommand(CLI::App& app) {
  const auto flags = std::make_shared<ListFlags>();
  Command command;
  command.app =
      app.add_subcommand("operations", "List operations over several members");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "In this cluster")
          ->type_name("NAME");
  command.app->add_flag("--active", flags->active,
                        "Only those that have not ended");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(Examples:
  rosterctl operations
  rosterctl operations --active -o wide)");
  command.completers = {{cluster, ClusterNames()},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) {
    return List(*flags, globals);
  };
  return command;
}

Command AddOperationCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("operation", "Show, watch or end one operation");
  CLI::Option* id = command.app->add_option("ID", flags->id, "Its id")
                        ->required()
                        ->type_name("");
  AddCallFlags(command, flags->call);
  CLI::Option* watch = command.app->add_flag("-w,--watch", flags->watch,
                                             "Go on showing it until it ends");
  CLI::Option* pause = command.app->add_flag("--pause", flags->pause,
                                             "Begin no further members");
  CLI::Option* resume = command.app->add_flag(
      "--resume", flags->resume, "Go on; failures so far are forgiven");
  CLI::Option* cancel =
      command.app->add_flag("--cancel", flags->cancel, "End it for good");
  command.app->add_flag("--release", flags->release,
                        "With --cancel: also end its holds");
  AddYesFlag(command, flags->yes);
  pause->excludes(resume)->excludes(cancel)->excludes(watch);
  resume->excludes(cancel);
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(Examples:
  rosterctl operation op-7f3a --watch
  rosterctl operation op-7f3a --pause --reason 'something smells'
  rosterctl operation op-7f3a --cancel --release --yes)");
  command.completers[id] = OperationIds();
  command.completers[output] = Words(AllFormats());
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
