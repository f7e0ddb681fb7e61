#include "tests/e2e/rosterd_process.h"

#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/strings.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::testing {
namespace {

using nlohmann::json;

std::chrono::system_clock::time_point Deadline() {
  return absl::ToChronoTime(absl::Now() + Scaled(absl::Seconds(10)));
}

}  // namespace

std::string RosterdBinary() { return ROSTERD_BINARY; }
std::string RosterctlBinary() { return ROSTERCTL_BINARY; }
std::string FileIndexerBinary() { return FILE_INDEXER_BINARY; }
std::string DrainMemberBinary() { return DRAIN_MEMBER_BINARY; }
std::string SourceDir() { return ROSTER_SOURCE_DIR; }

RosterdProcess::RosterdProcess(std::vector<std::string> flags) {
  const std::string file = dir_.File("addresses.json");
  std::vector<std::string> argv = {
      RosterdBinary(), "--grpc-listen",  "127.0.0.1:0", "--http-listen",
      "127.0.0.1:0",   "--address-file", file};
  argv.insert(argv.end(), flags.begin(), flags.end());
  auto process = Subprocess::Start({.argv = argv});
  if (!process.ok()) std::abort();
  process_ = *std::move(process);
  const bool there = static_cast<bool>(WaitUntil(
      [&] { return !ReadFile(file).empty() || !process_->Running(); }));
  const json addresses = json::parse(ReadFile(file), nullptr, false);
  if (!there || addresses.is_discarded()) {
    std::fprintf(stderr, "rosterd did not start:\n%s", Log().c_str());
    std::abort();
  }
  grpc_ = addresses["grpc"][0];
  http_ = addresses["http"][0];
  zookeeper_ = addresses["zookeeper"];
  stub_ = v1::MembershipService::NewStub(
      grpc::CreateChannel(grpc_, grpc::InsecureChannelCredentials()));
}

std::unique_ptr<RosterdProcess> RosterdProcess::Watching(
    const std::string& servers, std::vector<std::string> flags) {
  flags.insert(flags.end(),
               {"--zookeeper", servers, "--session-timeout", "2s"});
  return std::make_unique<RosterdProcess>(std::move(flags));
}

RosterdProcess::~RosterdProcess() = default;

CommandResult RosterdProcess::Rosterctl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), RosterctlBinary());
  auto result = RunCommand(SubprocessOptions{
      .argv = arguments, .env = {{"ROSTER_ENDPOINT", grpc_}}});
  EXPECT_OK(result.status());
  return result.ok() ? *std::move(result) : CommandResult{};
}

json RosterdProcess::Members() {
  const CommandResult result = Rosterctl({"members", "-o", "json"});
  EXPECT_EQ(result.status.code, 0) << result.err;
  return json::parse(result.out, nullptr, false);
}

json RosterdProcess::Member(const std::string& name) {
  for (const json& member : Members())
    if (member["name"] == name) return member;
  return nullptr;
}

v1::Member RosterdProcess::Get(const std::string& name) {
  v1::GetMemberRequest request;
  request.set_name(name);
  v1::GetMemberResponse response;
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  if (!stub_->GetMember(&context, request, &response).ok()) return {};
  return response.member();
}

std::string RosterdProcess::Status(const std::string& name) {
  const v1::Member member = Get(name);
  if (member.name().empty()) return "";
  return v1::MemberStatus_Name(member.status())
      .substr(std::string("MEMBER_STATUS_").size());
}

v1::ClusterSummary RosterdProcess::Summary(const std::string& cluster) {
  v1::GetSummaryRequest request;
  request.set_cluster(cluster);
  v1::GetSummaryResponse response;
  grpc::ClientContext context;
  context.set_deadline(Deadline());
  stub_->GetSummary(&context, request, &response);
  return response.summary();
}

bool RosterdProcess::Connected() {
  const v1::ViewInfo view = Summary().view();
  return view.connected() && view.synced();
}

std::string RosterdProcess::HttpGet(const std::string& path, int* code) {
  auto result = RunCommand({"curl", "-sS", "-w", "\n%{http_code}",
                            base::StrCat("http://", http_, path)});
  EXPECT_OK(result.status());
  if (!result.ok()) return "";
  const size_t end = result->out.rfind('\n');
  if (code != nullptr) *code = std::atoi(result->out.c_str() + end + 1);
  return result->out.substr(0, end);
}

std::vector<v1::Event> RosterdProcess::Events() {
  std::vector<v1::Event> events;
  v1::ListEventsRequest request;
  request.set_page_size(10'000);
  do {
    v1::ListEventsResponse response;
    grpc::ClientContext context;
    context.set_deadline(Deadline());
    const grpc::Status status = stub_->ListEvents(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    events.insert(events.end(), response.events().begin(),
                  response.events().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return events;
}

}  // namespace roster::testing
