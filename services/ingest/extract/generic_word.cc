#include <algorithm>
#include <array>
#include <string>

#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxNameBytes = 80;
constexpr size_t kMaxNameWords = 7;

// Words that stand in titles and headings and name nothing.
bool IsGenericWord(std::string_view word) {
  static constexpr std::array kWords = {"a",
                                        "about",
                                        "access",
                                        "all",
                                        "an",
                                        "and",
                                        "announcement",
                                        "announcing",
                                        "api",
                                        "architecture",
                                        "are",
                                        "available",
                                        "background",
                                        "benchmark",
                                        "benchmarks",
                                        "beta",
                                        "blog",
                                        "build",
                                        "building",
                                        "card",
                                        "changed",
                                        "changelog",
                                        "changes",
                                        "citation",
                                        "community",
                                        "conclusion",
                                        "contents",
                                        "contributing",
                                        "demo",
                                        "deprecated",
                                        "description",
                                        "details",
                                        "documentation",
                                        "evaluation",
                                        "examples",
                                        "family",
                                        "faq",
                                        "features",
                                        "first",
                                        "for",
                                        "from",
                                        "general",
                                        "getting",
                                        "guide",
                                        "hello",
                                        "highlights",
                                        "home",
                                        "how",
                                        "important",
                                        "in",
                                        "information",
                                        "installation",
                                        "introducing",
                                        "introduction",
                                        "is",
                                        "key",
                                        "language",
                                        "large",
                                        "latest",
                                        "launch",
                                        "license",
                                        "links",
                                        "major",
                                        "meet",
                                        "metrics",
                                        "model",
                                        "models",
                                        "new",
                                        "news",
                                        "note",
                                        "notes",
                                        "notice",
                                        "now",
                                        "of",
                                        "on",
                                        "open",
                                        "organisation",
                                        "our",
                                        "overview",
                                        "performance",
                                        "post",
                                        "preview",
                                        "quick",
                                        "quickstart",
                                        "readme",
                                        "release",
                                        "released",
                                        "releases",
                                        "releasing",
                                        "report",
                                        "repository",
                                        "requirements",
                                        "research",
                                        "results",
                                        "series",
                                        "setup",
                                        "source",
                                        "stable",
                                        "start",
                                        "started",
                                        "state",
                                        "structure",
                                        "summary",
                                        "table",
                                        "technical",
                                        "the",
                                        "their",
                                        "this",
                                        "tldr",
                                        "to",
                                        "today",
                                        "training",
                                        "tutorial",
                                        "update",
                                        "updates",
                                        "usage",
                                        "use",
                                        "using",
                                        "v",
                                        "version",
                                        "we",
                                        "welcome",
                                        "what",
                                        "whats",
                                        "why",
                                        "with",
                                        "you",
                                        "your",
                                        "small",
                                        "art",
                                        "informations",
                                        "generales",
                                        "resources",
                                        "context",
                                        "abstract",
                                        "blogs",
                                        "publication",
                                        "contact",
                                        "upgrade",
                                        "upgrades",
                                        "current",
                                        "unreleased",
                                        "added",
                                        "fixed",
                                        "security",
                                        "improvements",
                                        "improvement",
                                        "retirement",
                                        "deprecation",
                                        "deprecations",
                                        "highlight",
                                        "ai",
                                        "ia",
                                        "ki",
                                        "vlm",
                                        "intelligence",
                                        "artificial",
                                        "artificielle",
                                        "oss",
                                        "smol"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

bool IsVersionWord(std::string_view word) {
  static const Pattern kVersion(R"(^v?\d+(?:\.\d+)*[a-z]?$)", true);
  return kVersion.Matches(word);
}

}  // namespace

bool NamesSomething(std::string_view name) {
  if (name.size() < 2 || name.size() > kMaxNameBytes) return false;
  size_t words = 0;
  bool particular = false;
  bool letters = false;
  for (std::string_view word : Split(name, ' ')) {
    word = Strip(word);
    if (word.empty()) continue;
    ++words;
    std::string plain;
    for (char c : Lower(word)) {
      if (IsAlnum(c) || static_cast<unsigned char>(c) >= 0x80) plain.push_back(c);
      letters = letters || IsAlpha(c) || static_cast<unsigned char>(c) >= 0x80;
    }
    if (!plain.empty() && !IsGenericWord(plain) && !IsVersionWord(plain)) particular = true;
  }
  return words > 0 && words <= kMaxNameWords && particular && letters;
}

}  // namespace seaworthy
