#pragma once

#include <string>
#include <string_view>

#include "monitor/metrics/metric_names.h"

namespace roster::monitor {

// Pieces of the Prometheus text format 0.0.4, appended to a string. For the
// families that are too large for prometheus-cpp; see member_series.h.

// The HELP and TYPE lines.
void AppendFamilyHead(const MetricSpec& spec, std::string& out);

// The value of a label without its quotes, escaped. Bytes that are not UTF-8,
// and NUL, which Prometheus takes for the end of the page, become U+FFFD.
void AppendLabelValue(std::string_view value, std::string& out);

// The shortest decimal that reads back as the same number; NaN, +Inf, -Inf.
void AppendNumber(double value, std::string& out);

// `name` as a label name: characters other than [a-zA-Z0-9_] become '_'.
std::string LabelName(std::string_view name);

}  // namespace roster::monitor
