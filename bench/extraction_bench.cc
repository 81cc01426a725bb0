// Precision and recall of extraction against labelled announcements:
//   bench_extraction [DIR] [--misses] [--show FILE|all]
//   bench_extraction --file PATH shows what is read from one document.
// Then how fast it is beside parsing alone; --growth: also how the time of
// hostile shapes grows.
// DIR holds the documents and labels.jsonl; entries of feeds count as
// documents of their own.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "bench/extraction_score.h"
#include "bench/extraction_speed.h"
#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

void Show(const std::string& file, const absl::StatusOr<std::vector<v1::Revision>>& tools) {
  std::cout << "== " << file << "\n";
  if (!tools.ok()) {
    std::cout << tools.status().message() << "\n";
    return;
  }
  for (const v1::Revision& tool : *tools) {
    std::cout << tool.name() << " | " << tool.vendor() << " | " << tool.category() << " | " << tool.language()
              << "\n"
              << tool.tagline() << "\n"
              << tool.description() << "\n";
    for (const v1::Fact& fact : tool.facts()) {
      std::cout << "  " << fact.field() << " = " << fact.value() << "   ["
                << OneLine(fact.evidence().text()).substr(0, 90) << "]\n";
    }
  }
}

absl::StatusOr<std::vector<v1::Revision>> Extract(std::string bytes, const std::string& media_type,
                                                  const std::string& file_name) {
  auto document = ReadDocument(std::move(bytes), media_type, file_name);
  if (!document.ok()) return document.status();
  return ExtractTools(*document);
}

// Scores one set of label lines and prints how long it took.
void Score(const std::string& title, const std::vector<const LabelledUnit*>& units, bool misses,
           const std::string& show) {
  ExtractionScore score(misses);
  size_t bytes = 0;
  std::chrono::duration<double> spent{};
  for (const LabelledUnit* unit : units) {
    const auto begin = std::chrono::steady_clock::now();
    const auto tools = Extract(unit->bytes, unit->media_type, unit->file_name);
    spent += std::chrono::steady_clock::now() - begin;
    bytes += unit->bytes.size();
    if (!show.empty()) Show(unit->id, tools);
    score.Judge(*unit, tools.ok() ? *tools : std::vector<v1::Revision>());
  }
  std::printf("\n== %s: %zu\n", title.c_str(), units.size());
  score.Print();
  std::printf("%zu units, %.2f ms each, %.1f MB/s\n", units.size(),
              1000 * spent.count() / static_cast<double>(std::max<size_t>(units.size(), 1)),
              static_cast<double>(bytes) / 1e6 / std::max(spent.count(), 1e-9));
}

int Main(int argc, char** argv) {
  std::filesystem::path dir = "../shared/corpus/dev";
  bool misses = false;
  bool growth = false;
  std::string show;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--misses") {
      misses = true;
    } else if (argument == "--file" && i + 1 < argc) {
      const std::filesystem::path path = argv[i + 1];
      std::ifstream in(path, std::ios::binary);
      std::stringstream bytes;
      bytes << in.rdbuf();
      Show(path, Extract(bytes.str(), "", path.filename().string()));
      return 0;
    } else if (argument == "--show" && i + 1 < argc) {
      show = argv[++i];
    } else if (argument == "--growth") {
      growth = true;
    } else {
      dir = argument;
    }
  }
  const std::vector<LabelledUnit> labelled = ReadLabelled(dir);
  if (labelled.empty()) {
    std::cerr << "no labels.jsonl in " << dir << "; give a folder of labelled announcements\n";
    return 0;
  }
  std::vector<const LabelledUnit*> all, documents, entries;
  for (const LabelledUnit& unit : labelled) {
    if (!show.empty() && show != "all" && show != unit.id) continue;
    all.push_back(&unit);
    (unit.feed.empty() ? documents : entries).push_back(&unit);
  }
  if (!documents.empty() && !entries.empty()) {
    Score("documents", documents, false, "");
    Score("feed entries", entries, false, "");
  }
  Score("all label lines", all, misses, show);
  PrintSpeed(documents);
  if (growth) PrintGrowth();
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) { return seaworthy::Main(argc, argv); }
