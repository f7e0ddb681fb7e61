// work_queue puts lines into a queue, or runs a command for each item of one:
//
//   ls *.wav | work_queue put --queue /roster/default/queues/encode
//   work_queue work --queue /roster/default/queues/encode -- encode.sh
//
// The command gets the item as its last argument, and the fencing token in
// ROSTER_TOKEN. If it fails, the item goes back after a second. If this program
// dies, another worker gets the item.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "coordination/queue.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"

namespace roster::examples {
namespace {

int Put(coordination::Queue& queue) {
  for (std::string line; std::getline(std::cin, line);) {
    const auto name = queue.Put(line, Soon());
    if (!name.ok()) return Fail(1, line, name.status());
  }
  return 0;
}

void Deal(coordination::QueueItem item, std::vector<std::string> command,
          StopSignal& stop) {
  command.push_back(item.data());
  const int code = RunCommand(command, item.grant(), stop);
  if (code == 0) {
    const absl::Status done = item.Done(Soon());
    if (done.ok()) return;
    (void)Fail(kLost, item.name(), done);
  } else {
    stop.WaitFor(absl::Seconds(1));
  }
}

int Work(coordination::Queue& queue, const std::vector<std::string>& command,
         StopSignal& stop) {
  while (!stop.WaitFor(absl::ZeroDuration())) {
    auto item = queue.Take(absl::Now() + absl::Seconds(1));
    if (item.ok()) Deal(*std::move(item), command, stop);
  }
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app{"Puts lines into a queue, or runs a command for each item."};
  std::string servers = "127.0.0.1:2181";
  coordination::QueueOptions options;
  std::vector<std::string> command;
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--queue", options.path, "path of the queue")->required();
  app.add_option("--max-items", options.max_items, "bound of the queue");
  app.add_option("--name", options.consumer, "who this is, for people");
  app.fallthrough();  // options may follow the subcommand
  CLI::App* const put = app.add_subcommand("put", "puts lines of the input");
  CLI::App* const work = app.add_subcommand("work", "runs the command");
  work->add_option("command", command, "what to run")->required();
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);

  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  coordination::Queue queue(*client, options);
  return put->parsed() ? Put(queue) : Work(queue, command, stop);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
