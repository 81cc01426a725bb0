// What a faulty endpoint of one persona does to the others: every kind of fault
// with 250 calls of each of four personas, against a healthy provider of 100 ms.
// Prints the healthy personas' p99 as a ratio to a run without the fault, the
// longest call of the faulty one, its outcomes, and how memory grew.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>

#include "tests/panel_faults/fault_panel.h"

namespace seaworthy {
namespace {

struct Worst {
  double ratio = 0;
  double over_ms = 0;
  int64_t growth = 0;
  int unanswered = 0;
};

std::string OutcomesOf(const PersonaRun& run) {
  std::string text;
  for (const auto& [outcome, count] : run.outcomes) {
    text += (text.empty() ? "" : ", ") + std::string(OutcomeName(outcome)) + " " + std::to_string(count);
  }
  return text;
}

double Ms(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

void Report(const FaultInfo& fault, const FaultRun& run, double base_p99, const PanelLoad& load,
            int64_t growth, Worst* worst) {
  const double ratio = Ms(run.healthy.p99) / base_p99;
  const double over = std::max(0.0, Ms(run.faulty.longest - load.deadline));
  printf("%-22s %9.1f %6.3f %11.1f %9.1f %7.1f  %s\n", fault.name, Ms(run.healthy.p99), ratio,
         Ms(run.faulty.longest), over, static_cast<double>(growth) / 1048576, OutcomesOf(run.faulty).c_str());
  fflush(stdout);
  worst->ratio = std::max(worst->ratio, ratio);
  worst->over_ms = std::max(worst->over_ms, over);
  worst->growth = std::max(worst->growth, growth);
  worst->unanswered += run.healthy.calls - run.healthy.verdicts;
}

int Main(int argc, char** argv) {
  PanelLoad load;
  load.calls = 250;
  load.deadline = absl::Milliseconds(500);
  int latency_ms = 100;
  std::string only;
  int turn = 0;
  CLI::App app("What a faulty endpoint of one persona does to the others.");
  app.add_option("--calls", load.calls, "of each persona, for each kind")->check(CLI::Range(1, 100000));
  app.add_option("--in-flight", load.in_flight, "of each persona")->check(CLI::Range(1, 256));
  app.add_option("--latency-ms", latency_ms, "of the healthy provider")->check(CLI::Range(0, 10000));
  app.add_option("--kind", only, "this kind only");
  app.add_option("--persona", turn, "whose endpoint fails first (0 to 3); the next kind is the next one's");
  CLI11_PARSE(app, argc, argv);
  FaultPanel panel(absl::Milliseconds(latency_ms));
  panel.Run(FaultKind::kNone, 0, 0, load);  // Warms up.
  const double base = Ms(panel.Run(FaultKind::kNone, 0, 0, load).healthy.p99);
  const int64_t before = ResidentBytes();
  printf("%d calls of each of 4 personas for each kind; healthy p99 without a fault: %.1f ms\n\n", load.calls,
         base);
  printf("%-22s %9s %6s %11s %9s %7s  %s\n", "fault", "p99 ms", "ratio", "longest ms", "over ms", "MB",
         "outcomes");
  Worst worst;
  for (const FaultInfo& fault : AllFaults()) {
    if (!only.empty() && only != fault.name) continue;
    const int persona = turn++ & 3;
    const FaultRun run = panel.Run(fault.kind, persona, 0, load);
    Report(fault, run, base, load, ResidentBytes() - before, &worst);
  }
  printf(
      "\nworst: healthy p99 ratio %.3f, %.1f ms over the deadline, %.1f MB more, %d healthy calls "
      "unanswered\n",
      worst.ratio, worst.over_ms, static_cast<double>(worst.growth) / 1048576, worst.unanswered);
  return worst.unanswered == 0 ? 0 : 1;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) { return seaworthy::Main(argc, argv); }
