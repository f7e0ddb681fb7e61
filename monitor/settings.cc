#include "monitor/settings.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/listen_address.h"
#include "base/nearest.h"
#include "base/strings.h"
#include "model/paths.h"

namespace roster::monitor {
namespace {

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

// "ROSTER_GRPC_LISTEN" for "grpc-listen".
std::string VariableOf(const std::string& name) {
  std::string variable = "ROSTER_" + absl::StrReplaceAll(name, {{"-", "_"}});
  absl::AsciiStrToUpper(&variable);
  return variable;
}

// Of others that may be set where rosterd runs: rosterctl, probes and tests.
constexpr std::string_view kVariablesOfOthers[] = {
    "ROSTER_ENDPOINT", "ROSTER_ACTOR",           "ROSTER_TOKEN", "ROSTER_TLS",
    "ROSTER_TLS_CA",   "ROSTER_TLS_SERVER_NAME", "ROSTER_PROBE"};

bool IsOfOthers(const std::string& variable) {
  if (std::find(std::begin(kVariablesOfOthers), std::end(kVariablesOfOthers),
                variable) != std::end(kVariablesOfOthers))
    return true;
  if (variable.starts_with("ROSTER_TEST_")) return true;
  // Kubernetes sets these for a service of that name.
  return absl::StrContains(variable, "_SERVICE_HOST") ||
         absl::StrContains(variable, "_SERVICE_PORT") ||
         absl::StrContains(variable, "_PORT_") || variable.ends_with("_PORT");
}

// Declares the settings, by what they are about. What is declared is read when
// this is gone: callbacks hold on to the options, not to this.
class Declarer {
 public:
  Declarer(CLI::App& app, Options& options) : app_(app), options_(options) {}

  void ZooKeeper();
  void Listening();
  void Access();
  void Surroundings();
  void Memory();
  void Dev();

 private:
  using Texts = std::vector<std::string>;

  template <typename T>
  CLI::Option* Add(const std::string& name, T& value, const std::string& help) {
    return app_.add_option("--" + name, value, help)->envname(VariableOf(name));
  }
  // `read` is given all values at once, and may Reject() them.
  CLI::Option* AddParsed(const std::string& name, const std::string& type,
                         const std::string& help,
                         std::function<void(const Texts&)> read);
  void AddDuration(const std::string& name, absl::Duration& value,
                   absl::Duration minimum, const std::string& help);
  void AddListen(const std::string& name, Texts& value,
                 const std::string& help);

  CLI::App& app_;
  Options& options_;
};

CLI::Option* Declarer::AddParsed(const std::string& name,
                                 const std::string& type,
                                 const std::string& help,
                                 std::function<void(const Texts&)> read) {
  auto named = [name, read = std::move(read)](const Texts& texts) {
    try {
      read(texts);
    } catch (const CLI::ValidationError& error) {
      Reject(base::StrCat("--", name, ": ", error.what()));
    }
  };
  return app_.add_option_function<Texts>("--" + name, named, help)
      ->type_name(type)
      ->envname(VariableOf(name));
}

void Declarer::AddDuration(const std::string& name, absl::Duration& value,
                           absl::Duration minimum, const std::string& help) {
  AddParsed(name, "DURATION", help,
            [&value, minimum](const Texts& texts) {
              value = ParseDuration(texts.back(), minimum);
            })
      ->expected(1)
      ->default_str(absl::FormatDuration(value));
}

void Declarer::AddListen(const std::string& name, Texts& value,
                         const std::string& help) {
  AddParsed(name, "ADDRESS", help,
            [&value](const Texts& texts) {
              for (const std::string& text : texts)
                if (auto a = base::ParseListenAddress(text); !a.ok())
                  Reject(std::string(a.status().message()));
              value = texts;
            })
      ->delimiter(',')
      ->default_str(value.front());
}

void Declarer::ZooKeeper() {
  Add("zookeeper", options_.zookeeper,
      "ZooKeeper servers, host:port[,host:port...][/chroot]")
      ->type_name("SERVERS")
      ->capture_default_str();
  Add("zookeeper-credentials-file", options_.zookeeper_credentials_file,
      "file that holds user:password for ZooKeeper's digest scheme")
      ->type_name("FILE");
  AddDuration("session-timeout", options_.session_timeout,
              absl::Milliseconds(100), "ZooKeeper session timeout to ask for");
  AddDuration(
      "zookeeper-stats-interval", options_.zookeeper_stats_interval,
      absl::ZeroDuration(),
      "how often each ZooKeeper server is asked for its figures, by srvr "
      "and mntr; 0: never");
  AddParsed(
      "cluster", "NAME=PATH",
      "a cluster to watch: its name and its members' parent znode; "
      "repeatable (default=/clusterServer)",
      [&options = options_](const Texts& texts) {
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
  AddParsed("state-path", "PATH",
            "znode under which orders and duties are kept",
            [&options = options_](const Texts& texts) {
              if (absl::Status s = model::ValidatePath(texts.back()); !s.ok())
                Reject(std::string(s.message()));
              options.state_path = texts.back();
            })
      ->expected(1)
      ->default_str(options_.state_path);
}

void Declarer::Listening() {
  AddListen("grpc-listen", options_.grpc_listen,
            "address of the gRPC API, host:port; repeatable; port 0: any");
  AddListen("http-listen", options_.http_listen,
            "address of HTTP and /metrics, host:port; repeatable; port 0: any");
  AddParsed(
      "http-host", "NAME",
      "a name that browsers reach HTTP by, beside localhost and addresses; "
      "repeatable; *: any",
      [&options = options_](const Texts& texts) {
        for (const std::string& text : texts)
          if (!IsHostName(text) && text != "*")
            Reject(base::StrCat("'", text, "' is not the name of a host"));
        options.http_hosts = texts;
      })
      ->delimiter(',');
  app_.add_flag("--insecure-listen", options_.insecure_listen,
                "allow addresses beyond loopback, although they are plaintext")
      ->envname("ROSTER_INSECURE_LISTEN");
}

void Declarer::Access() {
  Add("tls-certificate", options_.tls_certificate,
      "PEM file: the certificate, with its chain, that gRPC shows")
      ->type_name("FILE");
  Add("tls-key", options_.tls_key, "PEM file: its private key")
      ->type_name("FILE");
  Add("tls-client-ca", options_.tls_client_ca,
      "PEM file: who signs clients' certificates; with it every client "
      "needs one, and is known by the name in it")
      ->type_name("FILE");
  Add("controller", options_.controllers,
      "who may change anything: the name in a client certificate; "
      "repeatable; without it everybody may")
      ->type_name("NAME")
      ->delimiter(',');
}

void Declarer::Surroundings() {
  Add("data", options_.data,
      "folder that keeps who led last, for a start without ZooKeeper")
      ->type_name("DIR");
  Add("address-file", options_.address_file,
      "write the addresses really bound into this file, as JSON")
      ->type_name("FILE");

  Add("log-format", options_.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  Add("log-level", options_.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

void Declarer::Memory() {
  AddDuration("left-retention", options_.left_retention, absl::ZeroDuration(),
              "how long a member that left stays visible");
  AddDuration("lost-retention", options_.lost_retention, absl::ZeroDuration(),
              "how long a lost member stays visible");
  Add("event-history", options_.event_history, "events kept in memory")
      ->check(CLI::Range(size_t{100}, size_t{10'000'000}))
      ->capture_default_str();
  Add("max-member-series", options_.max_member_series,
      "members that get metric series of their own")
      ->check(CLI::Range(size_t{0}, size_t{1'000'000}))
      ->capture_default_str();
}

void Declarer::Dev() {
  app_.add_flag("--dev", options_.dev,
                "run a private ZooKeeper on loopback; for trying out")
      ->envname("ROSTER_DEV");
  Add("dev-data", options_.dev_data,
      "data folder of the --dev ZooKeeper (a temporary one)")
      ->type_name("DIR");
  Add("dev-port", options_.dev_port,
      "port of the --dev ZooKeeper; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
}

}  // namespace

void DeclareSettings(CLI::App& app, Options& options) {
  Declarer declarer(app, options);
  declarer.ZooKeeper();
  declarer.Listening();
  declarer.Access();
  declarer.Surroundings();
  declarer.Memory();
  declarer.Dev();
}

std::string DidYouMean(const std::string& typed, const CLI::App& app,
                       const std::string& dashes) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames())
      names.push_back(dashes + name);
  const std::vector<std::string> near = base::Nearest(typed, names, 1);
  return near.empty() ? "" : base::StrCat("; did you mean ", near.front(), "?");
}

std::vector<std::string> UnknownVariables(
    const std::vector<std::string>& environment, const CLI::App& app) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_envname().empty()) known.push_back(option->get_envname());
  std::vector<std::string> said;
  for (const std::string& entry : environment) {
    const std::string variable = entry.substr(0, entry.find('='));
    if (!variable.starts_with("ROSTER_") || IsOfOthers(variable) ||
        std::find(known.begin(), known.end(), variable) != known.end())
      continue;
    const std::vector<std::string> near = base::Nearest(variable, known, 1);
    said.push_back(base::StrCat(
        "no setting is read from the variable ", variable,
        near.empty() ? "" : base::StrCat("; did you mean ", near.front(), "?"),
        near.empty() ? "; rosterd --help lists them" : ""));
  }
  return said;
}

}  // namespace roster::monitor
