#include "monitor/config_file.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/str_join.h"
#include "base/strings.h"
#include "monitor/settings.h"

namespace roster::monitor {
namespace {

std::string Place(const std::string& file, const YAML::Mark& mark) {
  return base::StrCat(file, ":", mark.line + 1, ":", mark.column + 1, ": ");
}

// The option that `key` is of; null if there is none.
CLI::Option* OptionOf(const std::string& key, CLI::App& app) {
  if (key == "config" || key == "help" || key == "version") return nullptr;
  return app.get_option_no_throw("--" + key);
}

// Takes the values of `key` from its node. Returns an error text, or "".
std::string ReadValues(const std::string& file, const std::string& key,
                       const YAML::Node& node,
                       std::vector<std::string>& values) {
  if (node.IsScalar()) {
    values.push_back(node.as<std::string>());
    return "";
  }
  if (!node.IsSequence())
    return base::StrCat(Place(file, node.Mark()), "'", key,
                        "' takes a value or a list");
  for (const YAML::Node& item : node) {
    if (!item.IsScalar())
      return base::StrCat(Place(file, item.Mark()), "'", key,
                          "' takes plain values");
    values.push_back(item.as<std::string>());
  }
  return "";
}

// Hands a setting over, unless something has set it. Returns an error text, or
// "".
std::string Set(const std::string& file, const std::string& key,
                const YAML::Node& node, CLI::Option& option) {
  std::vector<std::string> values;
  if (std::string error = ReadValues(file, key, node, values); !error.empty())
    return error;
  if (values.size() > 1 && option.get_expected_max() <= 1)
    return base::StrCat(
        Place(file, node.Mark()), "'", key, "' takes one text, not a list",
        key == "zookeeper" ? base::StrCat("; separate servers by commas: ",
                                          absl::StrJoin(values, ","))
                           : std::string());
  if (values.empty() || option.count() > 0) return "";
  try {
    for (const std::string& value : values) option.add_result(value);
    option.run_callback();
  } catch (const CLI::Error& error) {
    return base::StrCat(Place(file, node.Mark()), error.what());
  }
  return "";
}

}  // namespace

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
    CLI::Option* const option = OptionOf(key, app);
    if (option == nullptr) {
      const std::string hint = DidYouMean(key, app, "");
      return base::StrCat(place, "unknown setting '", key, "'",
                          hint.empty() ? ";" : hint,
                          " rosterd --help lists them");
    }
    if (!seen.insert(key).second)
      return base::StrCat(place, "'", key, "' is set twice");
    if (std::string error = Set(file, key, entry.second, *option);
        !error.empty())
      return error;
  }
  return "";
}

}  // namespace roster::monitor
