#include "tests/integration/registrar/registrar_fixture.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"

namespace roster::registrar {

base::LogSink LogLines::Sink() {
  return [shared = shared_](base::LogLevel level, std::string_view line) {
    base::MutexLock lock(&shared->mu);
    shared->lines.push_back({level, std::string(line)});
  };
}

size_t LogLines::Count(base::LogLevel level, std::string_view text) const {
  base::MutexLock lock(&shared_->mu);
  size_t count = 0;
  for (const Line& line : shared_->lines)
    if (line.level >= level && line.text.find(text) != std::string::npos)
      ++count;
  return count;
}

RegistrarTest::RegistrarTest() : RegistrarTest(testing::ZkServer::Shared()) {}

RegistrarTest::RegistrarTest(testing::ZkServer& server)
    : server_(server),
      chroot_(server.NewChroot()),
      probe_(server.ConnectString(chroot_)) {}

RegistrarOptions RegistrarTest::Options() {
  RegistrarOptions options;
  options.servers = server_.ConnectString(chroot_);
  options.name = kName;
  options.service = "web";
  options.session_timeout = absl::Seconds(4);
  options.min_update_interval = absl::Milliseconds(20);
  options.leave_linger = absl::Milliseconds(20);
  options.log = log_.Sink();
  return options;
}

std::unique_ptr<Registrar> RegistrarTest::Make(RegistrarOptions options) {
  auto registrar = Registrar::Create(std::move(options));
  if (!registrar.ok()) std::abort();
  return *std::move(registrar);
}

std::unique_ptr<Registrar> RegistrarTest::MakeRegistered(
    RegistrarOptions options) {
  std::unique_ptr<Registrar> registrar = Make(std::move(options));
  EXPECT_TRUE(testing::WaitUntil([&] { return registrar->status().registered; },
                                 "it is registered"))
      << registrar->status().reason;
  return registrar;
}

std::optional<model::MemberRecord> RegistrarTest::Record(
    const std::string& path) {
  const absl::StatusOr<std::string> data = probe_.Get(path);
  if (!data.ok()) return std::nullopt;
  const model::ParsedRecord parsed = model::ParseMemberRecord(*data);
  EXPECT_EQ(parsed.opaque_reason, "");
  EXPECT_EQ(parsed.warning, "");
  return parsed.record;
}

std::string RegistrarTest::State() {
  const auto record = Record();
  return record ? std::string(model::ReportedStateName(record->state))
                : "no node";
}

int64_t RegistrarTest::Czxid() {
  const auto stat = probe_.Stat(kPath);
  return stat.ok() ? stat->czxid : 0;
}

int64_t RegistrarTest::Owner() {
  const auto stat = probe_.Stat(kPath);
  return stat.ok() ? stat->ephemeral_owner : 0;
}

void RegistrarTest::WriteOrder(int64_t epoch, bool held) {
  model::Order order;
  order.epoch = epoch;
  if (held) order.holds.push_back({.id = "h-1", .owner = "ops"});
  WriteOrder(order);
}

void RegistrarTest::WriteOrder(const model::Order& order) {
  ASSERT_OK(probe_.CreateWithParents(kOrderPath));
  ASSERT_OK(probe_.Set(kOrderPath, model::SerializeOrder(order)));
}

std::unique_ptr<testing::Subprocess> RegistrarTest::StartMember(
    absl::Duration timeout, const std::string& ending) {
  auto process = testing::Subprocess::Start(
      {.argv = {MEMBER_PROCESS, server_.ConnectString(chroot_), kName,
                absl::StrCat(absl::ToInt64Milliseconds(timeout)), ending}});
  if (!process.ok()) std::abort();
  return *std::move(process);
}

}  // namespace roster::registrar
