#include "cli/commands/config_command.h"

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/control_flags.h"
#include "cli/interrupt.h"
#include "cli/print_items.h"
#include "cli/printer_config.h"
#include "cli/prompt.h"

namespace roster::cli {
namespace {

constexpr absl::Duration kShortestInterval = absl::Milliseconds(100);

using roster::v1::ConfigEntry;
using Stub = Client::ConfigStub;

struct Flags {
  CallFlags call;
  std::string name;
  std::string prefix;
  std::optional<std::string> value;
  std::string file;
  std::string content_type;
  std::optional<int64_t> expected_version;
  bool create = false;
  int64_t version = 0;
  std::string interval = "1s";
  bool raw = false;
  bool yes = false;
  Format format = Format::kTable;
};

absl::StatusOr<std::string> ReadValue(const Flags& flags) {
  if (flags.value.has_value() == !flags.file.empty())
    return absl::InvalidArgumentError(
        "say the VALUE, or --file, one of them; '--file -' reads the standard "
        "input");
  if (flags.value.has_value()) return *flags.value;
  std::ifstream file;
  if (flags.file != "-") file.open(flags.file, std::ios::binary);
  std::istream& in = flags.file == "-" ? std::cin : file;
  if (!in.good())
    return absl::InvalidArgumentError(
        base::StrCat("'", Visible(flags.file), "' cannot be read"));
  std::string value((std::istreambuf_iterator<char>(in)), {});
  return value;
}

// What all changes have in common.
template <typename Request>
absl::Status FillIn(const Flags& flags, Request& request) {
  request.set_cluster(flags.call.cluster);
  request.set_name(flags.name);
  request.set_comment(flags.call.reason);
  request.set_actor(Actor(flags.call.actor));
  request.set_request_id(RequestId(flags.call.request_id));
  request.set_validate_only(flags.call.dry_run);
  if (flags.create && flags.expected_version)
    return absl::InvalidArgumentError(
        "--create expects that there is no entry, --expect-version that there "
        "is one; say one of them");
  if (flags.create) request.set_expected_version(0);
  if (flags.expected_version)
    request.set_expected_version(*flags.expected_version);
  return absl::OkStatus();
}

template <typename Request, typename Response>
absl::Status Change(Client& client, const Flags& flags, const Request& request,
                    grpc::Status (Stub::*call)(grpc::ClientContext*,
                                               const Request&, Response*),
                    std::string_view done) {
  const absl::StatusOr<Response> response = client.Call(call, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  const ConfigEntry& entry = response->entry();
  return PrintOne(
      *response, entry.name(),
      base::StrCat(flags.call.dry_run ? "dry run: nothing was changed\n" : "",
                   "'", Visible(entry.name()), "' ", done, ", version ",
                   entry.version(), "\n"),
      flags.format);
}

absl::Status Put(Client& client, const Flags& flags) {
  roster::v1::PutConfigRequest request;
  ROSTER_RETURN_IF_ERROR(FillIn(flags, request));
  ROSTER_ASSIGN_OR_RETURN(*request.mutable_value(), ReadValue(flags));
  request.set_content_type(flags.content_type);
  return Change(client, flags, request, &Stub::PutConfig, "put");
}

absl::Status Delete(Client& client, const Flags& flags) {
  ROSTER_RETURN_IF_ERROR(
      Confirm(base::StrCat("delete config entry '", flags.name, "'"),
              flags.yes || flags.call.dry_run));
  roster::v1::DeleteConfigRequest request;
  ROSTER_RETURN_IF_ERROR(FillIn(flags, request));
  return Change(client, flags, request, &Stub::DeleteConfig, "deleted");
}

absl::Status Rollback(Client& client, const Flags& flags) {
  roster::v1::RollbackConfigRequest request;
  ROSTER_RETURN_IF_ERROR(FillIn(flags, request));
  request.set_version(flags.version);
  return Change(client, flags, request, &Stub::RollbackConfig,
                base::StrCat("is as in version ", flags.version, " again"));
}

absl::StatusOr<ConfigEntry> Fetch(Client& client, const Flags& flags) {
  roster::v1::GetConfigRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_name(flags.name);
  ROSTER_ASSIGN_OR_RETURN(auto response,
                          client.Call(&Stub::GetConfig, request));
  return std::move(*response.mutable_entry());
}

absl::Status Show(const ConfigEntry& entry, const Flags& flags, bool color) {
  if (flags.raw) return Print(entry.value());
  return PrintOne(entry, entry.name(),
                  ConfigDetail(entry, absl::Now(), {.color = color}),
                  flags.format);
}

absl::Status Get(Client& client, const Flags& flags, bool color) {
  ROSTER_ASSIGN_OR_RETURN(const ConfigEntry entry, Fetch(client, flags));
  return Show(entry, flags, color);
}

Listing<ConfigEntry> MakeListing(const Flags& flags, std::string_view empty) {
  const bool wide = flags.format == Format::kWide;
  return {.columns = ConfigColumns(wide),
          .row =
              [wide](const ConfigEntry& entry) {
                return ConfigRow(entry, wide, absl::Now());
              },
          .name = [](const ConfigEntry& entry) { return entry.name(); },
          .empty = empty};
}

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListConfigRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_prefix(flags.prefix);
  request.set_page_size(1000);
  std::vector<ConfigEntry> entries;
  do {
    ROSTER_ASSIGN_OR_RETURN(auto page, client.Call(&Stub::ListConfig, request));
    for (ConfigEntry& entry : *page.mutable_entries())
      entries.push_back(std::move(entry));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return PrintItems(entries, MakeListing(flags, "no config entries"),
                    flags.format, color);
}

absl::Status History(Client& client, const Flags& flags, bool color) {
  roster::v1::ListConfigHistoryRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_name(flags.name);
  ROSTER_ASSIGN_OR_RETURN(const auto response,
                          client.Call(&Stub::ListConfigHistory, request));
  return PrintItems(response.entries(), MakeListing(flags, "no versions"),
                    flags.format, color);
}

// One version, as a watch shows it.
absl::Status ShowVersion(const ConfigEntry& entry, const Flags& flags,
                         bool color) {
  if (!flags.raw && flags.format == Format::kJson)
    return Print(ToJsonLine(entry) + "\n");
  if (!flags.raw && flags.format == Format::kYaml)
    return Print(base::StrCat("---\n", JsonToYaml(ToJsonLine(entry))));
  ROSTER_RETURN_IF_ERROR(Show(entry, flags, color));
  return flags.raw ? absl::OkStatus() : Print("\n");
}

// Asks again and again: entries change seldom, and a version that is skipped is
// in the history.
absl::Status Watch(Client& client, const Flags& flags, bool color) {
  ROSTER_ASSIGN_OR_RETURN(const absl::Duration interval,
                          ParseDuration(flags.interval));
  if (interval < kShortestInterval)
    return absl::InvalidArgumentError(
        base::StrCat("--interval: rosterd is asked every ",
                     absl::FormatDuration(kShortestInterval), " at most"));
  const Interrupt interrupt;
  int64_t shown = -1;   // 0: that there is none
  std::string trouble;  // each is told once
  while (Interrupt::Signal() == 0) {
    const absl::StatusOr<ConfigEntry> entry = Fetch(client, flags);
    const bool missing =
        base::DetailsOf(entry.status()).reason == "CONFIG_NOT_FOUND";
    if ((entry.ok() || missing) && !std::exchange(trouble, "").empty())
      Complain("rosterd answers again");
    if (entry.ok()) {
      if (entry->version() != shown)
        ROSTER_RETURN_IF_ERROR(ShowVersion(*entry, flags, color));
      shown = entry->version();
    } else if (missing) {
      if (shown != 0) Complain(base::Message(entry.status()));
      shown = 0;
    } else if (shown < 0 || (!absl::IsUnavailable(entry.status()) &&
                             !absl::IsDeadlineExceeded(entry.status()))) {
      return entry.status();
    } else if (trouble.empty()) {
      trouble = std::string(base::Message(entry.status()));
      Complain(base::StrCat(trouble, "; trying again, Ctrl-C ends it"));
    }
    Interrupt::Sleep(interval);
  }
  return absl::CancelledError("interrupted");
}

using Do = absl::Status (*)(Client&, const Flags&, bool color);

// A part of the command, with flags of its own.
struct Part {
  Command command;
  Do run;
};

Part MakePart(CLI::App& config, const std::string& name,
              const std::string& help, Flags& flags, Do run) {
  Part part{.run = run};
  part.command.app = config.add_subcommand(name, help);
  CLI::Option* output =
      AddFormatOption(*part.command.app, flags.format, AllFormats());
  part.command.completers[output] = Words(AllFormats());
  return part;
}

void AddName(Part& part, Flags& flags) {
  part.command.app->add_option("NAME", flags.name, "Its name")
      ->required()
      ->type_name("");
}

void AddCluster(Part& part, Flags& flags) {
  CLI::Option* cluster =
      part.command.app
          ->add_option("--cluster", flags.call.cluster, "In this cluster")
          ->type_name("NAME");
  part.command.completers[cluster] = ClusterNames();
}

void AddRaw(Part& part, Flags& flags) {
  part.command.app->add_flag("--raw", flags.raw,
                             "Print the bytes of the value and nothing else");
}

// --cluster, --as, --reason, ..., --expect-version.
void AddChangeFlags(Part& part, Flags& flags) {
  AddCallFlags(part.command, flags.call);
  AddRequestFlags(part.command, flags.call);
  part.command.app
      ->add_option("--expect-version", flags.expected_version,
                   "Only if the entry has this version")
      ->type_name("N");
}

std::vector<Part> MakeReadingParts(CLI::App& config, Flags& flags) {
  Part list = MakePart(config, "list", "List entries", flags, &List);
  list.command.app
      ->add_option("PREFIX", flags.prefix, "Those whose names start with this")
      ->type_name("");
  Part get = MakePart(config, "get", "Show an entry", flags, &Get);
  AddName(get, flags);
  AddRaw(get, flags);
  Part history = MakePart(config, "history", "List the versions that are kept",
                          flags, &History);
  AddName(history, flags);
  Part watch = MakePart(config, "watch", "Show an entry whenever it changes",
                        flags, &Watch);
  AddName(watch, flags);
  AddRaw(watch, flags);
  watch.command.app
      ->add_option("--interval", flags.interval, "How often to look (1s)")
      ->type_name("DURATION");
  std::vector<Part> parts = {list, get, history, watch};
  for (Part& part : parts) AddCluster(part, flags);
  return parts;
}

std::vector<Part> MakeChangingParts(CLI::App& config, Flags& flags) {
  Part put = MakePart(config, "put", "Create or replace an entry", flags,
                      [](Client& client, const Flags& flags, bool) {
                        return Put(client, flags);
                      });
  AddName(put, flags);
  put.command.app->add_option("VALUE", flags.value, "Its value")->type_name("");
  put.command.app
      ->add_option("-f,--file", flags.file,
                   "Read it from here; -: standard "
                   "input")
      ->type_name("FILE");
  put.command.app
      ->add_option("--type", flags.content_type,
                   "What it is, as in application/json")
      ->type_name("TYPE");
  put.command.app->add_flag("--create", flags.create,
                            "Only if there is no such entry");
  Part remove = MakePart(config, "delete", "Delete an entry", flags,
                         [](Client& client, const Flags& flags, bool) {
                           return Delete(client, flags);
                         });
  AddName(remove, flags);
  remove.command.app->add_flag("-y,--yes", flags.yes, "Do not ask");
  Part rollback = MakePart(config, "rollback", "Make an old version the newest",
                           flags, [](Client& client, const Flags& flags, bool) {
                             return Rollback(client, flags);
                           });
  AddName(rollback, flags);
  rollback.command.app
      ->add_option("VERSION", flags.version, "One of the history")
      ->required()
      ->type_name("");
  std::vector<Part> parts = {put, remove, rollback};
  for (Part& part : parts) AddChangeFlags(part, flags);
  return parts;
}

}  // namespace

Command AddConfigCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app = app.add_subcommand("config", "The configuration of services");
  command.app->require_subcommand(1);
  command.app->footer(R"(Examples:
  rosterctl config list search/
  rosterctl config get search/limits --raw | jq .
  rosterctl config put search/limits -f limits.json --reason 'less load'
  rosterctl config put search/limits '{"qps":10}' --expect-version 7
  rosterctl config history search/limits
  rosterctl config rollback search/limits 6
  rosterctl config watch search/limits --raw
  rosterctl config delete search/limits --reason 'search is no more')");
  std::vector<Part> parts = MakeReadingParts(*command.app, *flags);
  for (Part& part : MakeChangingParts(*command.app, *flags))
    parts.push_back(std::move(part));
  for (const Part& part : parts)
    command.completers.insert(part.command.completers.begin(),
                              part.command.completers.end());
  command.run = [flags, parts](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    for (const Part& part : parts)
      if (part.command.app->parsed())
        return part.run(*client, *flags, UseColor(globals.no_color));
    return absl::InternalError("no part of the command was chosen");
  };
  return command;
}

}  // namespace roster::cli
