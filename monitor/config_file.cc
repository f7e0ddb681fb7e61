#include "monitor/config_file.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>
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

// More is no configuration, and would be parsed for minutes.
constexpr size_t kMaxBytes = size_t{1} << 20;

// What only a flag can tell.
bool IsOnlyAFlag(std::string_view key) {
  return key == "config" || key == "help" || key == "version";
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
  std::ifstream in(file, std::ios::binary);
  if (!in) return base::StrCat("--config ", file, ": cannot be read");
  std::string text(kMaxBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kMaxBytes)
    return base::StrCat("--config ", file, ": is larger than 1 MiB");
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    return base::StrCat(Place(file, error.mark), error.msg);
  }
  if (documents.size() > 1)
    return base::StrCat(Place(file, documents[1].Mark()),
                        "a second document ('---'); settings are in one");
  if (documents.empty() || documents[0].IsNull()) return "";
  const YAML::Node& root = documents[0];
  if (!root.IsMap())
    return base::StrCat(Place(file, root.Mark()),
                        "expected settings, as in 'grpc-listen: ...'");
  std::set<std::string> seen;
  for (const auto& entry : root) {
    const std::string place = Place(file, entry.first.Mark());
    const std::string key =
        entry.first.IsScalar() ? entry.first.as<std::string>() : "";
    if (IsOnlyAFlag(key))
      return base::StrCat(place, "'", key, "' is a flag, and no setting");
    CLI::Option* const option = app.get_option_no_throw("--" + key);
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
