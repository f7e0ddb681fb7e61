#include "tests/support/zk_ensemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"

namespace roster::testing {
namespace {

TEST(ZkEnsembleTest, OutlivesItsLeaderAndStopsWithoutQuorum) {
  ZkEnsemble ensemble;
  const int first = ensemble.Leader();
  ASSERT_GE(first, 0);
  const int second = (first + 1) % 3;
  const int third = (first + 2) % 3;
  ZkProbe to_first(ensemble.server(first).ConnectString());
  ASSERT_OK(to_first.Create("/kept", "1"));

  ensemble.server(first).Kill9();
  EVENTUALLY(ensemble.Leader() >= 0);
  EXPECT_NE(ensemble.Leader(), first);
  ZkProbe to_second(ensemble.server(second).ConnectString());
  // The survivors drop their clients while they elect.
  EVENTUALLY(to_second.Set("/kept", "2").ok());

  ensemble.server(third).Kill9();
  EVENTUALLY_THAT(to_second.Set("/kept", "3").status(),
                  StatusIs(absl::StatusCode::kUnavailable));

  ASSERT_OK(ensemble.StartAll());
  EVENTUALLY_THAT(to_first.Get("/kept"),
                  IsOkAndHolds(::testing::AnyOf("2", "3")));
}

}  // namespace
}  // namespace roster::testing
