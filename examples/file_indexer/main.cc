// file_indexer is a service that does real work and is a member of a Roster
// cluster: it reads all files below the given directories, again and again, and
// builds an inverted index of their words. What it reports is what it does:
// one task per directory, and gauges of the index. It obeys operators who take
// it offline. See README.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/log.h"
#include "base/strings.h"
#include "examples/file_indexer/drain_desk.h"
#include "examples/file_indexer/indexer.h"
#include "examples/file_indexer/stop_signal.h"
#include "registrar/registrar.h"

namespace roster::examples {
namespace {

struct Flags {
  registrar::RegistrarOptions member;
  IndexerOptions work;
};

int Run(Flags flags) {
  StopSignal stop;
  DrainDesk desk;
  flags.member.on_drain = [&](const registrar::DrainRequest& request) {
    desk.Put(request);
  };
  flags.member.on_online = [&] { desk.Clear(); };
  flags.member.on_status =
      [log = flags.member.log](const registrar::RegistrarStatus& status) {
        base::Log(log, base::LogLevel::kInfo,
                  status.registered ? "member " : "not a member ", status.path,
                  status.registered ? "" : ": ", base::Message(status.reason));
      };
  auto created = registrar::Registrar::Create(flags.member);
  if (!created.ok()) {
    std::fprintf(stderr, "file_indexer: %s\n",
                 std::string(created.status().message()).c_str());
    return 2;
  }
  registrar::Registrar& registrar = **created;
  Indexer(flags.work, registrar, desk, stop).Run();
  const absl::Status left = registrar.Leave();
  return left.ok() || absl::IsNotFound(left) ? 0 : 1;
}

int Main(int argc, char** argv) {
  Flags flags;
  registrar::RegistrarOptions& member = flags.member;
  member.service = "file-indexer";
  member.version = "1.0.0";
  member.host_gauges = true;
  std::vector<std::string> label_arguments;
  std::string session_timeout = "10s";

  CLI::App app{"Indexes the words of files, as a member of a Roster cluster."};
  app.add_option("directories", flags.work.directories,
                 "what to index [/usr/share/doc /usr/include]")
      ->type_name("DIR");
  app.add_option("--zookeeper", member.servers, "where ZooKeeper is")
      ->type_name("HOST:PORT,...[/CHROOT]")
      ->capture_default_str();
  app.add_option("--name", member.name, "name of the member [host name]")
      ->type_name("NAME");
  app.add_option("--service", member.service, "service it reports")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--label", label_arguments,
                 "a label of the member; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_option("--members-path", member.members_path, "parent of the members")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_option("--state-path", member.state_path, "where orders are kept")
      ->type_name("PATH")
      ->capture_default_str();
  app.add_option("--cluster", member.cluster, "cluster, for orders")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--session-timeout", session_timeout,
                 "silence after which it counts as gone")
      ->type_name("DURATION")
      ->capture_default_str();
  app.add_option("--pace", flags.work.pace,
                 "files per second at most; 0: no limit")
      ->type_name("RATE")
      ->capture_default_str();
  app.add_option("--passes", flags.work.passes,
                 "times to do it all; 0: for ever")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--batch", flags.work.batch,
                 "files taken on at a time; a drain finishes those")
      ->check(CLI::Validator(CLI::PositiveNumber).description(""))
      ->type_name("N")
      ->capture_default_str();
  app.add_flag("--exit-when-drained", flags.work.exit_when_drained,
               "end with 0 when drained for a restart: a supervisor starts "
               "it again");
  CLI11_PARSE(app, argc, argv);

  for (const std::string& label : label_arguments) {
    const size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "file_indexer: --label %s: not KEY=VALUE\n",
                   label.c_str());
      return 2;
    }
    member.labels[label.substr(0, equals)] = label.substr(equals + 1);
  }
  if (!absl::ParseDuration(session_timeout, &member.session_timeout)) {
    std::fprintf(stderr, "file_indexer: --session-timeout %s: no duration\n",
                 session_timeout.c_str());
    return 2;
  }
  member.log = base::StderrLogSink();
  return Run(std::move(flags));
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
