#include "tests/fault_server/verdict_writer.h"

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace seaworthy {
namespace {

struct Beat {
  const char* id;
  const char* text;
};

struct Panelist {
  const char* id;
  const char* mark;  // A beat nobody else has.
  const char* title;
  std::vector<Beat> beats;
};

const std::array<Panelist, 4>& Panelists() {
  static const auto* const panelists = new std::array<Panelist, 4>{{
      {"dx",
       "first-ten-minutes",
       "Developer experience",
       {{"primitive",
         "{name} is {kind} you hold yourself, which is the first thing a developer should want to know."},
        {"dx-bet",
         "The bet is that {license} matters more to a working team than another point on a leaderboard."},
        {"first-ten-minutes",
         "The first ten minutes hang on {command}, and on whether the page says what to do next."},
        {"weekend-alternative",
         "A weekend with an open checkpoint and a small server gets close, without {size} to look after."},
        {"what-earns-it",
         "What earns the vote is a written limit, because {vendor} says what breaks before users do."}}},
      {"competitor",
       "what-kills-it",
       "Competitor",
       {{"category",
         "{name} enters a crowded shelf where {kind} is the least that is expected of a newcomer this year."},
        {"direct-competitors",
         "Its neighbours on that shelf answer the same request at {size}, and buyers will compare them line "
         "by line."},
        {"where-it-breaks",
         "It breaks where the announcement goes quiet, since {context} decides which documents fit."},
        {"what-kills-it",
         "What kills it within a year is a larger maker giving the same thing away, for {license} alone is "
         "no fence."}}},
      {"futurist",
       "second-order-effect",
       "Futurist",
       {{"thesis",
         "By the end of next year tools like {name} will be judged by what they cost to leave, not to "
         "adopt."},
        {"dependency",
         "For that to hold, {license} has to stay as it is while {vendor} looks for a way to be paid."},
        {"second-order-effect",
         "The effect behind the effect is that {size} becomes a unit people plan rooms and budgets around."},
        {"timing",
         "It comes on time: early enough to shape habits, late enough that {context} surprises nobody "
         "now."}}},
      {"business",
       "stress-test",
       "Business",
       {{"buyer",
         "The buyer is a team lead who already pays for hosting and wants {name} to replace one line of the "
         "bill."},
        {"moat",
         "The moat is shallow, for {license} lets a rival start from the same place on the same morning."},
        {"stress-test",
         "Under stress the question is who answers the phone, and {vendor} has to be that someone."},
        {"flip",
         "A published price and a named customer would flip this, because {size} is no business case by "
         "itself."}}},
  }};
  return *panelists;
}

uint64_t Hash(absl::string_view text, uint64_t hash = 1469598103934665603ULL) {
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  return hash;
}

// The word after `mark`, as in `persona=dx`.
absl::string_view WordAfter(absl::string_view text, absl::string_view mark) {
  const size_t at = text.find(mark);
  if (at == absl::string_view::npos) return "";
  text.remove_prefix(at + mark.size());
  size_t end = 0;
  while (end < text.size() && (absl::ascii_isalnum(text[end]) || text[end] == '-' || text[end] == '_')) ++end;
  return text.substr(0, end);
}

const Panelist& PanelistOf(const ChatRequest& request) {
  for (const absl::string_view text :
       {absl::string_view(request.schema), absl::string_view(request.system)}) {
    for (const Panelist& panelist : Panelists()) {
      if (absl::StrContains(text, panelist.mark)) return panelist;
    }
  }
  for (const absl::string_view text : {absl::string_view(request.system), absl::string_view(request.user)}) {
    const absl::string_view named = WordAfter(text, "persona=");
    for (const Panelist& panelist : Panelists()) {
      if (named == panelist.id || absl::StrContains(text, panelist.title)) return panelist;
    }
  }
  return Panelists()[0];
}

absl::string_view Cleaned(absl::string_view value) {
  value = absl::StripAsciiWhitespace(value);
  while (!value.empty() && absl::StrContains("\",|`'", value.back())) value.remove_suffix(1);
  while (!value.empty() && absl::StrContains("\"|`' ", value.front())) value.remove_prefix(1);
  return value.substr(0, 80);
}

using Facts = std::map<absl::string_view, std::string>;

// Fields of docs/facts.md that the sentences use.
constexpr auto kFields = std::to_array<absl::string_view>(
    {"name", "vendor", "kind", "license", "parameters_b", "context_tokens", "install_command"});

// The fact a line tells, if it is `field: value` with something before it.
void ReadLine(absl::string_view line, Facts* facts) {
  size_t begin = 0;
  while (begin < line.size() && !absl::ascii_isalpha(line[begin])) ++begin;
  line.remove_prefix(begin);
  for (const absl::string_view field : kFields) {
    if (!absl::StartsWith(line, field)) continue;
    const absl::string_view rest = line.substr(field.size());
    const size_t mark = rest.find_first_not_of("\"'` ");
    if (mark == absl::string_view::npos || !absl::StrContains(":=|", rest[mark])) continue;
    absl::string_view value = rest.substr(mark + 1);
    value = Cleaned(value.substr(0, value.find(" | ")));
    if (!value.empty()) facts->emplace(field, std::string(value));
  }
}

// `"field":"license","value":"MIT"`, however it is spaced.
void ReadPairs(absl::string_view text, Facts* facts) {
  constexpr absl::string_view kValue = "\"value\":";
  for (const absl::string_view field : kFields) {
    const size_t at = text.find(absl::StrCat("\"", field, "\""));
    if (at == absl::string_view::npos) continue;
    const absl::string_view rest = text.substr(at, 200);
    const size_t value = rest.find(kValue);
    if (value == absl::string_view::npos) continue;
    absl::string_view quoted = absl::StripLeadingAsciiWhitespace(rest.substr(value + kValue.size()));
    if (!absl::ConsumePrefix(&quoted, "\"")) continue;
    facts->emplace(field, std::string(quoted.substr(0, std::min<size_t>(quoted.find('"'), 80))));
  }
}

Facts FactsOf(const ChatRequest& request) {
  Facts facts;
  // Prompts mark data with a sign in place of spaces.
  const std::string plain = absl::StrReplaceAll(request.user, {{"^", " "}});
  for (const absl::string_view line : absl::StrSplit(plain, '\n')) ReadLine(line, &facts);
  if (facts.size() < kFields.size()) ReadPairs(request.user, &facts);
  return facts;
}

std::string Get(const Facts& facts, absl::string_view field, absl::string_view otherwise) {
  const auto found = facts.find(field);
  return found == facts.end() ? std::string(otherwise) : found->second;
}

std::string NameOf(const Facts& facts, const ChatRequest& request) {
  const absl::string_view id = WordAfter(request.user, "tool_id=");
  return Get(facts, "name", id.empty() ? "the tool" : id);
}

std::string Sentence(const char* text, const Facts& facts, const std::string& name) {
  const std::string size = Get(facts, "parameters_b", "");
  const std::string context = Get(facts, "context_tokens", "");
  return absl::StrReplaceAll(
      text,
      {{"{name}", name},
       {"{kind}", facts.contains("kind") ? absl::StrCat("a ", absl::AsciiStrToLower(Get(facts, "kind", "")))
                                         : "a tool"},
       {"{license}", Get(facts, "license", "the licence")},
       {"{vendor}", Get(facts, "vendor", "the maker")},
       {"{command}", Get(facts, "install_command", "the way it is installed")},
       {"{size}", size.empty() ? "a size of its own" : absl::StrCat(size, "B parameters")},
       {"{context}",
        context.empty() ? "the context window" : absl::StrCat("a context of ", context, " tokens")}});
}

// One claim: the sentence that names the licence, with the licence for evidence.
std::string ClaimsOf(const std::vector<std::string>& sentences, const Facts& facts) {
  const std::string license = Get(facts, "license", "");
  for (const std::string& sentence : sentences) {
    if (license.empty() || !absl::StrContains(sentence, license)) continue;
    return absl::StrCat(R"({"text":)", Quoted(sentence), R"(,"kind":"fact","evidence":[{"quote":)",
                        Quoted(license),
                        R"(,"field":"license"}],"absent":[],"fields":["license"],"due_date":null,)",
                        R"("probability":null,"decided_by":null})");
  }
  return "";
}

}  // namespace

std::string WriteVerdict(const ChatRequest& request) {
  const Panelist& panelist = PanelistOf(request);
  const Facts facts = FactsOf(request);
  const std::string name = NameOf(facts, request);
  std::vector<std::string> sentences;
  std::vector<std::string> beats;
  for (const Beat& beat : panelist.beats) {
    sentences.push_back(Sentence(beat.text, facts, name));
    beats.push_back(absl::StrCat(R"({"id":")", beat.id, R"(","text":)", Quoted(sentences.back()), "}"));
  }
  const uint64_t hash = Hash(name, Hash(panelist.id));
  const std::string confidence = absl::StrCat("0.", 55 + hash / 7 % 40);
  return absl::StrCat(R"({"vote":")", hash % 10 < 6 ? "ship" : "skip", R"(","confidence":)", confidence,
                      R"(,"quote":)", Quoted(absl::StrJoin(sentences, " ")), R"(,"beats":[)",
                      absl::StrJoin(beats, ","), R"(],"claims":[)", ClaimsOf(sentences, facts),
                      R"(],"competitors":[],"flip":"A published price and a named customer."})");
}

std::string FillIn(const std::string& text, const ChatRequest& request) {
  const absl::string_view marked = WordAfter(request.user, "persona=");
  const std::string persona = marked.empty() ? PanelistOf(request).id : std::string(marked);
  return absl::StrReplaceAll(text, {{"{persona}", persona}, {"{tool}", NameOf(FactsOf(request), request)}});
}

}  // namespace seaworthy
