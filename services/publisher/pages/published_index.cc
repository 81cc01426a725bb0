#include "services/publisher/pages/published_index.h"

#include <algorithm>
#include <utility>

namespace seaworthy {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

std::shared_ptr<const PublishedTool> MakeTool(const v1::PublishedToolSummary& summary) {
  auto tool = std::make_shared<PublishedTool>();
  tool->id = summary.tool_id();
  tool->name = summary.name();
  tool->vendor = summary.vendor();
  tool->category = summary.category();
  tool->tagline = summary.tagline();
  tool->kind = summary.kind();
  tool->revision = summary.revision();
  tool->votes.assign(summary.votes().begin(), summary.votes().end());
  return tool;
}

bool SameVote(const v1::PersonaVote& x, const v1::PersonaVote& y) {
  return x.persona_id() == y.persona_id() && x.vote() == y.vote() && x.confidence() == y.confidence();
}

bool Same(const PublishedTool& x, const PublishedTool& y) {
  return x.id == y.id && x.name == y.name && x.vendor == y.vendor && x.category == y.category &&
         x.tagline == y.tagline && x.kind == y.kind && x.revision == y.revision &&
         std::equal(x.votes.begin(), x.votes.end(), y.votes.begin(), y.votes.end(), SameVote);
}

template <typename ByTime>
PublishedEntries Some(const ByTime& entries, size_t limit, size_t skip) {
  PublishedEntries some;
  if (skip >= entries.size()) return some;
  some.reserve(std::min(limit, entries.size() - skip));
  auto it = entries.begin();
  std::advance(it, skip);
  for (; it != entries.end() && some.size() < limit; ++it) some.push_back(it->second);
  return some;
}

}  // namespace

PublishedEntryPtr MakePublishedEntry(const v1::PublishedSummary& summary) {
  auto entry = std::make_shared<PublishedEntry>();
  entry->id = summary.comparison_id();
  entry->a = MakeTool(summary.a());
  entry->b = MakeTool(summary.b());
  entry->content_hash = summary.content_hash();
  entry->decide_time = TimeOf(summary.decision().decide_time());
  entry->publish_time = summary.has_publish_time() ? TimeOf(summary.publish_time()) : entry->decide_time;
  entry->first_publish_time =
      summary.has_first_publish_time() ? TimeOf(summary.first_publish_time()) : entry->publish_time;
  if (summary.has_correct_time()) entry->correct_time = TimeOf(summary.correct_time());
  return entry;
}

std::shared_ptr<const PublishedTool> PublishedIndex::Shared(
    const std::shared_ptr<const PublishedTool>& tool) {
  auto& last = tools_[tool->id];
  if (last == nullptr || !Same(*last, *tool)) last = tool;
  return last;
}

void PublishedIndex::Apply(const v1::PublishedChange& change) {
  PublishedEntryPtr entry;
  if (change.has_summary()) entry = MakePublishedEntry(change.summary());
  absl::MutexLock lock(&mutex_);
  Remove(change.comparison_id());
  if (entry == nullptr) return;
  auto sharing = std::make_shared<PublishedEntry>(*entry);
  sharing->a = Shared(entry->a);
  sharing->b = Shared(entry->b);
  Add(sharing);
}

void PublishedIndex::Add(const PublishedEntryPtr& entry) {
  const TimeKey published{entry->publish_time, entry->id};
  by_id_[entry->id] = entry;
  by_publish_[published] = entry;
  by_update_[{entry->UpdateTime(), entry->id}] = entry;
  for (const PublishedTool* tool : {entry->a.get(), entry->b.get()}) {
    by_tool_[tool->id][published] = entry;
    if (!tool->category.empty()) by_category_[tool->category][published] = entry;
  }
}

void PublishedIndex::Remove(const std::string& id) {
  const auto it = by_id_.find(id);
  if (it == by_id_.end()) return;
  const PublishedEntryPtr entry = it->second;  // Outlives the keys that point into it.
  by_id_.erase(it);
  const TimeKey published{entry->publish_time, entry->id};
  by_publish_.erase(published);
  by_update_.erase({entry->UpdateTime(), entry->id});
  const auto erase = [&published](auto& maps, const std::string& key) {
    const auto found = maps.find(key);
    if (found == maps.end()) return false;
    found->second.erase(published);
    if (!found->second.empty()) return false;
    maps.erase(found);
    return true;
  };
  for (const PublishedTool* tool : {entry->a.get(), entry->b.get()}) {
    if (erase(by_tool_, tool->id)) tools_.erase(tool->id);
    erase(by_category_, tool->category);
  }
}

PublishedEntryPtr PublishedIndex::Find(const std::string& id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

PublishedEntries PublishedIndex::Newest(size_t limit, size_t skip) const {
  absl::MutexLock lock(&mutex_);
  return Some(by_publish_, limit, skip);
}

PublishedEntries PublishedIndex::LastChanged(size_t limit) const {
  absl::MutexLock lock(&mutex_);
  return Some(by_update_, limit, 0);
}

PublishedEntries PublishedIndex::OfTool(const std::string& tool_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = by_tool_.find(tool_id);
  return it == by_tool_.end() ? PublishedEntries() : Some(it->second, it->second.size(), 0);
}

PublishedEntries PublishedIndex::OfCategory(const std::string& category, size_t limit, size_t skip) const {
  absl::MutexLock lock(&mutex_);
  const auto it = by_category_.find(category);
  return it == by_category_.end() ? PublishedEntries() : Some(it->second, limit, skip);
}

PublishedEntries PublishedIndex::All() const {
  absl::MutexLock lock(&mutex_);
  return Some(by_publish_, by_publish_.size(), 0);
}

std::map<std::string, size_t> PublishedIndex::Categories() const {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, size_t> categories;
  for (const auto& [category, entries] : by_category_) categories[category] = entries.size();
  return categories;
}

std::vector<std::string> PublishedIndex::ToolIds() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> ids;
  ids.reserve(by_tool_.size());
  for (const auto& [id, unused] : by_tool_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool PublishedIndex::HasTool(const std::string& tool_id) const {
  absl::MutexLock lock(&mutex_);
  return by_tool_.contains(tool_id);
}

size_t PublishedIndex::size() const {
  absl::MutexLock lock(&mutex_);
  return by_id_.size();
}

absl::Time PublishedIndex::LastChange() const {
  absl::MutexLock lock(&mutex_);
  return by_update_.empty() ? absl::InfinitePast() : by_update_.begin()->first.time;
}

}  // namespace seaworthy
