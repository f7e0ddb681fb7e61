// tell_all makes every host run a command, and shows who has and how it went:
//
//   tell_all listen --topic rotate --name web-01 -- logrotate -f /etc/app.conf
//   tell_all send --topic rotate --to web-01,web-02 now
//
// The command gets the message's text as its last argument, and the message's
// number in ROSTER_TOKEN. It is told again to a host that comes back after a
// crash, so doing it twice must do no harm. Exit codes of `send`: 0 if all have
// done it; 1 if somebody failed; 75 if somebody did not answer in time.
#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "coordination/broadcast.h"
#include "coordination/broadcast_listener.h"
#include "examples/coordination/connect.h"
#include "examples/coordination/run_command.h"
#include "examples/file_indexer/stop_signal.h"
#include "model/paths.h"

namespace roster::examples {
namespace {

using coordination::BroadcastMessage;
using coordination::BroadcastReply;

// From the listener's thread, which must not wait, to the one that works. One
// place is enough: the next message comes when this one is answered.
class Desk {
 public:
  using Job = std::pair<BroadcastMessage, BroadcastReply>;
  void Put(BroadcastMessage message, BroadcastReply reply) {
    base::MutexLock lock(&mu_);
    job_.emplace(std::move(message), std::move(reply));
  }
  std::optional<Job> Take() {
    base::MutexLock lock(&mu_);
    return std::exchange(job_, std::nullopt);
  }

 private:
  base::Mutex mu_;
  std::optional<Job> job_ ABSL_GUARDED_BY(mu_);
};

absl::StatusOr<std::string> Obey(const BroadcastMessage& message,
                                 std::vector<std::string> command,
                                 StopSignal& stop) {
  command.push_back(message.text);
  const int code = RunCommand(command, message.czxid, stop);
  if (code == 0) return "done";
  return absl::UnknownError(absl::StrCat("the command ended with ", code));
}

int Listen(coordination::Client& client,
           coordination::BroadcastListenerOptions options,
           const std::vector<std::string>& command, StopSignal& stop) {
  Desk desk;
  options.handler = [&desk](const BroadcastMessage& message,
                            BroadcastReply reply) {
    desk.Put(message, std::move(reply));
  };
  const auto listener =
      coordination::BroadcastListener::Create(client, std::move(options));
  if (!listener.ok()) return Fail(kUsage, "listen", listener.status());
  while (!stop.WaitFor(absl::Milliseconds(20)))
    if (auto job = desk.Take()) job->second(Obey(job->first, command, stop));
  return 0;
}

int Send(coordination::Client& client,
         const coordination::BroadcastOptions& options,
         const std::vector<std::string>& to, const std::string& text,
         absl::Duration patience) {
  coordination::Broadcast broadcast(client, options);
  const auto message = broadcast.Send(text, Soon());
  if (!message.ok()) return Fail(kNotHad, options.topic, message.status());
  coordination::BroadcastTracker tracker(client, *message, to);
  const auto progress = tracker.Wait(absl::Now() + patience);
  for (const auto& [member, answer] : progress.answers)
    std::printf("%s: %s\n", member.c_str(), answer.result.c_str());
  for (const std::string& member : progress.missing)
    std::printf("%s: no answer\n", member.c_str());
  if (!progress.complete()) return kNotHad;
  return progress.failed().empty() ? 0 : 1;
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181", topic, name, text;
  std::string state_path{model::kDefaultStatePath};
  std::string cluster{model::kDefaultCluster};
  std::vector<std::string> command, to;
  double wait = 30;
  CLI::App app{"Makes every host run a command, and shows who has."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--state-path", state_path, "where Roster keeps things")
      ->capture_default_str();
  app.add_option("--cluster", cluster, "the cluster")->capture_default_str();
  app.add_option("--topic", topic, "what it is about")->required();
  app.add_option("--name", name, "who this is");
  app.fallthrough();  // options may follow the subcommand
  const auto* listen = app.add_subcommand("listen", "obey");
  app.get_subcommand("listen")
      ->add_option("command", command, "what to run")
      ->required();
  CLI::App* const send = app.add_subcommand("send", "tell all");
  send->add_option("--to", to, "who ought to answer")->delimiter(',');
  send->add_option("--wait", wait, "seconds to wait for answers")
      ->capture_default_str();
  send->add_option("text", text, "what to tell")->required();
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);

  const std::string path = model::ClusterPaths(state_path, cluster).broadcasts;
  StopSignal stop;  // before any thread
  const auto client = ConnectOrExit(servers);
  if (listen->parsed())
    return Listen(*client, {.path = path, .topic = topic, .member = name},
                  command, stop);
  return Send(*client, {.path = path, .topic = topic, .sender = name}, to, text,
              absl::Seconds(wait));
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
