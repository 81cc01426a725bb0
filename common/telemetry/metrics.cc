#include "common/telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <string_view>
#include <unordered_map>

#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxSeries = 500;

// From a call on this machine to a draft that waited over a weekend.
prometheus::Histogram::BucketBoundaries SecondsBuckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,  0.25,  0.5,   1,      2.5,
          5,     10,     30,    60,   300,   900,  3600, 14400, 86400, 259200, 604800};
}

prometheus::MetricType ToPrometheus(MetricType type) {
  switch (type) {
    case MetricType::kGauge:
      return prometheus::MetricType::Gauge;
    case MetricType::kCounter:
      return prometheus::MetricType::Counter;
    case MetricType::kHistogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

// The families of one scrape, in the table's order.
class Scrape : public MetricSamples {
 public:
  Scrape() {
    for (const MetricName& name : MetricNames()) {
      at_[name.name] = families_.size();
      prometheus::MetricFamily& family = families_.emplace_back();
      family.name = name.name;
      family.help = name.help;
      family.type = ToPrometheus(name.type);
    }
  }

  void Add(std::string_view name, double value, const MetricLabels& labels) override {
    const auto found = at_.find(name);
    if (found == at_.end() || MetricNames()[found->second].kept) return;
    prometheus::MetricFamily& family = families_[found->second];
    if (family.metric.size() >= kMaxSeries) return;
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [label, text] : labels) metric.label.push_back({label, text});
    if (family.type == prometheus::MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
  }

  // Takes over what was kept.
  void Merge(std::vector<prometheus::MetricFamily> kept) {
    for (prometheus::MetricFamily& family : kept) {
      const auto found = at_.find(family.name);
      if (found != at_.end()) families_[found->second].metric = std::move(family.metric);
    }
  }

  std::string Text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
  std::map<std::string_view, size_t> at_;
};

}  // namespace

namespace {

// The counters or histograms of one name, found again without making one.
template <typename Metric>
class Series {
 public:
  explicit Series(prometheus::Family<Metric>* family) : family_(family) {}

  // Null for a set of labels too many.
  template <typename... Args>
  Metric* Find(const MetricLabels& labels, const Args&... args) {
    std::string key;
    for (const auto& [label, value] : labels) absl::StrAppend(&key, label, "=", value, std::string(1, '\0'));
    absl::MutexLock lock(&mutex_);
    const auto found = metrics_.find(key);
    if (found != metrics_.end()) return found->second;
    if (metrics_.size() >= kMaxSeries) return nullptr;
    return metrics_[key] = &family_->Add({labels.begin(), labels.end()}, args...);
  }

 private:
  prometheus::Family<Metric>* const family_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, Metric*> metrics_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

struct Metrics::Kept {
  prometheus::Registry registry;
  std::map<std::string_view, Series<prometheus::Counter>> counters;
  std::map<std::string_view, Series<prometheus::Histogram>> histograms;
};

Metrics::Metrics() : kept_(std::make_unique<Kept>()) {
  for (const MetricName& name : MetricNames()) {
    if (!name.kept) continue;
    if (name.type == MetricType::kHistogram) {
      kept_->histograms.try_emplace(
          name.name, &prometheus::BuildHistogram().Name(name.name).Help(name.help).Register(kept_->registry));
    } else {
      kept_->counters.try_emplace(
          name.name, &prometheus::BuildCounter().Name(name.name).Help(name.help).Register(kept_->registry));
    }
  }
}

Metrics::~Metrics() = default;

void Metrics::AddSource(Source source) {
  absl::MutexLock lock(&mutex_);
  sources_.push_back(std::move(source));
}

void Metrics::DropSources() {
  absl::MutexLock lock(&mutex_);
  sources_.clear();
}

void Metrics::Count(std::string_view name, const MetricLabels& labels) {
  const auto found = kept_->counters.find(name);
  if (found == kept_->counters.end()) return;
  if (prometheus::Counter* counter = found->second.Find(labels)) counter->Increment();
}

void Metrics::Observe(std::string_view name, double seconds, const MetricLabels& labels) {
  const auto found = kept_->histograms.find(name);
  if (found == kept_->histograms.end()) return;
  if (prometheus::Histogram* histogram = found->second.Find(labels, SecondsBuckets())) {
    histogram->Observe(seconds);
  }
}

std::string Metrics::Text() const {
  Scrape scrape;
  scrape.Merge(kept_->registry.Collect());
  absl::MutexLock lock(&mutex_);
  for (const Source& source : sources_) source(scrape);
  return scrape.Text();
}

}  // namespace seaworthy
