#include "bench/extraction_speed.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <gumbo.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <map>
#include <string>

#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr int kPasses = 10;

double CpuMilliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

void Extract(const LabelledUnit& unit) {
  const auto document = ReadDocument(unit.bytes, unit.media_type, unit.file_name);
  if (document.ok()) (void)ExtractTools(*document).ok();
}

void ParseMarkdown(const std::string& bytes) {
  cmark_gfm_core_extensions_ensure_registered();
  cmark_parser* parser = cmark_parser_new(CMARK_OPT_DEFAULT);
  for (const char* name : {"table", "strikethrough", "autolink"}) {
    if (auto* extension = cmark_find_syntax_extension(name)) {
      cmark_parser_attach_syntax_extension(parser, extension);
    }
  }
  cmark_parser_feed(parser, bytes.data(), bytes.size());
  cmark_node_free(cmark_parser_finish(parser));
  cmark_parser_free(parser);
}

void ParseHtml(const std::string& bytes) {
  GumboOutput* output = gumbo_parse_with_options(&kGumboDefaultOptions, bytes.data(), bytes.size());
  gumbo_destroy_output(&kGumboDefaultOptions, output);
}

// The format as read; empty where the document is refused.
std::string FormatOf(const LabelledUnit& unit) {
  const auto document = ReadDocument(unit.bytes, unit.media_type, unit.file_name);
  return document.ok() ? document->media_type : "";
}

// CPU time of one run over all, the fastest of kPasses.
double Fastest(const std::vector<const LabelledUnit*>& units,
               const std::function<void(const LabelledUnit&)>& run) {
  double fastest = 0;
  for (int pass = 0; pass <= kPasses; ++pass) {
    const double begin = CpuMilliseconds();
    for (const LabelledUnit* unit : units) run(*unit);
    const double spent = CpuMilliseconds() - begin;
    if (pass == 1 || (pass > 1 && spent < fastest)) fastest = spent;
  }
  return fastest;
}

void PrintRow(const std::string& title, const std::vector<const LabelledUnit*>& units) {
  size_t bytes = 0;
  for (const LabelledUnit* unit : units) bytes += unit->bytes.size();
  const auto count = static_cast<double>(units.size());
  const double all = Fastest(units, Extract) / count;
  const double read = Fastest(units, [](const LabelledUnit& unit) { (void)FormatOf(unit); }) / count;
  std::map<const LabelledUnit*, bool> html;
  for (const LabelledUnit* unit : units) html[unit] = FormatOf(*unit) == "text/html";
  const double parse = Fastest(units,
                               [&](const LabelledUnit& unit) {
                                 html[&unit] ? ParseHtml(unit.bytes) : ParseMarkdown(unit.bytes);
                               }) /
                       count;
  std::printf("%-20s %5zu %9.1f %9.0f %9.3f %9.3f %9.3f %8.1f\n", title.c_str(), units.size(),
              static_cast<double>(bytes) / 1e3 / count, 1e3 / all, all, read, parse, all / parse);
}

// A short announcement in Markdown, no two alike.
LabelledUnit Short(int number) {
  LabelledUnit unit;
  const std::string name = Cat("Kestrel ", 1 + number % 9, " ", 3 + number % 60, "B");
  unit.bytes = Cat(
      "---\nlicense: apache-2.0\npipeline_tag: text-generation\n---\n# ", name, "\n\nHarbour Labs releases ",
      name, ", an open-weights language model with ", 3 + number % 60, " billion parameters. It reads up to ",
      8 << number % 6, "K tokens of context and runs on one GPU with 24 GB of memory.\n\n## Evaluation\n\n",
      "It scores ", 40 + number % 50, ".3 on MMLU (5-shot). ",
      "We compared it with models of the same size.\n\n## Use\n\n", "```bash\npip install kestrel-", number,
      "\n```\n\n", "| variant | parameters |\n|---|---|\n| base | ", 3 + number % 60, "B |\n\n");
  for (int line = 0; line < 8; ++line) {
    unit.bytes += Cat("- Point ", line, ": drafts of letter ", number * 8 + line,
                      " come out the way the clerk at the harbour wrote them down.\n");
  }
  unit.file_name = "README.md";
  return unit;
}

std::string Repeated(const std::string& head, const std::string& text, size_t times) {
  std::string all = Cat("# Kestrel 3 7B\n\nHarbour Labs releases Kestrel 3 7B.\n\n", head);
  for (size_t i = 0; i < times; ++i) all += ReplaceAll(text, "%", Cat(i));
  return all;
}

double TimeOf(const std::string& bytes) {
  LabelledUnit unit;
  unit.bytes = bytes;
  unit.file_name = "README.md";
  return Fastest({&unit}, Extract);
}

}  // namespace

void PrintSpeed(const std::vector<const LabelledUnit*>& documents) {
  std::printf(
      "\nspeed, warm, the fastest of %d passes, CPU time of one thread\n%-20s %5s %9s %9s %9s %9s %9s %8s\n",
      kPasses, "format", "", "KB each", "a second", "ms each", "reading", "parsing", "ratio");
  std::map<std::string, std::vector<const LabelledUnit*>> formats;
  for (const LabelledUnit* unit : documents) {
    if (const std::string format = FormatOf(*unit); !format.empty()) {
      formats[format].push_back(unit);
      formats["all"].push_back(unit);
    }
  }
  for (const auto& [format, units] : formats) PrintRow(format, units);
  std::vector<LabelledUnit> announcements;
  for (int i = 0; i < 200; ++i) announcements.push_back(Short(i));
  std::vector<const LabelledUnit*> units;
  for (const LabelledUnit& unit : announcements) units.push_back(&unit);
  PrintRow("short announcements", units);
}

void PrintGrowth() {
  const std::pair<const char*, const char*> kShapes[] = {
      {"many headings", "## Kestrel % released\n\nIt is new.\n\n"},
      {"many sentences", "Kestrel 3 is released by Harbour Labs with % tokens of context under MIT. "},
      {"one long line", "kestrel-% "},
      {"a huge table", "| Kestrel % | 7B | 71.% |\n"},
      {"many links", "[Kestrel %](https://github.com/harbour/kestrel-%) "},
      {"many list items", "- **Kestrel %**: Apache 2.0, $% per month\n"},
      {"code blocks", "```\npip install kestrel-%\n```\n\n"}};
  std::printf("\ngrowth\n%-20s %9s %9s %9s\n", "shape", "KB", "ms", "twice, ms");
  for (const auto& [title, text] : kShapes) {
    const bool table = std::string_view(title) == "a huge table";
    const std::string head = table ? "| model | size | MMLU |\n|---|---|---|\n" : "";
    const size_t times = 120'000 / std::string_view(text).size();
    const std::string once = Repeated(head, text, times);
    const double small = TimeOf(once);
    const double large = TimeOf(Repeated(head, text, 2 * times));
    std::printf("%-20s %9.0f %9.2f %9.2f  x %.2f\n", title, static_cast<double>(once.size()) / 1e3, small,
                large, large / small);
  }
}

}  // namespace seaworthy
