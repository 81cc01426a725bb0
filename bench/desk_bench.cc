// The desk's queue and search over a store of many comparisons.
// Usage: bench_desk [comparisons]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "seaworthy/v1/aggregator_service.pb.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/state_changes.h"
#include "services/aggregator/state_store.h"
#include "services/aggregator/views/queue_query.h"
#include "services/aggregator/views/search_query.h"
#include "services/aggregator/views/touched.h"

namespace seaworthy {
namespace {

constexpr int kPairsOfTool = 10;
constexpr int kABatch = 500;
constexpr int kRuns = 31;
constexpr int kPersonas = 4;
constexpr const char* kNames[] = {"Nimbus", "Cedar", "Quartz", "Ember", "Delta", "Onyx", "Willow", "Falcon"};

std::string NameOf(int tool) { return absl::StrCat(kNames[tool % std::size(kNames)], " ", tool); }
std::string IdOf(int tool) { return absl::StrCat("tool-", 100'000 + tool); }

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

void StoreTool(StateTransaction& state, int number) {
  v1::Tool tool;
  tool.set_tool_id(IdOf(number));
  tool.set_latest_revision(1);
  tool.set_reviewed_revision(1);
  v1::Revision revision;
  revision.set_tool_id(tool.tool_id());
  revision.set_number(1);
  revision.set_name(NameOf(number));
  revision.set_vendor(absl::StrCat("Vendor ", number % 300));
  revision.set_category(number % 1'000 == 0 ? "Rare" : absl::StrCat("Category ", number % 12));
  revision.set_kind(v1::MODEL);
  revision.set_tagline("A model that fits on one card and answers before you have finished asking.");
  v1::Panel panel;
  panel.set_tool_id(tool.tool_id());
  panel.set_revision(1);
  panel.set_full(number % 50 != 0);
  const RevisionId id{ToolId(tool.tool_id()), 1};
  for (int i = 0; i < kPersonas; ++i) {
    v1::Verdict verdict;
    const std::string persona = absl::StrCat("persona-", i);
    verdict.set_verdict_id(MakeVerdictId(id, PersonaId(persona)).value());
    verdict.set_tool_id(tool.tool_id());
    verdict.set_revision(1);
    verdict.set_persona_id(persona);
    verdict.set_vote((number + i) % 3 == 0 ? v1::SKIP : v1::SHIP);
    verdict.set_quote(std::string(700, 'q'));
    panel.add_expected_personas(persona);
    panel.add_given_personas(persona);
    panel.set_total(panel.total() + 1);
    if (verdict.vote() == v1::SHIP) panel.set_ship(panel.ship() + 1);
    state.Store(Table::kVerdicts, VerdictKey(id, persona), verdict);
  }
  state.Store(Table::kTools, tool.tool_id(), tool);
  state.Store(Table::kRevisions, RevisionKey(id), revision);
  state.Store(Table::kShown, tool.tool_id(), revision);
  state.Store(Table::kPanels, RevisionKey(id), panel);
}

void StorePair(StateTransaction& state, int number, int tools) {
  const int a = number / kPairsOfTool;
  const int b = (a + 1 + number % kPairsOfTool) % tools;
  const ComparisonId id = MakeComparisonId(ToolId(IdOf(a)), ToolId(IdOf(b))).value();
  v1::Comparison comparison;
  comparison.set_comparison_id(id.value());
  comparison.set_tool_a(std::min(IdOf(a), IdOf(b)));
  comparison.set_tool_b(std::max(IdOf(a), IdOf(b)));
  comparison.set_state(number % 10 == 0 ? v1::Comparison::REJECTED : v1::Comparison::DRAFTED);
  comparison.set_content_hash(Sha256Hex(id.value()));
  comparison.mutable_create_time()->set_seconds(1'770'000'000 + number);
  comparison.mutable_update_time()->set_seconds(1'770'000'000 + number * 7 % 1'000'003);
  Check(StoreComparison(state, comparison, std::nullopt));
}

// In batches, as the log is followed.
void InBatches(StateStore& store, int count, const std::function<void(StateTransaction&, int)>& put) {
  for (int at = 0; at < count; at += kABatch) {
    const auto transaction = store.Begin();
    TouchedTransaction touched(transaction.get());
    for (int i = at; i < std::min(count, at + kABatch); ++i) put(touched, i);
    Check(UpdateViews(touched));
    Check(transaction->Commit(store.position() + 1));
  }
}

// Median and worst of some runs, in milliseconds.
void Measure(const char* what, const std::function<std::string()>& run) {
  std::vector<double> took;
  std::string answer;
  for (int i = 0; i < kRuns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    answer = run();
    took.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(took.begin(), took.end());
  std::printf("  %-34s %8.2f ms %8.2f ms   %s\n", what, took[kRuns / 2], took.back(), answer.c_str());
}

void MeasureQueue(const StateStore& store, const char* what, const v1::ListQueueRequest& request) {
  Measure(what, [&] {
    const auto read = ReadQueue(*store.Snapshot(), request, absl::Now(), /*four_eyes=*/false);
    Check(read.status());
    return absl::StrCat(read->entries_size(), " of ", read->total());
  });
}

void MeasureSearch(const StateStore& store, const char* what, const std::string& text) {
  Measure(what, [&] {
    v1::SearchRequest request;
    request.set_text(text);
    const auto read = ReadSearch(*store.Snapshot(), request);
    Check(read.status());
    return absl::StrCat(read->tools_size(), " tools, ", read->comparisons_size(), " comparisons");
  });
}

v1::ListQueueRequest WithText(const std::string& text) {
  v1::ListQueueRequest request;
  request.set_text(text);
  return request;
}

void MeasureAll(const StateStore& store) {
  std::printf("  %-34s %11s %11s   %s\n", "", "median", "worst", "answer");
  v1::ListQueueRequest request;
  MeasureQueue(store, "queue, oldest first", request);
  request.set_order(v1::ListQueueRequest::SPLIT);
  MeasureQueue(store, "queue, widest disagreement", request);
  request.Clear();
  request.set_blocked(2);
  MeasureQueue(store, "queue, blocked", request);
  request.set_blocked(1);
  MeasureQueue(store, "queue, clean", request);
  request.Clear();
  request.set_editor("-");
  MeasureQueue(store, "queue, nobody on it", request);
  request.Clear();
  request.set_category("Category 3");
  MeasureQueue(store, "queue, one category", request);
  request.set_category("Rare");
  MeasureQueue(store, "queue, a rare category", request);
  MeasureQueue(store, "queue, a name", WithText("nimbus 4000"));
  MeasureQueue(store, "queue, words of one in eight", WithText("nimbus"));
  MeasureQueue(store, "queue, a word of all", WithText("vendor"));
  MeasureSearch(store, "search, a name", "nimbus 4000");
  MeasureSearch(store, "search, words of one in eight", "nimbus");
  MeasureSearch(store, "search, the beginning of a word", "ni");
}

int Run(int comparisons) {
  const std::string dir =
      (std::filesystem::temp_directory_path() / absl::StrCat("bench-desk-", RandomHex(8))).string();
  {
    const auto store = StateStore::Open(dir);
    Check(store.status());
    const int tools = std::max(comparisons / kPairsOfTool, kPairsOfTool + 2);
    const auto begin = std::chrono::steady_clock::now();
    InBatches(**store, tools, StoreTool);
    InBatches(**store, comparisons,
              [tools](StateTransaction& state, int number) { StorePair(state, number, tools); });
    std::printf("desk: %d comparisons of %d tools, stored in %.1f s\n", comparisons, tools,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    MeasureAll(**store);
  }
  std::filesystem::remove_all(dir);
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  const int comparisons = argc > 1 ? std::atoi(argv[1]) : 100'000;
  if (comparisons > 0) return seaworthy::Run(comparisons);
  std::fprintf(stderr, "usage: bench_desk [comparisons]\n");
  return 2;
}
