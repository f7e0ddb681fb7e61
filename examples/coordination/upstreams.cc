// upstreams keeps a file of the addresses of a service up to date, one
// "server host:port;" a line as nginx's `upstream` includes them, and runs a
// command whenever it has changed:
//
//   upstreams --service search --endpoint http --file /etc/nginx/search.conf
//             --then 'nginx -s reload'
//
// Members that operators take offline leave the file before their drain is
// over. While ZooKeeper is away, and when the last instance is gone, the file
// stays as it is: an old address is a better guess than none.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "base/log.h"
#include "coordination/client.h"
#include "coordination/service_directory.h"
#include "examples/file_indexer/stop_signal.h"
#include "model/paths.h"

namespace roster::examples {
namespace {

struct Flags {
  zk::SessionOptions session;
  coordination::ServiceDirectoryOptions directory;
  std::string state_path{model::kDefaultStatePath};
  std::string cluster{model::kDefaultCluster};
  std::string service;
  std::string endpoint = "http";
  std::string file;
  std::string command;
};

std::string Lines(const coordination::ServiceInstances& instances,
                  const std::string& endpoint) {
  std::string lines;
  for (const coordination::ServiceInstance& instance : instances)
    if (const auto found = instance.endpoints.find(endpoint);
        found != instance.endpoints.end())
      lines += "server " + found->second + ";  # " + instance.member + "\n";
  return lines;
}

// Readers see the former file or the new one.
bool Replace(const std::string& file, const std::string& content) {
  const std::string beside = file + ".new";
  std::ofstream out(beside, std::ios::trunc);
  out << content;
  out.close();
  return out && std::rename(beside.c_str(), file.c_str()) == 0;
}

int Run(const Flags& flags, StopSignal& stop, coordination::Client& client) {
  const coordination::ServiceDirectory directory(client, flags.directory);
  std::string written;
  while (!stop.WaitFor(absl::Milliseconds(100))) {
    const coordination::ServiceViewPtr view = directory.view();
    const std::string lines =
        Lines(view->Resolve(flags.service), flags.endpoint);
    if (!view->known || lines.empty() || lines == written) continue;
    if (!Replace(flags.file, lines)) {
      std::perror(flags.file.c_str());
      return 1;
    }
    written = lines;
    std::printf("%s:\n%s", flags.file.c_str(), lines.c_str());
    std::fflush(stdout);
    if (!flags.command.empty() && std::system(flags.command.c_str()) != 0)
      std::fprintf(stderr, "upstreams: '%s' failed\n", flags.command.c_str());
  }
  return 0;
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Keeps a file of the addresses of a service up to date."};
  app.add_option("--zookeeper", flags.session.servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--service", flags.service, "whose instances")->required();
  app.add_option("--endpoint", flags.endpoint, "which of their endpoints")
      ->capture_default_str();
  app.add_option("--file", flags.file, "what to write")->required();
  app.add_option("--then", flags.command, "what to run after a change");
  app.add_option("--members-path", flags.directory.members_path,
                 "parent of the members")
      ->capture_default_str();
  app.add_option("--state-path", flags.state_path, "where orders are kept")
      ->capture_default_str();
  app.add_option("--cluster", flags.cluster, "the cluster")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  flags.directory.control_path =
      model::ClusterPaths(flags.state_path, flags.cluster).control;
  flags.session.log = flags.directory.log =
      base::StderrLogSink(base::LogLevel::kWarning);
  StopSignal stop;  // before any thread
  const auto client = coordination::Client::Connect(flags.session);
  if (!client.ok()) {
    std::fprintf(stderr, "upstreams: %s\n",
                 std::string(client.status().message()).c_str());
    return 2;
  }
  return Run(flags, stop, **client);
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
