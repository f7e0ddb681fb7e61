#include "cli/commands/queue_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "cli/coordination_flags.h"
#include "cli/print_items.h"
#include "cli/printer_coordination.h"

namespace roster::cli {
namespace {

using roster::v1::Queue;
using roster::v1::QueueItem;
using Flags = CoordinationFlags;
using Stub = Client::CoordinationStub;

absl::Status List(Client& client, const Flags& flags, bool color) {
  roster::v1::ListQueuesRequest request;
  request.set_cluster(flags.call.cluster);
  request.set_folder(flags.folder);
  std::vector<Queue> queues;
  ROSTER_RETURN_IF_ERROR(
      EachPage(client, &Stub::ListQueues, request, [&](auto& page) {
        for (Queue& queue : *page.mutable_queues())
          queues.push_back(std::move(queue));
        return true;
      }));
  const Listing<Queue> listing = {.columns = QueueColumns(flags.wide()),
                                  .row =
                                      [&](const Queue& queue) {
                                        return QueueRow(queue, flags.wide(),
                                                        absl::Now());
                                      },
                                  .name = &NameOrPath<Queue>,
                                  .empty = "no queues"};
  return PrintItems(queues, listing, flags.format, color);
}

// The queue with as many items from its head as were asked for.
absl::StatusOr<Queue> Fetch(Client& client, const Flags& flags) {
  auto request = flags.For<roster::v1::GetQueueRequest>();
  request.set_page_size(flags.count);  // what is over the most counts as that
  Queue queue;
  bool first = true;
  const auto enough = [&] {
    return flags.count != 0 && queue.items_size() >= flags.count;
  };
  ROSTER_RETURN_IF_ERROR(
      EachPage(client, &Stub::GetQueue, request, [&](auto& page) {
        if (std::exchange(first, false))
          queue = std::move(*page.mutable_queue());
        else
          queue.mutable_items()->MergeFrom(page.queue().items());
        return !enough();
      }));
  if (enough())
    queue.mutable_items()->DeleteSubrange(flags.count,
                                          queue.items_size() - flags.count);
  return queue;
}

absl::Status Show(Client& client, const Flags& flags, bool color) {
  if (flags.all()) return List(client, flags, color);
  ROSTER_ASSIGN_OR_RETURN(const Queue queue, Fetch(client, flags));
  return PrintOne(
      queue, NameOrPath(queue),
      QueueDetail(queue, flags.wide(), absl::Now(), {.color = color}),
      flags.format);
}

}  // namespace

Command AddQueueCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  CoordinationPart show = MakeCoordinationPart(
      app.add_subcommand("queue", "What waits in which queue"), *flags, "queue",
      QueueNames(), &Show);
  AddShowFlags(show, *flags);
  CLI::App& queue = *show.command.app;
  queue
      .add_option("-n,--count", flags->count,
                  "So many items from the head (20); 0: all")
      ->type_name("NUMBER");
  queue.footer(
      R"(Without NAME, all queues. Items are shown in the order in which they are handed
out, with who has taken them; of consumers that use no claims (kazoo's Queue,
Curator's without a lock path) there is no trace.

Examples:
  rosterctl queue
  rosterctl queue mail
  rosterctl queue mail -n 0 -o json
  rosterctl queue --path /kazoo/jobs)");
  return JoinParts(flags, {show});
}

}  // namespace roster::cli
