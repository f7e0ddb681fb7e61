#include "cli/commands/events_command.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/follow.h"
#include "cli/format.h"
#include "cli/nearest.h"
#include "cli/printer_json.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::Event;
using roster::v1::EventType;
using roster::v1::ListEventsRequest;
using roster::v1::WatchEventsRequest;
using roster::v1::WatchEventsResponse;

constexpr int kPageSize = 1000;

struct Flags {
  std::string cluster;
  std::string member;
  std::vector<std::string> types;
  std::string since;
  int64_t count = 50;
  CLI::Option* count_option = nullptr;
  Format format = Format::kTable;
  bool follow = false;
};

// "lost", "task-stalled", ...: how types are written on the command line.
std::vector<std::string> TypeWords() {
  std::vector<std::string> words;
  const auto* types = roster::v1::EventType_descriptor();
  for (int i = 0; i < types->value_count(); ++i) {
    if (types->value(i)->number() == 0) continue;
    const auto type = static_cast<EventType>(types->value(i)->number());
    words.push_back(absl::StrReplaceAll(
        absl::AsciiStrToLower(EventTypeName(type)), {{"_", "-"}}));
  }
  return words;
}

absl::StatusOr<std::set<EventType>> ParseTypes(
    const std::vector<std::string>& flags) {
  std::set<EventType> types;
  for (const std::string& flag : flags) {
    const std::vector<std::string> words =
        absl::StrSplit(flag, ',', absl::SkipEmpty());
    for (const std::string& word : words) {
      const std::string name = base::StrCat(
          "EVENT_TYPE_",
          absl::AsciiStrToUpper(absl::StrReplaceAll(word, {{"-", "_"}})));
      EventType type = {};
      if (!roster::v1::EventType_Parse(name, &type) || type == 0) {
        const auto near = Nearest(word, TypeWords(), 2);
        return absl::InvalidArgumentError(
            base::StrCat("there is no event type '", Visible(word), "'",
                         near.empty() ? "; see 'rosterctl events --help'"
                                      : DidYouMean(near)));
      }
      types.insert(type);
    }
  }
  return types;
}

// EventsPrinter prints the history and, with --follow, goes on from exactly
// there.
class EventsPrinter {
 public:
  // `clusters`: rosterd watches several, and all of them are asked for.
  EventsPrinter(const Flags& flags, std::set<EventType> types, bool clusters,
                bool color)
      : flags_(flags),
        types_(std::move(types)),
        wide_(flags.format == Format::kWide),
        options_({.color = color}),
        clusters_(clusters),
        table_(EventColumns(wide_, clusters_)) {}

  // The newest events that match, oldest of them first.
  absl::Status PrintHistory(Client& client, absl::Time since) {
    ROSTER_ASSIGN_OR_RETURN(const std::vector<Event> events,
                            Newest(client, since));
    if (IsTable(flags_.format)) {
      if (events.empty() && !flags_.follow) {
        Complain("no events");
        return absl::OkStatus();
      }
      for (const Event& event : events)
        table_.AddRow(EventRow(event, wide_, clusters_));
      const std::string text = table_.Render(options_);
      table_.ClearRows();
      return Print(text);
    }
    std::vector<std::string> documents;
    for (const Event& event : events) documents.push_back(ToJsonLine(event));
    if (flags_.follow) {
      for (const std::string& document : documents) {
        ROSTER_RETURN_IF_ERROR(PrintDocument(document));
      }
      return absl::OkStatus();
    }
    const std::string array = JsonArray(documents);
    return Print(flags_.format == Format::kYaml ? JsonToYaml(array) : array);
  }

  // REQUIRES: PrintHistory() was called.
  absl::Status Follow(Client& client) {
    WatchEventsRequest request;
    request.set_cluster(flags_.cluster);
    request.set_member(flags_.member);
    // From the oldest, although most of it is known: what happened between the
    // listing and now is in there, and what was seen is told by its number.
    request.set_from_oldest(true);
    Follower<WatchEventsRequest, WatchEventsResponse> follower(
        client, &Client::Stub::PrepareAsyncWatchEvents,
        {.on_message = [this](const auto& message) { return Take(message); },
         .on_notice = [](const std::string& notice) { Complain(notice); },
         .on_gap =
             [](const absl::Status& status) {
               Complain(base::StrCat(
                   "events may be missing here: ", base::Message(status),
                   "; going on with the oldest that rosterd keeps"));
               return absl::OkStatus();
             }});
    follower.set_fresh_request(request);
    return follower.Run(request);
  }

 private:
  absl::StatusOr<std::vector<Event>> Newest(Client& client, absl::Time since) {
    ListEventsRequest request;
    request.set_cluster(flags_.cluster);
    request.set_member(flags_.member);
    request.set_newest_first(true);
    for (const EventType type : types_) request.add_types(type);
    // Even of -n 0 the newest one is read: Follow() goes on after it.
    request.set_page_size(
        static_cast<int>(std::clamp<int64_t>(flags_.count, 1, kPageSize)));
    std::vector<Event> events;
    bool more = true;
    while (more) {
      ROSTER_ASSIGN_OR_RETURN(auto page,
                              client.Call(&Client::Stub::ListEvents, request));
      for (Event& event : *page.mutable_events()) {
        NoteSeen(event);
        more = more && static_cast<int64_t>(events.size()) < flags_.count &&
               ToTime(event.at()) >= since;
        if (more) events.push_back(std::move(event));
      }
      request.set_page_token(page.next_page_token());
      more = more && !request.page_token().empty();
    }
    std::reverse(events.begin(), events.end());
    return events;
  }

  absl::Status Take(const WatchEventsResponse& message) {
    if (!message.has_event() || !NoteSeen(message.event())) return {};
    const Event& event = message.event();
    if (!types_.empty() && !types_.contains(event.type())) return {};
    if (!IsTable(flags_.format)) return PrintDocument(ToJsonLine(event));
    table_.AddRow(EventRow(event, wide_, clusters_));
    const std::string line = table_.Row(0, options_);
    table_.ClearRows();
    return Print(line + "\n");
  }

  absl::Status PrintDocument(const std::string& document) {
    if (flags_.format == Format::kJson) return Print(document + "\n");
    return Print("---\n" + JsonToYaml(document));
  }

  // False if it, or a later one, has been seen before.
  bool NoteSeen(const Event& event) {
    uint64_t& seen = seen_[event.log_id()];
    if (event.sequence() <= seen) return false;
    seen = event.sequence();
    return true;
  }

  const Flags& flags_;
  const std::set<EventType> types_;
  const bool wide_;
  const RenderOptions options_;
  const bool clusters_;
  Table table_;
  std::map<std::string, uint64_t> seen_;  // newest sequence, by log
};

absl::StatusOr<bool> SeveralClusters(Client& client, const Flags& flags) {
  if (!flags.cluster.empty()) return false;
  ROSTER_ASSIGN_OR_RETURN(const auto response,
                          client.Call(&Client::Stub::ListClusters,
                                      roster::v1::ListClustersRequest()));
  return response.clusters_size() > 1;
}

absl::Status RunEvents(const Flags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  ROSTER_ASSIGN_OR_RETURN(auto types, ParseTypes(flags.types));
  if (flags.count < 0) {
    return absl::InvalidArgumentError("-n wants a number that is not negative");
  }
  absl::Time since = absl::InfinitePast();
  Flags bounded = flags;
  if (!flags.since.empty()) {
    ROSTER_ASSIGN_OR_RETURN(const absl::Duration age,
                            ParseDuration(flags.since));
    since = absl::Now() - age;
    // --since alone means all of that time.
    if (flags.count_option->count() == 0) {
      bounded.count = std::numeric_limits<int64_t>::max();
    }
  }
  ROSTER_ASSIGN_OR_RETURN(const bool clusters, SeveralClusters(*client, flags));
  WarnIfStale(*client, flags.cluster);
  EventsPrinter printer(bounded, std::move(types), clusters,
                        UseColor(globals.no_color));
  ROSTER_RETURN_IF_ERROR(printer.PrintHistory(*client, since));
  return flags.follow ? printer.Follow(*client) : absl::OkStatus();
}

}  // namespace

Command AddEventsCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app = app.add_subcommand("events", "Show what happened");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "In this cluster")
          ->type_name("NAME");
  CLI::Option* member =
      command.app->add_option("-m,--member", flags->member, "To this member")
          ->type_name("NAME");
  CLI::Option* type = command.app
                          ->add_option("-t,--type", flags->types,
                                       "Of this type, as in lost; repeatable")
                          ->type_name("TYPE")
                          ->expected(1)
                          ->allow_extra_args(false)
                          ->take_all();
  command.app
      ->add_option("--since", flags->since,
                   "Not older than this, as in 90m, 2d")
      ->type_name("DURATION");
  flags->count_option =
      command.app
          ->add_option("-n,--count", flags->count,
                       "The newest so many (50; with --since: all)")
          ->type_name("NUMBER");
  const std::vector<std::string> formats = {"table", "wide", "json", "yaml"};
  CLI::Option* output = AddFormatOption(*command.app, flags->format, formats);
  command.app->add_flag("-f,--follow", flags->follow,
                        "Go on showing events until Ctrl-C");
  command.app->footer(R"(Examples:
  rosterctl events
  rosterctl events --follow --type lost,task-stalled
  rosterctl events --member web-01 --since 2d
  rosterctl events -n 0 --follow -o json

Types:)" + WrappedWords(TypeWords()));
  command.completers = {{cluster, ClusterNames()},
                        {member, MemberNames()},
                        {type, Words(TypeWords())},
                        {output, Words(formats)}};
  command.run = [flags](const Globals& globals) {
    return RunEvents(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
