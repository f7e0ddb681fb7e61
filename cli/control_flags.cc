#include "cli/control_flags.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "cli/format.h"
#include "cli/nearest.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

const std::vector<std::string>& Orders() {
  static const auto& orders =
      *new std::vector<std::string>{"name", "given", "oldest"};
  return orders;
}

std::string UserName() {
  if (const struct passwd* user = getpwuid(getuid()); user != nullptr)
    return user->pw_name;
  return absl::StrCat(getuid());
}

std::string HostName() {
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.data();
}

// The next moment at which it is `clock` ("08:00") here.
absl::StatusOr<absl::Time> NextClock(std::string_view clock, absl::Time now) {
  const absl::TimeZone zone = absl::LocalTimeZone();
  const std::string today = absl::FormatTime("%Y-%m-%d", now, zone);
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d %H:%M", base::StrCat(today, " ", clock), zone,
                       &time, &error))
    return absl::InvalidArgumentError(error);
  return time > now ? time : time + absl::Hours(24);
}

}  // namespace

absl::Status TargetFlags::Check() const {
  const int ways = (names.empty() ? 0 : 1) + (selector.empty() ? 0 : 1) + all;
  if (ways == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      ways == 0 ? "which members? give their names, -l SELECTOR, or --all"
                : "give names, -l SELECTOR or --all, only one of them");
}

void AddTargetFlags(Command& command, TargetFlags& flags) {
  CLI::Option* names =
      command.app->add_option("NAME", flags.names, "Names of members")
          ->type_name("");
  command.app->add_option("-l,--selector", flags.selector,
                          "Members that match, as in zone=a,role!=db");
  command.app->add_flag("--all", flags.all, "All members of the cluster");
  command.completers[names] = MemberNames();
}

void AddCallFlags(Command& command, CallFlags& flags) {
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags.cluster, "In this cluster")
          ->type_name("NAME");
  command.app
      ->add_option("--as", flags.actor, "Who asks (ROSTER_ACTOR, user@host)")
      ->type_name("ACTOR");
  command.app->add_option("--reason", flags.reason, "Why")->type_name("TEXT");
  command.completers[cluster] = ClusterNames();
}

void AddRequestFlags(Command& command, CallFlags& flags) {
  command.app->add_flag("--dry-run", flags.dry_run,
                        "Say what would happen, and change nothing");
  command.app
      ->add_option("--request-id", flags.request_id,
                   "To repeat a call without doing it twice")
      ->type_name("ID");
}

void AddYesFlag(Command& command, bool& yes) {
  command.app->add_flag("-y,--yes", yes, "Do not ask");
}

std::string Actor(const std::string& flag) {
  if (!flag.empty()) return flag;
  if (const char* variable = getenv("ROSTER_ACTOR");
      variable != nullptr && *variable != '\0')
    return base::ToValidUtf8(variable);
  return base::ToValidUtf8(base::StrCat(UserName(), "@", HostName()));
}

std::string RequestId(const std::string& flag) {
  if (!flag.empty()) return flag;
  std::random_device random;
  return absl::StrCat("ctl-", absl::Hex(random(), absl::kZeroPad8),
                      absl::Hex(random(), absl::kZeroPad8));
}

absl::Status ForRepeating(absl::Status status, const std::string& request_id) {
  // What rosterd says with a reason is sure, unless that is the reason.
  const std::string reason = base::DetailsOf(status).reason;
  const bool unsure = reason.empty() ? absl::IsUnavailable(status) ||
                                           absl::IsDeadlineExceeded(status) ||
                                           absl::IsUnknown(status)
                                     : reason == "OUTCOME_UNKNOWN";
  if (!unsure) return status;
  return absl::Status(
      status.code(),
      base::StrCat(
          base::Message(status),
          "; it may have happened: the same command with --request-id ",
          request_id, " tells, and does not do it twice"));
}

absl::Status WithNearNames(absl::Status status, Client& client,
                           const std::string& cluster,
                           const std::vector<std::string>& asked) {
  constexpr size_t kMost = 3;
  const std::string reason = base::DetailsOf(status).reason;
  if (asked.empty() || reason != "MEMBER_NOT_FOUND") return status;
  roster::v1::ListMembersRequest request;
  request.set_cluster(cluster);
  const auto members = client.ListAllMembers(request, nullptr);
  if (!members.ok()) return status;
  std::vector<std::string> names;
  for (const auto& member : *members) names.push_back(member.name());
  std::vector<std::string> near;
  for (const std::string& name : asked) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    for (std::string& one : Nearest(name, names, kMost))
      if (near.size() < kMost) near.push_back(std::move(one));
  }
  return base::WithReason(
      absl::Status(status.code(),
                   base::StrCat(base::Message(status), DidYouMean(near))),
      reason);
}

bool PacingFlags::given() const {
  return !batch_size.empty() || !min_healthy.empty() || !step_timeout.empty() ||
         failure_limit != 0;
}

absl::StatusOr<roster::v1::Pacing> PacingFlags::Parse() const {
  roster::v1::Pacing pacing;
  if (!batch_size.empty()) {
    const bool percent = batch_size.ends_with("%");
    int32_t number = 0;
    if (!absl::SimpleAtoi(
            batch_size.substr(0, batch_size.size() - (percent ? 1 : 0)),
            &number) ||
        number < 1 || (percent && number > 100)) {
      return absl::InvalidArgumentError(
          base::StrCat("--batch-size wants a number such as 3, or a share from "
                       "1% to 100%, not '",
                       Visible(batch_size), "'"));
    }
    percent ? pacing.set_batch_percent(number) : pacing.set_batch_size(number);
  }
  if (order == "given") pacing.set_order(v1::OPERATION_ORDER_GIVEN);
  if (order == "oldest") pacing.set_order(v1::OPERATION_ORDER_OLDEST);
  if (!min_healthy.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*pacing.mutable_min_healthy(),
                            DurationFlag("--min-healthy", min_healthy));
  }
  if (!step_timeout.empty()) {
    ROSTER_ASSIGN_OR_RETURN(*pacing.mutable_step_timeout(),
                            DurationFlag("--step-timeout", step_timeout));
  }
  pacing.set_failure_limit(failure_limit);
  return pacing;
}

void AddPacingFlags(Command& command, PacingFlags& flags) {
  command.app
      ->add_option("--batch-size", flags.batch_size,
                   "At most so many at a time, as in 3 or 10%")
      ->type_name("N|P%");
  CLI::Option* order = AddChoice(*command.app, "--order", flags.order, Orders(),
                                 "In which order");
  command.app
      ->add_option("--min-healthy", flags.min_healthy,
                   "UP for so long counts as healthy (10s)")
      ->type_name("DURATION");
  command.app
      ->add_option("--step-timeout", flags.step_timeout,
                   "To be registered again, and healthy (5m)")
      ->type_name("DURATION");
  command.app
      ->add_option("--failure-limit", flags.failure_limit,
                   "Stop when more than so many failed (0)")
      ->type_name("N");
  command.completers[order] = Words(Orders());
}

absl::StatusOr<google::protobuf::Duration> DurationFlag(
    std::string_view flag, const std::string& text) {
  const absl::StatusOr<absl::Duration> parsed = ParseDuration(text);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        base::StrCat(flag, ": ", base::Message(parsed.status())));
  }
  absl::Duration rest = *parsed;
  google::protobuf::Duration out;
  out.set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  return out;
}

absl::StatusOr<absl::Time> ParseMoment(std::string_view text, absl::Time now) {
  const absl::Status wrong = absl::InvalidArgumentError(base::StrCat(
      "'", Visible(text), "' is no time; write it like 2026-11-22T08:00:00Z, ",
      "'2026-11-22 08:00' or 08:00 in local time, or +2h from now"));
  if (text.starts_with("+")) {
    const auto delay = ParseDuration(text.substr(1));
    return delay.ok() ? absl::StatusOr<absl::Time>(now + *delay) : wrong;
  }
  absl::Time time;
  std::string error;
  const std::string moment(text);
  for (const char* format : {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d %H:%M:%S",
                             "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"}) {
    if (absl::ParseTime(format, moment, absl::LocalTimeZone(), &time, &error))
      return time;
  }
  const auto clock = NextClock(text, now);
  return clock.ok() ? clock : wrong;
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp out;
  out.set_seconds(absl::ToUnixSeconds(time));
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(out.seconds()))));
  return out;
}

}  // namespace roster::cli
