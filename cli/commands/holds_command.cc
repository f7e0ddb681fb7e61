#include "cli/commands/holds_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "cli/print_items.h"
#include "cli/printer_holds.h"
#include "cli/staleness.h"

namespace roster::cli {
namespace {

using roster::v1::MemberHold;

struct HoldsFlags {
  std::string selector;
  std::string owner;
  std::string cluster;
  Format format = Format::kTable;
};

absl::Status ListHolds(const HoldsFlags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::ListHoldsRequest request;
  request.set_cluster(flags.cluster);
  request.set_selector(flags.selector);
  request.set_owner(flags.owner);
  std::vector<MemberHold> holds;
  do {
    ROSTER_ASSIGN_OR_RETURN(
        auto page, client->Call(&Client::ControlStub::ListHolds, request));
    for (MemberHold& hold : *page.mutable_holds())
      holds.push_back(std::move(hold));
    request.set_page_token(page.next_page_token());
    if (request.page_token().empty()) WarnIfStale(page.view());
  } while (!request.page_token().empty());
  const bool wide = flags.format == Format::kWide;
  const Listing<MemberHold> listing = {
      .columns = HoldColumns(wide),
      .row =
          [wide](const auto& hold) { return HoldRow(hold, wide, absl::Now()); },
      .name = [](const auto& hold) { return hold.hold().id(); },
      .empty = "no holds"};
  return PrintItems(holds, listing, flags.format, UseColor(globals.no_color));
}

struct OrderFlags {
  std::string name;
  std::string cluster;
  Format format = Format::kTable;
};

absl::Status ShowOrder(const OrderFlags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::GetOrderRequest request;
  request.set_cluster(flags.cluster);
  request.set_name(flags.name);
  ROSTER_ASSIGN_OR_RETURN(
      const auto order, client->Call(&Client::ControlStub::GetOrder, request));
  return PrintOne(
      order, order.name(),
      OrderDetail(order, absl::Now(), {.color = UseColor(globals.no_color)}),
      flags.format);
}

}  // namespace

Command AddHoldsCommand(CLI::App& app) {
  const auto flags = std::make_shared<HoldsFlags>();
  Command command;
  command.app = app.add_subcommand("holds", "List who holds what offline");
  command.app->add_option("-l,--selector", flags->selector,
                          "Only members that match, as in zone=a,role!=db");
  command.app->add_option("--owner", flags->owner, "Only this owner's")
      ->type_name("OWNER");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "In this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"('!' marks a drain past its deadline.

Examples:
  rosterctl holds
  rosterctl holds --owner ops -o wide)");
  command.completers = {{cluster, ClusterNames()},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) {
    return ListHolds(*flags, globals);
  };
  return command;
}

Command AddOrderCommand(CLI::App& app) {
  const auto flags = std::make_shared<OrderFlags>();
  Command command;
  command.app =
      app.add_subcommand("order", "Show what was ordered of one member");
  CLI::Option* name =
      command.app->add_option("NAME", flags->name, "Name of the member")
          ->required()
          ->type_name("");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "In this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(It is read from ZooKeeper now, also for a name that
was never seen.

Examples:
  rosterctl order web-01)");
  command.completers = {{name, MemberNames()},
                        {cluster, ClusterNames()},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) {
    return ShowOrder(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
