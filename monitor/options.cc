#include "monitor/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "base/listen_address.h"
#include "base/strings.h"
#include "base/version.h"
#include "model/paths.h"
#include "monitor/config_file.h"
#include "monitor/settings.h"
#include "zk/session.h"

namespace roster::monitor {
namespace {

constexpr int kUsageError = 2;

// What the flags went wrong with.
std::string Mistake(const CLI::Error& error, const CLI::App& app) {
  const std::vector<std::string> rest = app.remaining();
  const auto flag = std::find_if(
      rest.begin(), rest.end(),
      [](const std::string& word) { return word.starts_with("-"); });
  const bool extras =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (!extras || flag == rest.end()) return base::StrCat(error.what(), ";");
  const std::string typed = flag->substr(0, flag->find('='));
  const std::string hint = DidYouMean(typed, app, "--");
  return base::StrCat("there is no flag ", typed, hint,
                      hint.empty() ? ";" : "");
}

// Two clusters with one folder would order the same members about, each with
// orders of its own; and what rosterd stores is no member. A members' path may
// lie inside another, and the state inside a members' path.
std::string CheckPaths(const Options& options) {
  std::map<std::string, std::string> names;
  const std::string& state = options.state_path;
  for (const auto& [name, path] : options.clusters) {
    const auto [other, is_new] = names.emplace(path, name);
    if (!is_new)
      return base::StrCat("--cluster: '", other->second, "' and '", name,
                          "' have the same path, ", path,
                          "; each cluster needs one of its own");
    if (path == state || path.starts_with(base::StrCat(state, "/")))
      return base::StrCat("--cluster: the path of '", name, "', ", path,
                          path == state ? ", is" : ", is inside",
                          " the --state-path, ", state,
                          ", where rosterd keeps orders and duties; members "
                          "need a path elsewhere");
  }
  return "";
}

// What no single setting can see.
std::string CheckTogether(const Options& options) {
  if (std::string error = CheckPaths(options); !error.empty()) return error;
  if (options.dev && options.zookeeper != Options().zookeeper)
    return "--dev runs a ZooKeeper of its own; leave --zookeeper out";
  if (!options.dev) {
    zk::SessionOptions session{.servers = options.zookeeper};
    if (absl::Status status = session.Validate(); !status.ok())
      return base::StrCat("--zookeeper: ", status.message());
  }
  if (options.zookeeper_stats_interval > absl::ZeroDuration() &&
      options.zookeeper_stats_interval < absl::Seconds(1))
    return "--zookeeper-stats-interval: the least is 1s; 0 asks nobody";
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return "--tls-certificate and --tls-key need each other";
  const bool tls = !options.tls_certificate.empty();
  if (!options.tls_client_ca.empty() && !tls)
    return "--tls-client-ca needs --tls-certificate and --tls-key";
  if (!options.controllers.empty() && options.tls_client_ca.empty())
    return "--controller names authenticated clients; it needs --tls-client-ca";
  if (!options.insecure_listen) {
    for (const auto* list : {&options.grpc_listen, &options.http_listen})
      for (const std::string& text : *list)
        if (!(tls && list == &options.grpc_listen) &&
            !base::ParseListenAddress(text)->IsLoopback())
          return base::StrCat(
              list == &options.grpc_listen ? "--grpc-listen: "
                                           : "--http-listen: ",
              text,
              " is not a loopback address, and the connection is plaintext; ",
              list == &options.grpc_listen ? "set --tls-certificate, or " : "",
              "add --insecure-listen if you want that");
  }
  if (!options.dev && (!options.dev_data.empty() || options.dev_port != 0))
    return "--dev-data and --dev-port need --dev";
  return "";
}

}  // namespace

ParsedOptions ParseOptions(int argc, const char* const* argv) {
  ParsedOptions parsed;
  Options& options = parsed.options;
  options.clusters = {{std::string(model::kDefaultCluster),
                       std::string(model::kDefaultMembersPath)}};
  CLI::App app{
      "rosterd watches the members of clusters in ZooKeeper and serves what "
      "it sees over gRPC and HTTP.\nEach flag can also be a key of --config "
      "FILE (YAML, without the dashes) or an environment variable\n"
      "(ROSTER_GRPC_LISTEN for --grpc-listen). A flag beats a variable beats "
      "the file.",
      "rosterd"};
  app.set_version_flag("--version", base::StrCat("rosterd ", kVersion));
  std::string config;
  app.add_option("--config", config, "YAML file with settings")
      ->type_name("FILE")
      ->envname("ROSTER_CONFIG");
  DeclareSettings(app, options);

  auto fail = [&](const std::string& message) {
    parsed.exit_now = true;
    parsed.exit_code = kUsageError;
    parsed.message = base::StrCat("rosterd: ", message, "\n");
    return parsed;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    parsed.exit_now = true;
    parsed.message = app.help();
    return parsed;
  } catch (const CLI::CallForVersion& version) {
    parsed.exit_now = true;
    parsed.message = base::StrCat(version.what(), "\n");
    return parsed;
  } catch (const CLI::Error& error) {
    return fail(
        base::StrCat(Mistake(error, app), " rosterd --help tells more"));
  }
  if (!config.empty())
    if (std::string error = ReadConfigFile(config, app); !error.empty())
      return fail(error);
  if (std::string error = CheckTogether(options); !error.empty())
    return fail(error);
  std::vector<std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    environment.emplace_back(*entry);
  parsed.warnings = UnknownVariables(environment, app);
  return parsed;
}

}  // namespace roster::monitor
