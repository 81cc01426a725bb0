// Prints how well quotes are checked: precision and recall over labelled
// quotes, false marks over the offline endpoint's verdicts, time per check.
//
//   bench_claims [--print] [SEEDS_DIR [DIR ...]]
//
// SEEDS_DIR holds claims.jsonl and comparisons.json (../shared/seeds where
// nothing is said and it is there); DIR are announcements (examples and
// ../shared/corpus/dev).
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/verdict_quality.h"
#include "common/claims/claim_checker.h"
#include "common/persona.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;
constexpr int kRepeats = 20;

// CPU time of this thread: what else runs on the machine does not count.
double CpuMicros() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

struct Label {
  size_t begin = 0;  // Bytes.
  size_t end = 0;
  std::string text;
  std::string support;
  std::string subject;
  bool borderline = false;
};

struct Score {
  int labelled = 0;
  int found = 0;
  double recall() const { return labelled == 0 ? 100 : 100.0 * found / labelled; }
};

struct Totals {
  Score all, tool, other, supported;
  int marks = 0;  // Unsupported or contradicted.
  int wrong = 0;
  int borderline = 0;
  int all_marks = 0;
  int unlabelled = 0;  // Supported marks on what nobody labelled.
};

// Where code point `point` begins.
size_t ByteOf(const std::string& text, size_t point) {
  size_t byte = 0;
  for (; byte < text.size(); ++byte) {
    if ((static_cast<unsigned char>(text[byte]) & 0xc0) == 0x80) continue;
    if (point-- == 0) break;
  }
  return byte;
}

std::vector<Label> ReadLabels(const Json& line) {
  const std::string quote = line["quote"];
  std::vector<Label> labels;
  for (const Json& atom : line["atoms"]) {
    Label& label = labels.emplace_back();
    label.begin = ByteOf(quote, atom["begin"]);
    label.end = ByteOf(quote, atom["end"]);
    label.text = atom["text"];
    label.support = atom["support"];
    label.subject = atom["subject"];
    label.borderline = atom["borderline"];
  }
  return labels;
}

v1::Revision ReadRevision(const Json& tool) {
  v1::Revision revision;
  revision.set_name(tool["name"]);
  revision.set_category(tool["category"]);
  revision.set_tagline(tool["tagline"]);
  revision.set_description(tool["description"]);
  if (tool["entry_price"] == "Free") revision.set_pricing("free");
  return revision;
}

void Collect(const Json& node, std::map<std::string, v1::Revision>& tools) {
  if (node.is_object() && node.contains("tagline") && node.contains("name"))
    tools[node["name"]] = ReadRevision(node);
  if (!node.is_structured()) return;
  for (const Json& child : node) Collect(child, tools);
}

bool Flagged(const v1::Mark& mark) { return mark.support() != v1::Claim::SUPPORTED; }

bool Overlaps(const v1::Mark& mark, const Label& label) {
  return mark.begin() < label.end && label.begin < mark.end();
}

void CountRecall(const std::vector<v1::Mark>& marks, const std::vector<Label>& labels, bool print,
                 Totals& totals) {
  for (const Label& label : labels) {
    if (label.borderline) continue;
    const bool carried = label.support == "supported";
    bool found = false;
    for (const v1::Mark& mark : marks) found = found || (Overlaps(mark, label) && Flagged(mark) != carried);
    const auto add = [found](Score& score) {
      ++score.labelled;
      score.found += found ? 1 : 0;
    };
    add(carried ? totals.supported : totals.all);
    if (!carried && label.subject == "tool") add(totals.tool);
    if (!carried && label.subject == "other") add(totals.other);
    if (print && !found) std::printf("  missed (%s): %s\n", label.support.c_str(), label.text.c_str());
  }
}

// A flagged mark is right where it touches a label that is not supported.
void CountPrecision(const std::vector<v1::Mark>& marks, const std::vector<Label>& labels, bool print,
                    Totals& totals) {
  for (const v1::Mark& mark : marks) {
    ++totals.all_marks;
    bool right = false;
    bool touches = false;
    bool borderline = false;
    for (const Label& label : labels) {
      if (!Overlaps(mark, label)) continue;
      touches = true;
      borderline = borderline || label.borderline;
      right = right || (!label.borderline && label.support != "supported");
    }
    if (!Flagged(mark)) {
      totals.unlabelled += touches ? 0 : 1;
      if (print && !touches) std::printf("  supported, unlabelled: %s\n", mark.text().c_str());
      continue;
    }
    ++totals.marks;
    if (!right && borderline) ++totals.borderline;
    if (right || borderline) continue;
    ++totals.wrong;
    std::printf("  wrong mark: %s (%s)\n", mark.text().c_str(), mark.reason().c_str());
  }
}

void PrintTotals(const Totals& totals, int quotes) {
  const int judged = totals.marks - totals.borderline;
  const auto line = [](const char* what, const Score& score) {
    std::printf("  %-44s %3d of %3d, %5.1f%%\n", what, score.found, score.labelled, score.recall());
  };
  std::printf("labelled quotes: %d, marks %d, of them not supported %d (borderline %d left out)\n", quotes,
              totals.all_marks, totals.marks, totals.borderline);
  line("recall, all that is not in the evidence:", totals.all);
  line("  about the tool itself:", totals.tool);
  line("  about other products:", totals.other);
  line("supported atoms found and left standing:", totals.supported);
  std::printf("  %-44s %3d of %3d, %5.1f%%\n", "precision, marks that are right:", judged - totals.wrong,
              judged, judged == 0 ? 100 : 100.0 * (judged - totals.wrong) / judged);
  std::printf("  %-44s %3d\n", "supported marks on nothing labelled:", totals.unlabelled);
}

int MeasureSeeds(const std::string& dir, bool print) {
  std::map<std::string, v1::Revision> tools;
  std::ifstream comparisons(dir + "/comparisons.json");
  std::ifstream claims(dir + "/claims.jsonl");
  if (!comparisons || !claims) {
    std::printf("no labelled quotes: %s holds no claims.jsonl and comparisons.json\n", dir.c_str());
    return 0;
  }
  Collect(Json::parse(comparisons), tools);
  Totals totals;
  int quotes = 0;
  for (std::string text; std::getline(claims, text);) {
    const Json line = Json::parse(text);
    const auto tool = tools.find(line["tool"]);
    if (tool == tools.end()) continue;
    ++quotes;
    const ClaimIndex index(tool->second, "", {});
    const std::vector<v1::Mark> marks = CheckQuote(line["quote"].get<std::string>(), index);
    if (print) std::printf("# %s / %s\n", tool->first.c_str(), line["persona"].get<std::string>().c_str());
    const std::vector<Label> labels = ReadLabels(line);
    CountRecall(marks, labels, print, totals);
    CountPrecision(marks, labels, print, totals);
  }
  PrintTotals(totals, quotes);
  return 0;
}

struct OfflineTotals {
  int verdicts = 0;
  int with_false = 0;
  int marks = 0;
  int false_marks = 0;
  double bytes = 0;
  double index_micros = 0;
  double check_micros = 0;
};

void CheckTool(const ReviewedTool& tool, OfflineTotals& totals) {
  const ClaimIndex index(tool.revision, tool.text, tool.neighbours);
  const double before = CpuMicros();
  for (int i = 0; i < kRepeats; ++i) const ClaimIndex again(tool.revision, tool.text, tool.neighbours);
  totals.index_micros += (CpuMicros() - before) / kRepeats;
  totals.bytes += static_cast<double>(tool.text.size());
  for (const v1::Verdict& verdict : tool.verdicts) {
    const std::vector<v1::Claim> claims(verdict.claims().begin(), verdict.claims().end());
    std::vector<v1::Mark> marks;
    const double begin = CpuMicros();
    for (int i = 0; i < kRepeats; ++i) marks = CheckQuote(verdict.quote(), index, claims);
    totals.check_micros += (CpuMicros() - begin) / kRepeats;
    int wrong = 0;
    for (const v1::Mark& mark : marks) {
      if (!Flagged(mark)) continue;
      ++wrong;
      std::printf("  false mark: %s/%s: %s (%s)\n", tool.revision.name().c_str(),
                  verdict.persona_id().c_str(), mark.text().c_str(), mark.reason().c_str());
    }
    ++totals.verdicts;
    totals.with_false += wrong > 0 ? 1 : 0;
    totals.false_marks += wrong;
    totals.marks += static_cast<int>(marks.size());
  }
}

int MeasureOffline(const std::vector<std::string>& dirs) {
  const auto personas = LoadPersonas("prompts");
  if (!personas.ok()) {
    std::fprintf(stderr, "%s\n", personas.status().ToString().c_str());
    return 1;
  }
  OfflineTotals totals;
  size_t tools = 0;
  for (const std::string& dir : dirs) {
    if (!std::filesystem::is_directory(dir)) continue;
    const auto quality = MeasureVerdicts({dir}, *personas);
    if (!quality.ok()) {
      std::fprintf(stderr, "%s\n", quality.status().ToString().c_str());
      return 1;
    }
    for (const ReviewedTool& tool : quality->tools) CheckTool(tool, totals);
    tools += quality->tools.size();
  }
  if (totals.verdicts == 0) return 0;
  std::printf("offline verdicts (true by construction): %d, marks %d\n", totals.verdicts, totals.marks);
  std::printf("  %-44s %3d in %d verdicts, %.1f per 100\n", "false marks:", totals.false_marks,
              totals.with_false, 100.0 * totals.false_marks / totals.verdicts);
  std::printf("  %-44s %5.1f us\n", "time of a check:", totals.check_micros / totals.verdicts);
  std::printf("  %-44s %5.1f us for %.1f KB\n",
              "time of indexing an announcement:", totals.index_micros / static_cast<double>(tools),
              totals.bytes / static_cast<double>(tools) / 1024);
  return 0;
}

int Run(bool print, const std::vector<std::string>& args) {
  const std::string seeds = args.empty() ? "../shared/seeds" : args[0];
  if (!args.empty() || std::filesystem::is_directory(seeds)) {
    if (const int failed = MeasureSeeds(seeds, print); failed != 0) return failed;
  }
  std::vector<std::string> dirs(args.begin() + (args.empty() ? 0 : 1), args.end());
  if (dirs.empty()) dirs = {"examples", "../shared/corpus/dev"};
  return MeasureOffline(dirs);
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  bool print = false;
  std::vector<std::string> args;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--print") {
      print = true;
    } else {
      args.emplace_back(argv[i]);
    }
  }
  return seaworthy::Run(print, args);
}
