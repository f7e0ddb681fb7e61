#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "cli/format.h"
#include "cli/printer_json.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {

// How things of one kind are listed.
template <typename Item>
struct Listing {
  std::vector<Column> columns;
  std::function<std::vector<Cell>(const Item&)> row;
  std::function<std::string(const Item&)> name;  // for -o name
  std::string_view empty;  // what is said if there are none: "no holds"
};

// Prints messages in the format asked for; as JSON and YAML, one array.
template <typename Items, typename Item>
absl::Status PrintItems(const Items& items, const Listing<Item>& listing,
                        Format format, bool color) {
  if (IsTable(format)) {
    if (items.empty()) {
      Complain(listing.empty);
      return absl::OkStatus();
    }
    Table table(listing.columns);
    for (const Item& item : items) table.AddRow(listing.row(item));
    return Print(table.Render({.color = color}));
  }
  std::string names;
  std::vector<std::string> documents;
  for (const Item& item : items) {
    if (format == Format::kName)
      names += Visible(listing.name(item)) + "\n";
    else
      documents.push_back(ToJsonLine(item));
  }
  if (format == Format::kName) return Print(names);
  const std::string array = JsonArray(documents);
  return Print(format == Format::kYaml ? JsonToYaml(array) : array);
}

// Prints one message; `text` is what people see.
template <typename Message>
absl::Status PrintOne(const Message& message, const std::string& name,
                      const std::string& text, Format format) {
  switch (format) {
    case Format::kJson:
      return Print(ToJson(message) + "\n");
    case Format::kYaml:
      return Print(JsonToYaml(ToJsonLine(message)));
    case Format::kName:
      return Print(Visible(name) + "\n");
    default:
      return Print(text);
  }
}

}  // namespace roster::cli
