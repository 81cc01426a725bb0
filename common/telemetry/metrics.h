// Metrics of one process, for Prometheus. docs/telemetry.md has the names; the
// same table stands in metric_names.cc, and a test compares them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"

namespace seaworthy {

// Names to values. Values come from closed sets: personas, endpoints, outcomes;
// never a URL, a tool or anything a stranger wrote.
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

enum class MetricType { kGauge, kCounter, kHistogram };

struct MetricName {
  const char* name;
  MetricType type;
  const char* help;
  // Counted by Metrics itself as it happens; else read from a source when
  // asked. Histograms are always kept.
  bool kept = false;
};
absl::Span<const MetricName> MetricNames();

// What a source knows at the moment.
class MetricSamples {
 public:
  virtual ~MetricSamples() = default;
  // `name` is one of the table that is not kept; others are left out.
  virtual void Add(std::string_view name, double value, const MetricLabels& labels = {}) = 0;
};

// Thread-safe. Owns its numbers, nothing else.
class Metrics {
 public:
  using Source = std::function<void(MetricSamples& samples)>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Asked at every scrape; must not wait for anything but a disk. What it reads
  // has to outlive the last scrape or DropSources.
  void AddSource(Source source) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits for the scrape under way; no source is asked any more.
  void DropSources() ABSL_LOCKS_EXCLUDED(mutex_);

  // Counts one more. A name that is not kept, or the 501st set of labels of a
  // name, is left out.
  void Count(std::string_view name, const MetricLabels& labels = {});
  // Adds to a histogram, in seconds.
  void Observe(std::string_view name, double seconds, const MetricLabels& labels = {});

  // Prometheus' text format 0.0.4. Every name of the table is there; one without
  // samples has its HELP and TYPE only.
  std::string Text() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Kept;

  const std::unique_ptr<Kept> kept_;
  mutable absl::Mutex mutex_;
  std::vector<Source> sources_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
