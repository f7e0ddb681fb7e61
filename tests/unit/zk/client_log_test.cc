#include "zk/client_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace roster::zk {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr char kRefused[] =
    "2026-11-22 08:00:00,123:42:ZOO_ERROR@zookeeper_process@2966: "
    "Socket 127.0.0.1:2181 zk retcode=-4, errno=111(Connection refused): "
    "server refused to accept the client";

TEST(ClientLogTest, TurnsSocketErrorsIntoReasonsForPeople) {
  EXPECT_EQ(
      ReasonFromClientLine("Socket 10.0.0.1:2181 zk retcode=-4, "
                           "errno=111(Connection refused): server refused"),
      "10.0.0.1:2181: Connection refused");
  EXPECT_EQ(ReasonFromClientLine(
                "Socket [::1]:2181 zk retcode=-4, errno=112(Host is down): "
                "failed while receiving a server response"),
            "[::1]:2181: connection closed by the server");
  EXPECT_EQ(ReasonFromClientLine(
                "Socket 10.0.0.1:2181 zk retcode=-7, "
                "errno=110(Connection timed out): connection to x timed out"),
            "10.0.0.1:2181: no answer in time");
  EXPECT_EQ(ReasonFromClientLine(
                "Socket 10.0.0.1:2181 zk retcode=-112, errno=116(Stale file "
                "handle): sessionId=0x1 has expired."),
            "the server has expired the session");
  EXPECT_EQ(ReasonFromClientLine("something else"), "");
}

TEST(ClientLogTest, ALineBelongsToTheInnermostScopeOfItsThread) {
  std::vector<std::pair<base::LogLevel, std::string>> lines;
  const base::LogSink sink = [&](base::LogLevel level, std::string_view line) {
    lines.emplace_back(level, std::string(line));
  };
  const base::LogSink other = [](base::LogLevel, std::string_view) {
    ADD_FAILURE() << "wrong sink";
  };
  std::string last_error;
  std::string other_error;
  ClientLogScope::OnLine(kRefused);  // nobody's
  {
    ClientLogScope outer(other, other_error);
    ClientLogScope inner(sink, last_error);
    ClientLogScope::OnLine(kRefused);
    ClientLogScope::OnLine("date:42:ZOO_ERROR@destroy@1: out of memory");
    ClientLogScope::OnLine("date:42:ZOO_WARN@interest@1: Exceeded deadline");
  }
  EXPECT_EQ(last_error, "127.0.0.1:2181: Connection refused");
  EXPECT_EQ(other_error, "");
  EXPECT_THAT(
      lines,
      ElementsAre(
          Pair(base::LogLevel::kDebug,
               "zookeeper client says text=\"Socket 127.0.0.1:2181 zk "
               "retcode=-4, errno=111(Connection refused): server refused to "
               "accept the client\""),
          Pair(base::LogLevel::kWarning,
               "zookeeper client says text=\"out of memory\""),
          Pair(base::LogLevel::kDebug,
               "zookeeper client says text=\"Exceeded deadline\"")));
}

}  // namespace
}  // namespace roster::zk
