// Precision and recall of extraction against labelled announcements:
//   bench_extraction [DIR] [--misses] [--show FILE|all]
//   bench_extraction --file PATH shows what is read from one document.
// DIR holds the documents and labels.jsonl; the rules of comparison are those
// of the corpus README. Feeds are left out: their entries are read elsewhere.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

struct Score {
  int right = 0;       // Said and right.
  int wrong = 0;       // Said and wrong.
  int missed = 0;      // Labelled, not said.
  int right_null = 0;  // Not labelled, not said.
  int invented = 0;    // Not labelled, said.
};

constexpr const char* kFields[] = {"is_release",   "name",    "vendor",         "kind",    "license",
                                   "parameters_b", "formats", "context_tokens", "pricing", "entry_price_usd",
                                   "release_date", "modality"};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// Case, hyphens U+2010..U+2015 and white space do not count.
std::string Fold(std::string text) {
  for (const char* hyphen : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015"}) {
    text = ReplaceAll(text, hyphen, "-");
  }
  return Lower(OneLine(text));
}

std::string FoldName(const std::string& text) { return Fold(text); }

json Numbers(const json& value) {
  json list = value.is_array() ? value : json::array({value});
  std::sort(list.begin(), list.end());
  return list;
}

bool SameNumbers(const json& a, const json& b, double tolerance) {
  const json x = Numbers(a);
  const json y = Numbers(b);
  if (x.size() != y.size()) return false;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!x[i].is_number() || !y[i].is_number()) return false;
    if (std::abs(x[i].get<double>() - y[i].get<double>()) > tolerance * std::abs(y[i].get<double>()))
      return false;
  }
  return true;
}

bool SameSet(const json& a, const json& b) {
  std::set<std::string> x;
  std::set<std::string> y;
  for (const auto& one : a) x.insert(Fold(one.get<std::string>()));
  for (const auto& one : b) y.insert(Fold(one.get<std::string>()));
  return x == y;
}

bool IsNull(const json& value) { return value.is_null() || (value.is_array() && value.empty()); }

bool Same(const std::string& field, const json& said, const json& label) {
  if (IsNull(said) || IsNull(label)) return IsNull(said) && IsNull(label);
  if (field == "parameters_b") return SameNumbers(said, label, 0.001);
  if (field == "context_tokens") return SameNumbers(said, label, 0.05);
  if (field == "entry_price_usd") return SameNumbers(said, label, 0.0001);
  if (field == "formats" || field == "modality") return SameSet(said, label);
  if (!said.is_string() || !label.is_string()) return said == label;
  return FoldName(said.get<std::string>()) == FoldName(label.get<std::string>());
}

json SaidOf(const v1::Revision& tool) {
  static constexpr const char* kKinds[] = {nullptr,   "model",   "library", "application",
                                           "service", "dataset", "other"};
  const auto text = [](const std::string& value) { return value.empty() ? json() : json(value); };
  json said;
  said["name"] = text(tool.name());
  said["vendor"] = text(tool.vendor());
  said["kind"] = tool.kind() == v1::TOOL_KIND_UNSPECIFIED ? json() : json(kKinds[tool.kind()]);
  said["license"] = text(tool.license());
  said["parameters_b"] = std::vector<double>(tool.parameters_b().begin(), tool.parameters_b().end());
  said["formats"] = std::vector<std::string>(tool.formats().begin(), tool.formats().end());
  said["modality"] = std::vector<std::string>(tool.modality().begin(), tool.modality().end());
  said["context_tokens"] = tool.has_context_tokens() ? json(tool.context_tokens()) : json();
  said["pricing"] = text(tool.pricing());
  said["entry_price_usd"] = tool.has_entry_price_usd() ? json(tool.entry_price_usd()) : json();
  said["release_date"] = text(tool.release_date());
  return said;
}

// Every value that counts as right, the label first.
std::vector<json> Accepted(const std::string& field, const json& label) {
  std::vector<json> values = {label.value(field, json())};
  if (field == "pricing" && values[0] == "unknown") values[0] = json();
  if (field == "name") {
    for (const auto& alias : label.value("aliases", json::array())) values.push_back(alias);
  }
  if (label.contains("accept") && label["accept"].contains(field)) {
    for (const auto& value : label["accept"][field]) values.push_back(value == "unknown" ? json() : value);
  }
  return values;
}

class Bench {
 public:
  explicit Bench(bool misses) : misses_(misses) {}

  void Judge(const std::string& file, const json& label, const std::vector<v1::Revision>& tools,
             bool rejected) {
    const bool borderline = label.value("borderline", false);
    Count("is_release", file, borderline, !rejected, label["is_release"].get<bool>(),
          label["is_release"] == !rejected);
    if (rejected || !label["is_release"].get<bool>()) return;
    const json* primary = nullptr;
    for (const auto& tool : label["tools"]) {
      if (tool.value("primary", true) && primary == nullptr) primary = &tool;
    }
    if (primary == nullptr || tools.empty()) return;
    const json said = SaidOf(tools[0]);
    for (const char* field : kFields) {
      if (std::string_view(field) == "is_release") continue;
      const std::string kind = primary->value("kind", "");
      if (std::string_view(field) == "modality" && kind != "model" && kind != "dataset") continue;
      const std::vector<json> accepted = Accepted(field, *primary);
      const json& value = said[field];
      const bool right = std::any_of(accepted.begin(), accepted.end(),
                                     [&](const json& one) { return Same(field, value, one); });
      // Where silence and an answer both count, what was said decides.
      const json expected = right ? value : accepted[0];
      Count(field, file, borderline, value, expected, right);
    }
    for (const auto& tool : label["tools"]) {
      if (&tool == primary || !tool.value("primary", true)) continue;
      ++other_tools_;
      const std::vector<json> names = Accepted("name", tool);
      for (size_t i = 1; i < tools.size(); ++i) {
        if (std::any_of(names.begin(), names.end(),
                        [&](const json& one) { return Same("name", json(tools[i].name()), one); }))
          ++other_found_;
      }
    }
    extra_tools_ += static_cast<int>(tools.size()) - 1;
  }

  void Print() const {
    for (const bool borderline : {false, true}) {
      std::printf("\n%s borderline labels\n%-16s %6s %6s %6s %6s %6s  %9s %7s %9s\n",
                  borderline ? "with" : "without", "field", "right", "wrong", "missed", "null", "extra",
                  "precision", "recall", "all right");
      for (const char* field : kFields) {
        Score score = scores_[0].count(field) != 0 ? scores_[0].at(field) : Score();
        if (borderline && scores_[1].count(field) != 0) {
          const Score& more = scores_[1].at(field);
          score.right += more.right;
          score.wrong += more.wrong;
          score.missed += more.missed;
          score.right_null += more.right_null;
          score.invented += more.invented;
        }
        const double said = score.right + score.wrong + score.invented;
        const double labelled = score.right + score.wrong + score.missed;
        const double all = said + score.missed + score.right_null;
        std::printf("%-16s %6d %6d %6d %6d %6d  %8.1f%% %6.1f%% %8.1f%%\n", field, score.right, score.wrong,
                    score.missed, score.right_null, score.invented,
                    said > 0 ? 100 * score.right / said : 100.0,
                    labelled > 0 ? 100 * score.right / labelled : 100.0,
                    all > 0 ? 100 * (score.right + score.right_null) / all : 100.0);
      }
    }
    std::printf("\nfurther tools: %d of %d found, %d said\n", other_found_, other_tools_, extra_tools_);
  }

 private:
  void Count(const std::string& field, const std::string& file, bool borderline, const json& said,
             const json& expected, bool right) {
    Score& score = scores_[borderline ? 1 : 0][field];
    if (right) {
      ++(IsNull(said) ? score.right_null : score.right);
      return;
    }
    ++(IsNull(said) ? score.missed : IsNull(expected) ? score.invented : score.wrong);
    if (misses_)
      std::printf("MISS %-14s %-34s said %s, labelled %s\n", field.c_str(), file.c_str(), said.dump().c_str(),
                  expected.dump().c_str());
  }

  bool misses_;
  std::map<std::string, Score> scores_[2];
  int other_tools_ = 0;
  int other_found_ = 0;
  int extra_tools_ = 0;
};

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

absl::StatusOr<std::vector<v1::Revision>> Extract(const std::filesystem::path& path) {
  auto document = ReadDocument(ReadFile(path), "", path.filename().string());
  if (!document.ok()) return document.status();
  return ExtractTools(*document);
}

int Main(int argc, char** argv) {
  std::filesystem::path dir = "../shared/corpus/dev";
  bool misses = false;
  std::string show;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--misses") {
      misses = true;
    } else if (argument == "--file" && i + 1 < argc) {
      Show(argv[i + 1], Extract(argv[i + 1]));
      return 0;
    } else if (argument == "--show" && i + 1 < argc) {
      show = argv[++i];
    } else {
      dir = argument;
    }
  }
  std::ifstream labels(dir / "labels.jsonl");
  if (!labels) {
    std::cerr << "no labels.jsonl in " << dir << "; give a folder of labelled announcements\n";
    return 0;
  }
  Bench bench(misses);
  size_t bytes = 0;
  size_t documents = 0;
  std::chrono::duration<double> spent{};
  for (std::string line; std::getline(labels, line);) {
    const json label = json::parse(line);
    const std::string format = label["format"];
    if (format == "atom" || format == "rss" || format == "jsonfeed") continue;
    const std::string file = label["file"];
    if (!show.empty() && show != "all" && show != file) continue;
    const auto begin = std::chrono::steady_clock::now();
    const auto tools = Extract(dir / file);
    spent += std::chrono::steady_clock::now() - begin;
    bytes += std::filesystem::file_size(dir / file);
    ++documents;
    if (!show.empty()) Show(file, tools);
    bench.Judge(file, label, tools.ok() ? *tools : std::vector<v1::Revision>(), !tools.ok());
  }
  bench.Print();
  std::printf("%zu documents, %.1f ms each, %.1f MB/s\n", documents,
              1000 * spent.count() / static_cast<double>(std::max<size_t>(documents, 1)),
              static_cast<double>(bytes) / 1e6 / spent.count());
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) { return seaworthy::Main(argc, argv); }
