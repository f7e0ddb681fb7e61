#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "monitor/state/cluster_view.h"

namespace roster::monitor {

struct MemberSeriesOptions {
  // Members that get series of their own: LOST ones first, then the others,
  // by cluster and name within each.
  size_t max_members = 20'000;
  // Beyond these a member's tasks, then its gauges, are left out, so that one
  // member cannot fill the page.
  size_t max_series_per_member = 100;
  // Labels of the member record that roster_member_info shows, as
  // label_<name>. Each value that a label can take is a new series.
  std::vector<std::string> info_labels = {"zone"};
};

// The families of single members as Prometheus text: status, info, times,
// gauges and tasks.
//
// This is text written by hand because prometheus-cpp cannot do it in time:
// for 10,000 members with 6 series each its MetricFamily vectors and
// TextSerializer take 66 ms where this takes about a sixth of that, and the
// bar is 30 ms (bench/scrape_bench). All that is bounded goes through
// prometheus-cpp; see metrics_page.h.
//
// A member that is absent keeps its status, info and times; its gauges and
// tasks go, lest the last values of a dead machine look alive.
//
// Thread-safety: a pure function of immutable views.
std::string RenderMemberSeries(const std::vector<ClusterViewPtr>& views,
                               const MemberSeriesOptions& options);

}  // namespace roster::monitor
