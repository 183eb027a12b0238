// SPDX-License-Identifier: MIT
#include "admin/metrics_writer.hpp"

#include <cstddef>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <utility>

namespace hookd::admin {

metrics_writer& metrics_writer::begin(std::string name, std::string help, prometheus::MetricType type) {
    families_.push_back({.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
    return *this;
}

metrics_writer& metrics_writer::counter(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

metrics_writer& metrics_writer::gauge(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

metrics_writer& metrics_writer::add(double value, std::string_view label, std::string_view label_value) {
    return add(value, {{label, label_value}});
}

metrics_writer& metrics_writer::add(double value,
                                    std::initializer_list<std::pair<std::string_view, std::string_view>> labels) {
    auto& metric = families_.back().metric.emplace_back();
    (families_.back().type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    for (const auto& [name, label] : labels) {
        metric.label.push_back({std::string{name}, std::string{label}});
    }
    return *this;
}

void metrics_writer::distribution(std::string name, std::string help, const histogram& counters, double unit) {
    begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
    const auto read = counters.read();
    auto& shown = families_.back().metric.emplace_back().histogram;
    for (std::size_t i = 0; i < counters.bounds().size(); ++i) {
        shown.bucket.push_back({read.cumulative[i], static_cast<double>(counters.bounds()[i]) / unit});
    }
    shown.sample_count = read.cumulative.back();
    shown.sample_sum = static_cast<double>(read.sum) / unit;
}

std::string metrics_writer::text() const {
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, families_);
    return std::move(out).str();
}

} // namespace hookd::admin
