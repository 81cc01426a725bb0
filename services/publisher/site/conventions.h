// What search engines, feed readers and programs expect of a site, beside its
// pages. See docs/serving.md.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/publisher/pages/published.h"

namespace seaworthy {

// A page or document of the site.
struct SitePage {
  std::string media_type;
  std::string body;
  std::string moved_to;  // Set where the page has another address.
};

// Whether a pair's page says something its two tools' own pages do not: both
// stand on one shelf, and at least one persona votes differently on them or
// is surer of one by ten points. Others are kept from indexing.
bool HasUniqueEvidence(const PublishedEntry& entry);
bool HasUniqueEvidence(const v1::ComparisonContent& content);

// `2026-11-20T09:14:00Z`.
std::string TimeStampText(absl::Time time);
// For XML text and attributes; what XML cannot hold is left out.
std::string XmlEscape(absl::string_view text);

// Thread-safe. Documents depend only on what is published.
class Conventions {
 public:
  struct Options {
    Published* published = nullptr;  // Not owned.
    // Absolute addresses begin with this; without a trailing slash.
    std::function<std::string()> base_url;
  };
  explicit Conventions(Options options) : options_(std::move(options)) {}

  // Paths with a fixed address, for routes: `/robots.txt` …
  static std::vector<std::string> FixedPaths();
  // Every document there is now.
  absl::StatusOr<std::vector<std::string>> Paths() const;
  // One of them; nothing where the path is none of theirs. Errors: NOT_FOUND;
  // the aggregator's.
  absl::StatusOr<std::optional<SitePage>> Render(const std::string& path) const;
  // The address of the page an odd spelling stands for: other order, capitals,
  // a slash at the end, merged tools. Errors: NOT_FOUND.
  absl::StatusOr<std::string> Canonical(const std::string& path) const;

 private:
  std::string RobotsText() const;
  std::string LlmsText(const PublishedIndex& index) const;
  absl::StatusOr<std::string> FactsJson(const std::string& tool_id) const;

  const Options options_;
};

}  // namespace seaworthy
