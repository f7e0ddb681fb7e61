#include "registrar/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "registrar/registrar.h"
#include "tests/support/status_matchers.h"

namespace roster::registrar {
namespace {

using ::roster::testing::StatusIs;
using ::testing::HasSubstr;

TEST(RegistrarOptionsTest, DefaultsAreValidAndNameTheHost) {
  const RegistrarOptions options;

  EXPECT_OK(options.Validate());
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof host - 1), 0);
  EXPECT_EQ(options.MemberName(), host);
}

TEST(RegistrarOptionsTest, MembersMayBeBesideTheStateOfTheCluster) {
  RegistrarOptions options;
  options.name = "default-1";
  for (const char* path : {"/roster", "/roster/members", "/roster/defaults"}) {
    options.members_path = path;
    EXPECT_OK(options.Validate()) << path;
  }
}

struct BadOption {
  std::string named;  // in the message
  std::function<void(RegistrarOptions&)> spoil;
};

class BadOptionTest : public ::testing::TestWithParam<BadOption> {};

TEST_P(BadOptionTest, IsRefusedByName) {
  RegistrarOptions options;
  options.name = "m";
  GetParam().spoil(options);

  EXPECT_THAT(Registrar::Create(options),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(GetParam().named)));
}

INSTANTIATE_TEST_SUITE_P(
    EachOption, BadOptionTest,
    ::testing::Values(
        BadOption{"servers", [](auto& o) { o.servers = ""; }},
        BadOption{"session_timeout",
                  [](auto& o) { o.session_timeout = -absl::Seconds(1); }},
        BadOption{"digest_credentials",
                  [](auto& o) { o.digest_credentials = "nocolon"; }},
        BadOption{"members_path", [](auto& o) { o.members_path = "m"; }},
        BadOption{"members_path",
                  [](auto& o) { o.members_path = "/roster/default"; }},
        BadOption{"members_path",
                  [](auto& o) { o.members_path = "/roster/default/control"; }},
        BadOption{"members_path",
                  [](auto& o) {
                    o.members_path = "/roster";
                    o.name = o.cluster;
                  }},
        BadOption{"members_path",
                  [](auto& o) {
                    o.members_path = "/";
                    o.name = "roster";
                  }},
        BadOption{"state_path", [](auto& o) { o.state_path = "/a//b"; }},
        BadOption{"cluster", [](auto& o) { o.cluster = "no spaces"; }},
        BadOption{"service", [](auto& o) { o.service = "\xFF"; }},
        BadOption{"version", [](auto& o) { o.version = "\xFF"; }},
        BadOption{"labels", [](auto& o) { o.labels["a"] = "\xFF"; }},
        BadOption{"labels", [](auto& o) { o.labels[""] = "a"; }},
        BadOption{"labels", [](auto& o) { o.labels["a\nb"] = "a"; }},
        BadOption{"endpoints", [](auto& o) { o.endpoints["\xFF"] = "a"; }},
        BadOption{
            "initial_state",
            [](auto& o) { o.initial_state = model::ReportedState::kLeaving; }},
        BadOption{
            "min_update_interval",
            [](auto& o) { o.min_update_interval = absl::InfiniteDuration(); }},
        BadOption{
            "host_gauges_interval",
            [](auto& o) { o.host_gauges_interval = absl::ZeroDuration(); }},
        BadOption{"leave_linger",
                  [](auto& o) { o.leave_linger = absl::Seconds(60); }},
        BadOption{
            "self_check_interval",
            [](auto& o) { o.self_check_interval = absl::ZeroDuration(); }},
        BadOption{"max_record_bytes", [](auto& o) { o.max_record_bytes = 10; }},
        BadOption{"max_record_bytes",
                  [](auto& o) { o.max_record_bytes = 64 * 1024 + 1; }},
        BadOption{"max_record_bytes", [](auto& o) {
                    o.max_record_bytes = 1024;
                    for (char c = 'a'; c <= 'z'; ++c)
                      o.labels[std::string(1, c)] = std::string(200, c);
                  }}));

// F12: each bad name is refused, and says what is wrong with it.
TEST(RegistrarNameTest, F12_BadNamesAreRefused) {
  for (const std::string& name :
       {std::string("."), std::string(".."), std::string("a/b"),
        std::string("/"), std::string("a\nb"), std::string("a\0b", 3),
        std::string("\x7F"), std::string("\xC2\x85"), std::string("\xFF"),
        std::string("\xEE\x80\x80"), std::string(256, 'a'),
        std::string(4096, 'a')}) {
    RegistrarOptions options;
    options.name = name;
    EXPECT_THAT(
        Registrar::Create(options),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("name: ")))
        << ::testing::PrintToString(name);
  }
}

}  // namespace
}  // namespace roster::registrar
