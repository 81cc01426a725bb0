// Prints what the offline endpoint's verdicts come to over announcements:
// spread of votes, evidence, length, likeness and CPU time.
//
//   bench_offline [--print] [DIR ...]
//
// Without folders: examples and, where it is there, ../shared/corpus/dev.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/verdict_quality.h"
#include "common/persona.h"

namespace seaworthy {
namespace {

void PrintQuotes(const VerdictQuality& quality) {
  for (const ReviewedTool& tool : quality.tools) {
    for (const v1::Verdict& verdict : tool.verdicts) {
      std::printf("## %s / %s %s %.2f  (%s)\n%s\n   flip: %s\n", tool.revision.name().c_str(),
                  verdict.persona_id().c_str(), verdict.vote() == v1::SHIP ? "SHIP" : "SKIP",
                  verdict.confidence(), tool.file.c_str(), verdict.quote().c_str(), verdict.flip().c_str());
    }
  }
}

void PrintNumbers(const std::string& title, const VerdictQuality& quality) {
  std::printf("%s: %zu tools, %d documents announce nothing\n", title.c_str(), quality.tools.size(),
              quality.rejected);
  std::printf("  panel ship %%: ");
  for (const auto& [percent, tools] : quality.panels) std::printf(" %d%% x %d", percent, tools);
  std::printf("\n  ship votes:   ");
  for (const auto& [persona, ships] : quality.ships) std::printf(" %s %d", persona.c_str(), ships);
  std::printf("\n  words:         %zu to %zu, mean %.0f (allowed 60 to 170)\n", quality.words_min,
              quality.words_max, quality.words_mean);
  std::printf("  sentences without evidence: %zu\n", quality.without_evidence.size());
  for (const auto& [persona, worst] : quality.worst) {
    std::printf("  most 8-word runs shared, %-11s %4.1f%% (%s / %s; at most 33.3%%)\n", persona.c_str(),
                100 * worst.share, worst.one.c_str(), worst.other.c_str());
  }
  std::printf("  CPU a review:  %.0f us\n", quality.cpu_micros);
}

int Run(bool print, std::vector<std::string> dirs) {
  const auto personas = LoadPersonas("prompts");
  if (!personas.ok()) {
    std::fprintf(stderr, "%s\n", personas.status().ToString().c_str());
    return 1;
  }
  if (dirs.empty()) dirs = {"examples", "../shared/corpus/dev"};
  for (const std::string& dir : dirs) {
    if (!std::filesystem::is_directory(dir)) continue;
    const auto quality = MeasureVerdicts({dir}, *personas);
    if (!quality.ok()) {
      std::fprintf(stderr, "%s\n", quality.status().ToString().c_str());
      return 1;
    }
    if (print) PrintQuotes(*quality);
    PrintNumbers(dir, *quality);
    for (const std::string& sentence : quality->without_evidence)
      std::printf("  no evidence: %s\n", sentence.c_str());
    for (const auto& [count, run] : quality->frequent)
      std::printf("  %2d tools say: %s\n", count, run.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  bool print = false;
  std::vector<std::string> dirs;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--print") {
      print = true;
    } else {
      dirs.emplace_back(argv[i]);
    }
  }
  return seaworthy::Run(print, dirs);
}
