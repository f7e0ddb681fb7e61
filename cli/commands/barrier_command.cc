#include "cli/commands/barrier_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "cli/coordination_flags.h"
#include "cli/print_items.h"
#include "cli/printer_coordination.h"
#include "cli/prompt.h"

namespace roster::cli {
namespace {

using roster::v1::Barrier;
using Flags = CoordinationFlags;
using Stub = Client::CoordinationStub;

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListBarriersRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_folder(flags.folder);
  std::vector<Barrier> barriers;
  ROSTER_RETURN_IF_ERROR(
      EachPage(client, &Stub::ListBarriers, request, [&](auto& page) {
        for (Barrier& barrier : *page.mutable_barriers())
          barriers.push_back(std::move(barrier));
        return true;
      }));
  const Listing<Barrier> listing = {
      .columns = BarrierColumns(flags.wide()),
      .row =
          [&](const Barrier& barrier) {
            return BarrierRow(barrier, flags.wide(), absl::Now());
          },
      .name = &NameOrPath<Barrier>,
      .empty = "no barriers"};
  return PrintItems(barriers, listing, flags.format, color);
}

absl::Status Show(Client& client, const Flags& flags, bool color) {
  if (flags.all()) return List(client, flags, color);
  Barrier barrier;
  bool first = true;
  ROSTER_RETURN_IF_ERROR(EachPage(
      client, &Stub::GetBarrier, flags.For<roster::v1::GetBarrierRequest>(),
      [&](auto& page) {
        if (std::exchange(first, false))
          barrier = std::move(*page.mutable_barrier());
        else
          barrier.mutable_entered()->MergeFrom(page.barrier().entered());
        return true;
      }));
  return PrintOne(
      barrier, NameOrPath(barrier),
      BarrierDetail(barrier, flags.wide(), absl::Now(), {.color = color}),
      flags.format);
}

absl::Status Open(Client& client, const Flags& flags, bool) {
  ROSTER_RETURN_IF_ERROR(flags.CheckNamed());
  ROSTER_ASSIGN_OR_RETURN(const std::string reason,
                          ReasonOrAsk(flags.call.reason,
                                      "whoever went on too early reads it in "
                                      "the audit"));
  ROSTER_RETURN_IF_ERROR(Confirm(
      base::StrCat("open barrier '", flags.what(), "', whoever is missing"),
      flags.yes || flags.call.dry_run));
  const auto request = flags.ToChange<roster::v1::OpenBarrierRequest>(reason);
  const auto response = client.Call(&Stub::OpenBarrier, request);
  if (!response.ok())
    return ForRepeating(response.status(), request.request_id());
  return PrintOne(*response, flags.what(),
                  base::StrCat(DryRunLine(flags), "'", Visible(flags.what()),
                               "' is open\n"),
                  flags.format);
}

}  // namespace

Command AddBarrierCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  CoordinationPart show = MakeCoordinationPart(
      app.add_subcommand("barrier", "Which barriers are open, who is inside"),
      *flags, "barrier", BarrierNames(), &Show);
  AddShowFlags(show, *flags);
  CLI::App& barrier = *show.command.app;
  barrier.footer(
      R"(Without NAME, all barriers. 'open' lets those go who wait, whoever is missing: a
bar is taken away, the others are told that enough have come.

Examples:
  rosterctl barrier
  rosterctl barrier release-7
  rosterctl barrier open release-7 --reason 'web-09 is scrapped')");
  CoordinationPart open = MakeCoordinationPart(
      barrier.add_subcommand("open", "Open a barrier, whoever is missing"),
      *flags, "barrier", BarrierNames(), &Open);
  AddCoordinationChangeFlags(open, *flags);
  return JoinParts(flags, {open, show});
}

}  // namespace roster::cli
