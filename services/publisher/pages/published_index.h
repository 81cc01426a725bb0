// Summaries of everything published, in memory: what lists, maps of the site
// and feeds are made of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "seaworthy/v1/comparison.pb.h"

namespace seaworthy {

// One tool of a published comparison, as a list shows it.
struct PublishedTool {
  std::string id;
  std::string name;
  std::string vendor;
  std::string category;
  std::string tagline;
  v1::ToolKind kind = v1::TOOL_KIND_UNSPECIFIED;
  uint32_t revision = 0;
  std::vector<v1::PersonaVote> votes;  // In persona order.
};

// A published comparison, as a list shows it.
struct PublishedEntry {
  std::string id;
  std::shared_ptr<const PublishedTool> a;  // Never null.
  std::shared_ptr<const PublishedTool> b;  // Never null.
  std::string content_hash;
  absl::Time decide_time;
  absl::Time first_publish_time;
  absl::Time publish_time;
  absl::Time correct_time = absl::InfinitePast();  // InfinitePast: never.

  // When its page changed last.
  absl::Time UpdateTime() const { return std::max(publish_time, correct_time); }
};

using PublishedEntryPtr = std::shared_ptr<const PublishedEntry>;
// Newest first, ties by id.
using PublishedEntries = std::vector<PublishedEntryPtr>;

PublishedEntryPtr MakePublishedEntry(const v1::PublishedSummary& summary);

// Thread-safe. Equal tools are kept once however many comparisons hold them:
// 100,000 comparisons take about 60 MB.
class PublishedIndex {
 public:
  // Takes up what changed.
  void Apply(const v1::PublishedChange& change);

  PublishedEntryPtr Find(const std::string& id) const;
  // The newest, after skipping some.
  PublishedEntries Newest(size_t limit, size_t skip = 0) const;
  // Those changed last: approvals and corrections.
  PublishedEntries LastChanged(size_t limit) const;
  // All with a tool.
  PublishedEntries OfTool(const std::string& tool_id) const;
  // The newest of a category (of either tool), after skipping some.
  PublishedEntries OfCategory(const std::string& category, size_t limit, size_t skip = 0) const;
  PublishedEntries All() const;
  // Categories by name with how many comparisons they hold.
  std::map<std::string, size_t> Categories() const;
  // Sorted.
  std::vector<std::string> ToolIds() const;
  bool HasTool(const std::string& tool_id) const;
  size_t size() const;
  // When anything changed last; InfinitePast where nothing is published.
  absl::Time LastChange() const;

 private:
  struct TimeKey {
    absl::Time time;
    std::string_view id;
    bool operator<(const TimeKey& other) const {
      return time != other.time ? time > other.time : id < other.id;
    }
  };
  using ByTime = absl::btree_map<TimeKey, PublishedEntryPtr>;

  void Add(const PublishedEntryPtr& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<const PublishedTool> Shared(const std::shared_ptr<const PublishedTool>& tool)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string_view, PublishedEntryPtr> by_id_ ABSL_GUARDED_BY(mutex_);
  ByTime by_publish_ ABSL_GUARDED_BY(mutex_);
  ByTime by_update_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, ByTime> by_tool_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, ByTime> by_category_ ABSL_GUARDED_BY(mutex_);
  // The form of each tool seen last; most comparisons share it.
  absl::flat_hash_map<std::string, std::shared_ptr<const PublishedTool>> tools_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
