#include "admin/exposition.hpp"

#include <cstddef>
#include <prometheus/text_serializer.h>
#include <sstream>
#include <utility>

namespace hookd::admin {

exposition& exposition::begin(std::string name, std::string help, prometheus::MetricType type) {
    families_.push_back({.name = std::move(name), .help = std::move(help), .type = type, .metric = {}});
    return *this;
}

exposition& exposition::counter(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Counter);
}

exposition& exposition::gauge(std::string name, std::string help) {
    return begin(std::move(name), std::move(help), prometheus::MetricType::Gauge);
}

exposition& exposition::add(double value, std::string_view label, std::string_view label_value) {
    auto& metric = families_.back().metric.emplace_back();
    (families_.back().type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    if (!label.empty()) {
        metric.label.push_back({std::string{label}, std::string{label_value}});
    }
    return *this;
}

void exposition::distribution(std::string name, std::string help, const histogram& counted, double unit) {
    begin(std::move(name), std::move(help), prometheus::MetricType::Histogram);
    const auto read = counted.read();
    auto& shown = families_.back().metric.emplace_back().histogram;
    for (std::size_t i = 0; i < counted.bounds().size(); ++i) {
        shown.bucket.push_back({read.cumulative[i], static_cast<double>(counted.bounds()[i]) / unit});
    }
    shown.sample_count = read.cumulative.back();
    shown.sample_sum = static_cast<double>(read.sum) / unit;
}

std::string exposition::text() const {
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, families_);
    return std::move(out).str();
}

} // namespace hookd::admin
