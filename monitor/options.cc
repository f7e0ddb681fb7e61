#include "monitor/options.h"

#include <yaml-cpp/yaml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/listen_address.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "base/version.h"
#include "model/paths.h"
#include "zk/session.h"

namespace roster::monitor {
namespace {

constexpr int kUsageError = 2;

// A mistake in one setting's value. The flag's name is put in front of it, and
// file and line when it stands in the configuration file.
[[noreturn]] void Reject(const std::string& what) {
  throw CLI::ValidationError(what);
}

absl::Duration ParseDuration(const std::string& text, absl::Duration minimum) {
  absl::Duration value;
  if (!absl::ParseDuration(text, &value))
    Reject(base::StrCat("'", text,
                        "' is not a duration; write 500ms, 10s, 5m or 1h"));
  if (value < minimum || value == absl::InfiniteDuration())
    Reject(base::StrCat("'", text, "' is out of range; the least is ",
                        absl::FormatDuration(minimum)));
  return value;
}

ClusterOption ParseCluster(const std::string& text) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (!absl::StrContains(text, '='))
    Reject(base::StrCat("'", text, "' is not NAME=PATH"));
  if (absl::Status status = model::ValidateClusterName(parts.first);
      !status.ok())
    Reject(std::string(base::Message(status)));
  if (absl::Status status = model::ValidatePath(parts.second); !status.ok())
    Reject(std::string(base::Message(status)));
  return {parts.first, parts.second};
}

bool IsHostName(const std::string& text) {
  return !text.empty() && text.size() <= 253 &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

// Declares every setting once. The callbacks write into `options`.
void DeclareSettings(CLI::App& app, Options& options) {
  auto setting = [&](const std::string& name, auto& value,
                     const std::string& help) {
    std::string variable = "ROSTER_" + absl::StrReplaceAll(name, {{"-", "_"}});
    absl::AsciiStrToUpper(&variable);
    return app.add_option("--" + name, value, help)->envname(variable);
  };
  auto parsed = [&](const std::string& name, const std::string& type,
                    const std::string& help,
                    std::function<void(const std::vector<std::string>&)> read) {
    std::string variable = "ROSTER_" + absl::StrReplaceAll(name, {{"-", "_"}});
    absl::AsciiStrToUpper(&variable);
    auto named =
        [name, read = std::move(read)](const std::vector<std::string>& texts) {
          try {
            read(texts);
          } catch (const CLI::ValidationError& error) {
            Reject(base::StrCat("--", name, ": ", error.what()));
          }
        };
    return app
        .add_option_function<std::vector<std::string>>("--" + name, named, help)
        ->type_name(type)
        ->envname(variable);
  };
  auto duration = [&](const std::string& name, absl::Duration& value,
                      absl::Duration minimum, const std::string& help) {
    parsed(name, "DURATION", help,
           [&value, minimum](const std::vector<std::string>& texts) {
             value = ParseDuration(texts.back(), minimum);
           })
        ->expected(1)
        ->default_str(absl::FormatDuration(value));
  };

  setting("zookeeper", options.zookeeper,
          "ZooKeeper servers, host:port[,host:port...][/chroot]")
      ->type_name("SERVERS")
      ->capture_default_str();
  setting("zookeeper-credentials-file", options.zookeeper_credentials_file,
          "file that holds user:password for ZooKeeper's digest scheme")
      ->type_name("FILE");
  duration("session-timeout", options.session_timeout, absl::Milliseconds(100),
           "ZooKeeper session timeout to ask for");
  duration("zookeeper-stats-interval", options.zookeeper_stats_interval,
           absl::ZeroDuration(),
           "how often each ZooKeeper server is asked for its figures, by srvr "
           "and mntr; 0: never");
  parsed(
      "cluster", "NAME=PATH",
      "a cluster to watch: its name and its members' parent znode; "
      "repeatable (default=/clusterServer)",
      [&options](const std::vector<std::string>& texts) {
        std::set<std::string> names;
        options.clusters.clear();
        for (const std::string& text : texts) {
          ClusterOption cluster = ParseCluster(text);
          if (!names.insert(cluster.name).second)
            Reject(base::StrCat("cluster '", cluster.name, "' is named twice"));
          options.clusters.push_back(std::move(cluster));
        }
      })
      ->delimiter(',');
  parsed("state-path", "PATH", "znode under which orders and duties are kept",
         [&options](const std::vector<std::string>& texts) {
           if (absl::Status s = model::ValidatePath(texts.back()); !s.ok())
             Reject(std::string(s.message()));
           options.state_path = texts.back();
         })
      ->expected(1)
      ->default_str(options.state_path);

  auto listen = [&](const std::string& name, std::vector<std::string>& value,
                    const std::string& help) {
    parsed(name, "ADDRESS", help,
           [&value](const std::vector<std::string>& texts) {
             for (const std::string& text : texts)
               if (auto a = base::ParseListenAddress(text); !a.ok())
                 Reject(std::string(a.status().message()));
             value = texts;
           })
        ->delimiter(',')
        ->default_str(value.front());
  };
  listen("grpc-listen", options.grpc_listen,
         "address of the gRPC API, host:port; repeatable; port 0: any");
  listen("http-listen", options.http_listen,
         "address of HTTP and /metrics, host:port; repeatable; port 0: any");
  parsed("http-host", "NAME",
         "a name that browsers reach HTTP by, beside localhost and addresses; "
         "repeatable; *: any",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts)
             if (!IsHostName(text) && text != "*")
               Reject(base::StrCat("'", text, "' is not the name of a host"));
           options.http_hosts = texts;
         })
      ->delimiter(',');
  app.add_flag("--insecure-listen", options.insecure_listen,
               "allow addresses beyond loopback, although they are plaintext")
      ->envname("ROSTER_INSECURE_LISTEN");
  setting("tls-certificate", options.tls_certificate,
          "PEM file: the certificate, with its chain, that gRPC shows")
      ->type_name("FILE");
  setting("tls-key", options.tls_key, "PEM file: its private key")
      ->type_name("FILE");
  setting("tls-client-ca", options.tls_client_ca,
          "PEM file: who signs clients' certificates; with it every client "
          "needs one, and is known by the name in it")
      ->type_name("FILE");
  setting("controller", options.controllers,
          "who may change anything: the name in a client certificate; "
          "repeatable; without it everybody may")
      ->type_name("NAME")
      ->delimiter(',');
  setting("data", options.data,
          "folder that keeps who led last, for a start without ZooKeeper")
      ->type_name("DIR");
  setting("address-file", options.address_file,
          "write the addresses really bound into this file, as JSON")
      ->type_name("FILE");

  setting("log-format", options.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  setting("log-level", options.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();

  duration("left-retention", options.left_retention, absl::ZeroDuration(),
           "how long a member that left stays visible");
  duration("lost-retention", options.lost_retention, absl::ZeroDuration(),
           "how long a lost member stays visible");
  setting("event-history", options.event_history, "events kept in memory")
      ->check(CLI::Range(size_t{100}, size_t{10'000'000}))
      ->capture_default_str();
  setting("max-member-series", options.max_member_series,
          "members that get metric series of their own")
      ->check(CLI::Range(size_t{0}, size_t{1'000'000}))
      ->capture_default_str();

  app.add_flag("--dev", options.dev,
               "run a private ZooKeeper on loopback; for trying out")
      ->envname("ROSTER_DEV");
  setting("dev-data", options.dev_data,
          "data folder of the --dev ZooKeeper (a temporary one)")
      ->type_name("DIR");
  setting("dev-port", options.dev_port,
          "port of the --dev ZooKeeper; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
}

// "; did you mean --zookeeper?" for a flag, or a key with `dashes` "", that
// there is not; "" if none is near.
std::string DidYouMean(const std::string& typed, const CLI::App& app,
                       const std::string& dashes) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back(dashes + name);
  const std::vector<std::string> near = base::Nearest(typed, names, 1);
  return near.empty() ? "" : base::StrCat("; did you mean ", near.front(), "?");
}

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

std::string Place(const std::string& file, const YAML::Mark& mark) {
  return base::StrCat(file, ":", mark.line + 1, ":", mark.column + 1, ": ");
}

// Hands the settings of a YAML file to the options of `app` that neither a
// flag nor a variable has set. Returns an error text, or "".
std::string ReadConfigFile(const std::string& file, CLI::App& app) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return base::StrCat("--config ", file, ": it is a folder");
  YAML::Node root;
  try {
    root = YAML::LoadFile(file);
  } catch (const YAML::BadFile&) {
    return base::StrCat("--config ", file, ": cannot be read");
  } catch (const YAML::Exception& error) {
    return base::StrCat(Place(file, error.mark), error.msg);
  }
  if (root.IsNull()) return "";
  if (!root.IsMap())
    return base::StrCat(Place(file, root.Mark()),
                        "expected settings, as in 'grpc-listen: ...'");
  std::set<std::string> seen;
  for (const auto& entry : root) {
    const std::string place = Place(file, entry.first.Mark());
    const std::string key =
        entry.first.IsScalar() ? entry.first.as<std::string>() : "";
    CLI::Option* option = key == "config" || key == "help" || key == "version"
                              ? nullptr
                              : app.get_option_no_throw("--" + key);
    if (option == nullptr) {
      const std::string hint = DidYouMean(key, app, "");
      return base::StrCat(place, "unknown setting '", key, "'",
                          hint.empty() ? ";" : hint,
                          " rosterd --help lists them");
    }
    if (!seen.insert(key).second)
      return base::StrCat(place, "'", key, "' is set twice");
    std::vector<std::string> values;
    if (entry.second.IsScalar()) {
      values.push_back(entry.second.as<std::string>());
    } else if (entry.second.IsSequence()) {
      for (const YAML::Node& item : entry.second) {
        if (!item.IsScalar())
          return base::StrCat(Place(file, item.Mark()), "'", key,
                              "' takes plain values");
        values.push_back(item.as<std::string>());
      }
    } else {
      return base::StrCat(Place(file, entry.second.Mark()), "'", key,
                          "' takes a value or a list");
    }
    if (values.empty() || option->count() > 0) continue;
    try {
      for (const std::string& value : values) option->add_result(value);
      option->run_callback();
    } catch (const CLI::Error& error) {
      return base::StrCat(Place(file, entry.second.Mark()), error.what());
    }
  }
  return "";
}

// What no single setting can see.
std::string CheckTogether(const Options& options) {
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
  return parsed;
}

}  // namespace roster::monitor
