#include "services/publisher/pages/published.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/ids.h"

namespace seaworthy {
namespace {

constexpr int kPageSize = 50;

absl::Time TimeOf(const v1::Decision& decision) {
  return absl::FromUnixSeconds(decision.decide_time().seconds()) +
         absl::Nanoseconds(decision.decide_time().nanos());
}

PublishedTool ToEntryTool(const v1::ToolView& view) {
  PublishedTool tool{.id = view.revision().tool_id(),
                     .name = view.revision().name(),
                     .category = view.revision().category(),
                     .panel = view.panel(),
                     .votes = {},
                     .by_persona = {},
                     .vendor = view.revision().vendor(),
                     .revision = view.revision().number()};
  for (const v1::Verdict& verdict : view.verdicts()) {
    tool.votes.push_back(verdict.vote());
    tool.by_persona.push_back(
        {verdict.persona_id(), verdict.vote(), static_cast<float>(verdict.confidence())});
  }
  return tool;
}

PublishedEntry ToEntry(const v1::PublishedComparison& published) {
  return {.id = published.content().comparison_id(),
          .a = ToEntryTool(published.content().a()),
          .b = ToEntryTool(published.content().b()),
          .decide_time = TimeOf(published.decision())};
}

void Sort(PublishedEntries& entries) {
  std::sort(entries.begin(), entries.end(), [](const PublishedEntry& x, const PublishedEntry& y) {
    return x.decide_time != y.decide_time ? x.decide_time > y.decide_time : x.id < y.id;
  });
}

// Calls `visit` with everything published (with one tool, unless empty).
absl::Status VisitAll(AggregatorClient& aggregator, const std::string& tool_id,
                      const std::function<void(const v1::PublishedComparison&)>& visit) {
  v1::ListPublishedComparisonsRequest request;
  request.set_page_size(kPageSize);
  request.set_tool_id(tool_id);
  do {
    const auto response = aggregator.ListPublishedComparisons(request);
    if (!response.ok()) return response.status();
    for (const v1::PublishedComparison& published : response->comparisons()) visit(published);
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

std::shared_ptr<const PublishedEntries> Published::Cached(uint64_t sequence) {
  absl::MutexLock lock(&mutex_);
  return sequence != 0 && cached_sequence_ >= sequence ? cached_ : nullptr;
}

absl::StatusOr<std::shared_ptr<const PublishedEntries>> Published::All() {
  // Asked before the list is read, so that a change in between reads it again.
  const auto status = aggregator_->GetStatus({});
  if (!status.ok()) return status.status();
  const uint64_t sequence = status->applied_sequence();
  if (auto cached = Cached(sequence)) return cached;
  // One reads, the others wait for what it finds.
  absl::MutexLock reading(&reading_mutex_);
  if (auto cached = Cached(sequence)) return cached;
  auto entries = std::make_shared<PublishedEntries>();
  const absl::Status visited = VisitAll(
      *aggregator_, "",
      [&entries](const v1::PublishedComparison& published) { entries->push_back(ToEntry(published)); });
  if (!visited.ok()) return visited;
  Sort(*entries);
  absl::MutexLock lock(&mutex_);
  cached_ = entries;
  cached_sequence_ = sequence;
  return cached_;
}

absl::StatusOr<v1::PublishedComparison> Published::Comparison(const std::string& id) {
  if (!SplitComparisonId(id).ok()) return absl::NotFoundError(absl::StrCat("no comparison ", id));
  v1::GetPublishedComparisonRequest request;
  request.set_comparison_id(id);
  return aggregator_->GetPublishedComparison(request);
}

absl::StatusOr<PublishedToolPage> Published::Tool(const std::string& tool_id) {
  if (tool_id.empty()) return absl::NotFoundError("no tool id");
  PublishedToolPage page;
  absl::Time newest = absl::InfinitePast();
  std::string newest_id;
  const absl::Status visited = VisitAll(*aggregator_, tool_id, [&](const v1::PublishedComparison& published) {
    const PublishedEntry entry = ToEntry(published);
    if (entry.a.id != tool_id && entry.b.id != tool_id) return;
    page.comparisons.push_back(entry);
    if (entry.decide_time < newest || (entry.decide_time == newest && entry.id > newest_id)) return;
    newest = entry.decide_time;
    newest_id = entry.id;
    page.tool = entry.a.id == tool_id ? published.content().a() : published.content().b();
    page.decision = published.decision();
  });
  if (!visited.ok()) return visited;
  if (page.comparisons.empty()) {
    return absl::NotFoundError(absl::StrCat("no published comparison holds the tool ", tool_id));
  }
  Sort(page.comparisons);
  return page;
}

absl::StatusOr<v1::ListPredictionsResponse> Published::Predictions(int limit) {
  v1::ListPredictionsRequest request;
  request.set_page_size(limit);
  request.set_published(true);
  return aggregator_->ListPredictions(request);
}

absl::StatusOr<std::vector<std::string>> Published::ToolIds() {
  const auto all = All();
  if (!all.ok()) return all.status();
  std::set<std::string> ids;
  for (const PublishedEntry& entry : **all) {
    ids.insert(entry.a.id);
    ids.insert(entry.b.id);
  }
  return std::vector<std::string>(ids.begin(), ids.end());
}

}  // namespace seaworthy
