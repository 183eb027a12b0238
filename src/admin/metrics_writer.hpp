// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/counter.hpp>

#include <initializer_list>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookd::admin {

/// Writes metrics in Prometheus' text format 0.0.4. A family is begun, then its values are added.
class metrics_writer {
public:
    metrics_writer& counter(std::string name, std::string help);
    metrics_writer& gauge(std::string name, std::string help);
    /// The family's next value.
    metrics_writer& add(double value, std::string_view label, std::string_view label_value);
    metrics_writer& add(double value, std::initializer_list<std::pair<std::string_view, std::string_view>> labels = {});
    /// A family of one histogram, in units of `scale` units of the histogram.
    void distribution(std::string name, std::string help, const histogram& counters, double unit);

    std::string text() const;

private:
    metrics_writer& begin(std::string name, std::string help, prometheus::MetricType type);

    std::vector<prometheus::MetricFamily> families_;
};

} // namespace hookd::admin
