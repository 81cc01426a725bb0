#include "services/reviewer/offline/as_said.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr size_t kMinWords = 2;
constexpr size_t kCutLength = 150;
constexpr size_t kMaxRun = 34;
constexpr size_t kMaxNameBytes = 60;
constexpr size_t kMaxCommandBytes = 56;

// Who speaks of these speaks to us, not of a tool.
constexpr std::array<std::string_view, 24> kAddressed = {
    "reviewer",    "persona",       "verdict",       "rubric",   "the panel", "review panel",
    "panel ship",  "ignore ",       "disregard",     "override", "outrank",   "you must",
    "you are now", "system prompt", "vote ",         "votes ",   "voting",    "your rules",
    "your answer", "as an ai",      "previous inst", "base64",   "rot13",     "your instructions"};

constexpr std::array<std::string_view, 21> kMarkup = {"\xe2\x86\x92",
                                                      "\xe2\x80\x9c",
                                                      "\xe2\x80\x9d",
                                                      "|",
                                                      "#",
                                                      "{",
                                                      "=>",
                                                      "<",
                                                      ">",
                                                      "://",
                                                      "www.",
                                                      "](",
                                                      "![",
                                                      "{{",
                                                      "}}",
                                                      "`",
                                                      "\\",
                                                      "&#",
                                                      "&lt",
                                                      "javascript:",
                                                      "@@"};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// Mostly Latin: other scripts do not read in an English sentence.
bool MostlyAscii(std::string_view text) {
  const size_t high =
      std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return high * 8 <= text.size();
}

bool EndsClause(std::string_view word) {
  return !word.empty() && std::string_view(",;:.!?)").find(word.back()) != std::string_view::npos;
}

// Words a clause must not end with.
bool Dangling(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "a",     "an",     "the",     "of",    "to",     "in",      "on",   "for",  "and",       "or",
      "with",  "by",     "at",      "from",  "as",     "is",      "are",  "was",  "be",        "that",
      "which", "its",    "it",      "this",  "we",     "our",     "than", "into", "like",      "such",
      "using", "while",  "when",    "but",   "their",  "your",    "any",  "all",  "both",      "has",
      "have",  "can",    "will",    "over",  "under",  "between", "also", "only", "including", "through",
      "not",   "within", "without", "about", "across", "during",  "per",  "via",  "if",        "because",
      "how",   "what",   "where",   "who",   "these",  "those",   "more", "most", "very"};
  const std::string lower = text::Lower(word);
  return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

bool ContinuesAThought(std::string_view word) {
  static constexpr std::string_view kWords[] = {"and",  "but",     "or",    "so",  "which",
                                                "that", "because", "while", "also"};
  const std::string lower = text::Lower(word);
  return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

std::string_view TrimStops(std::string_view word) {
  while (!word.empty() && std::string_view(",;:.!").find(word.back()) != std::string_view::npos) {
    word.remove_suffix(1);
  }
  return word;
}

bool Balanced(std::string_view text) {
  return std::count(text.begin(), text.end(), '(') == std::count(text.begin(), text.end(), ')') &&
         std::count(text.begin(), text.end(), '[') == std::count(text.begin(), text.end(), ']') &&
         text.find('"') == std::string_view::npos;
}

// How many of the words to keep: all, or up to the last pause, or up to the
// last word that does not dangle.
size_t CutAt(const std::vector<std::string_view>& words, size_t max_words) {
  if (words.size() <= max_words) return words.size();
  for (size_t n = max_words; n >= 5; --n) {
    if (EndsClause(words[n - 1])) return n;
  }
  for (size_t n = max_words; n >= 5; --n) {
    if (Dangling(words[n])) return n;
  }
  return 0;
}

// Thanks and excitement say nothing of a tool.
bool IsPleasantry(std::string_view text) {
  static constexpr std::string_view kWords[] = {"thank",    "excited",    "thrilled", "appreciate",
                                                "proud to", "delighted",  "happy to", "stay tuned",
                                                "we hope",  "we're glad", "welcome "};
  const std::string lower = text::Lower(text);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&lower](std::string_view word) { return lower.find(word) != std::string::npos; });
}

// Without a label of up to three words before a colon.
std::string_view WithoutLabel(std::string_view text) {
  const size_t colon = text.find(": ");
  if (colon == std::string_view::npos || text::Words(text.substr(0, colon)).size() > 3) return text;
  return text::Strip(text.substr(colon + 2));
}

// Words that a value of the field holds where it is about it; none where any
// will do.
std::string_view TellingWords(std::string_view field) {
  static constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"limitation",
       "not |n't|cannot|limit|only|no |fail|bias|may |without|struggl|challeng|lack|poor|difficult|issue|"
       "error|restrict|bad|wrong|worse|weak|slow|never|nor "},
      {"use_case",
       "for |use|task|suited|ideal|design|help|build|answer|assist|analy|generat|research|applicat"},
      {"security",
       "secur|privat|privacy|gdpr|soc 2|on-prem|hipaa|encrypt|complian|self-host|network|sandbox|air-gap|"
       "own infra|redact"},
      {"roadmap", "will|plan|coming|soon|next|future|upcoming|later|roadmap|continue"},
      {"fine_tuning", "tun|lora|adapt"},
      {"training_data", "train|token|data|corpus|examples"},
      {"support", "support|sla|help|enterprise|assist|contact"},
      {"benchmark_method",
       "shot|pass@|temperature|greedy|harness|prompt|averag|sampl|setting|seed|lm-eval|measured"},
      {"adoption", "download|star|user|used|team|compan|customer|million|thousand"},
  };
  for (const auto& [name, words] : kFields) {
    if (name == field) return words;
  }
  return "";
}

bool HoldsAny(std::string_view text, std::string_view words) {
  const std::string lower = text::Lower(text);
  while (!words.empty()) {
    const size_t bar = std::min(words.find('|'), words.size());
    if (lower.find(words.substr(0, bar)) != std::string::npos) return true;
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return false;
}

}  // namespace

bool IsQuotable(std::string_view words) {
  if (HasControl(words) || !text::IsUtf8(words) || !MostlyAscii(words)) return false;
  const std::string lower = text::Lower(words);
  const auto contains = [&lower](std::string_view part) { return lower.find(part) != std::string::npos; };
  if (std::any_of(kMarkup.begin(), kMarkup.end(), contains)) return false;
  if (std::any_of(kAddressed.begin(), kAddressed.end(), contains)) return false;
  const auto runs = text::Words(words);
  return std::all_of(runs.begin(), runs.end(), [](std::string_view run) { return run.size() <= kMaxRun; });
}

std::optional<std::string> Clause(std::string_view words, size_t max_words) {
  words = WithoutLabel(words);
  if (!IsQuotable(words) || IsPleasantry(words)) return std::nullopt;
  std::vector<std::string_view> all = text::Words(words);
  // Emoji and dashes at either end are decoration.
  while (!all.empty() && text::CountWords(all.back()) == 0) all.pop_back();
  while (!all.empty() && text::CountWords(all.front()) == 0) all.erase(all.begin());
  // A clause that begins in the middle of a thought is none.
  if (all.empty() || ContinuesAThought(all.front())) return std::nullopt;
  // A sentence's end is the best place to stop.
  for (size_t n = 4; n < std::min(all.size(), max_words); ++n) {
    const std::string_view word = all[n - 1];
    if (word.size() > 3 && (word.back() == '.' || word.back() == ';' || word.back() == '!')) {
      all.resize(n);
      break;
    }
  }
  size_t keep = CutAt(all, max_words);
  // A value of full length was cut by extraction, often within a thought.
  if (keep == all.size() && words.size() >= kCutLength && !EndsClause(all.back()))
    keep = CutAt(all, all.size() - 1);
  while (keep > 0 && Dangling(TrimStops(all[keep - 1]))) --keep;
  if (keep < kMinWords || all[keep - 1].ends_with("?")) return std::nullopt;
  std::string out;
  for (size_t i = 0; i < keep; ++i) text::Append(&out, i == 0 ? "" : " ", all[i]);
  out.resize(TrimStops(out).size());
  if (!Balanced(out) || text::CountWords(out) < kMinWords) return std::nullopt;
  return out;
}

std::optional<std::string> ClauseAbout(std::string_view field, std::string_view words) {
  const std::string_view telling = TellingWords(field);
  const size_t least = field == "benchmark_method" ? 3 : 2;
  const auto fits = [&](const std::optional<std::string>& clause) {
    return clause.has_value() && text::CountWords(*clause) >= least &&
           (telling.empty() || HoldsAny(*clause, telling));
  };
  for (size_t from = 0; from < words.size();) {
    auto clause = Clause(words.substr(from));
    if (fits(clause)) return clause;
    if (telling.empty()) return std::nullopt;
    size_t next = words.size();
    for (std::string_view pause : {", and ", "; ", ". ", ", ", " and "}) {
      const size_t at = words.find(pause, from);
      if (at != std::string_view::npos) next = std::min(next, at + pause.size());
    }
    from = next;
  }
  return std::nullopt;
}

std::string CleanName(std::string_view name) {
  std::string out;
  bool tag = false;
  for (char c : name) {
    if (c == '<') tag = true;
    const bool keep = !tag && static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '`' && c != '>';
    if (c == '>') tag = false;
    if (keep) out.push_back(c);
  }
  out = std::string(text::Strip(out));
  if (out.size() > kMaxNameBytes) {
    size_t cut = kMaxNameBytes;
    while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
    out.resize(cut);
  }
  return text::IsUtf8(out) && IsQuotable(out) ? out : "";
}

std::optional<std::string> Command(std::string_view command) {
  command = text::Strip(command.substr(0, command.find('\n')));
  // A comment after the command is for the page, not the shell.
  command = text::Strip(command.substr(0, command.find(" #")));
  while (command.starts_with("$") || command.starts_with("!") || command.starts_with(">")) {
    command = text::Strip(command.substr(1));
  }
  const bool shows = !command.empty() && command.size() <= kMaxCommandBytes && !HasControl(command) &&
                     text::IsUtf8(command) && command.find_first_of("`<>") == std::string_view::npos &&
                     command.find("://") == std::string_view::npos && command.back() != '\\';
  if (!shows) return std::nullopt;
  return std::string(command);
}

}  // namespace seaworthy::offline
