#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/vendor_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {

void VendorFinder::Vote(std::string_view said, Span raw, double score) {
  std::string value = OneLine(said);
  static const Pattern kTeam(
      R"(^(?:the )?(.{2,60}?)(?:'s)?\s+(?:team|research team|developers|organization|group|authors)$)", true);
  if (const auto team = kTeam.Find(value))
    value = value.substr(team->groups[1].begin, team->groups[1].size());
  while (!value.empty() && (value.back() == ',' || value.back() == '.' || value.back() == ':'))
    value.pop_back();
  if (StartsWith(value, "The ") && value.size() < 40) value = value.substr(4);
  if (value.size() < 2 || value.size() > 80 || raw.empty()) return;
  static const Pattern kAside(R"(\s*\((?:\[?(?:website|link|homepage|site)\]?)\)$)", true);
  if (const auto aside = kAside.Find(value)) value.resize(aside->all().begin);
  // A person with a footnote mark, a date, a sentence.
  if (value.find_first_of("*;!?|<>{}") != value.npos || std::count(value.begin(), value.end(), ',') > 1)
    return;
  static const Pattern kDate(R"(\b(?:19|20)\d\d\b)");
  if (kDate.Matches(value)) return;
  const std::string lower = Lower(value);
  for (std::string_view none : {"we", "it", "this", "our", "us", "you", "they", "today", "community", "model",
                                "the community", "open", "the", "hf", "none", "n/a", "unknown",
                                "more information needed", "[more information needed]"}) {
    if (lower == none) return;
  }
  for (std::string_view product : {" CLI", " SDK"}) {
    if (EndsWith(value, product) && value.size() > product.size() + 2)
      value.resize(value.size() - product.size());
  }
  for (std::string_view place : {" Hub", " Platform", " API", " Cloud"}) {
    if (EndsWith(value, place) && !KnownVendor(value) &&
        KnownVendor(value.substr(0, value.size() - place.size())))
      value.resize(value.size() - place.size());
  }
  if (const auto known = KnownVendor(value)) value = std::string(*known);
  const std::string key = NameKey(value);
  if (key == NameKey(draft_.name) && score < 20) score *= 0.6;
  auto [it, fresh] = votes_.try_emplace(key, Maker{value, raw, 0});
  it->second.score += score;
}

void VendorFinder::VoteText(Span text, double score) {
  if (const auto raw = source_.Raw(text)) Vote(source_.Text(text), *raw, score);
}

Span VendorFinder::TrimOrg(Span span) const {
  static const Pattern kLead(
      R"(^(?:After|Since|Following|Until|While|Although|Because|Once|Before|During|Alongside|Then|Like|Unlike|By|Yesterday|Today|Here|Now|And|But|With|At|In|The|Our|We|I|This|These|It|That|They|As|For|Both|All|When|If|So|To|Also) )");
  while (const auto lead = kLead.Find(source_.Text(span))) span.begin += lead->all().end;
  const std::string_view text = source_.Text(span);
  for (std::string_view tail : {" and", " of", " for", " the", " The", " team", " Team"}) {
    if (EndsWith(text, tail)) return TrimOrg({span.begin, span.end - tail.size()});
  }
  for (std::string_view tail : {".", ",", "-", "&"}) {
    if (EndsWith(text, tail) && !EndsWith(text, "Inc.")) return TrimOrg({span.begin, span.end - 1});
  }
  if (Contains(text, "(") != Contains(text, ")")) {
    return TrimOrg({span.begin, span.begin + text.find_first_of("()")});
  }
  static constexpr std::string_view kNone[] = {
      "We",   "It",   "This", "The",  "Our",  "These", "Today",  "You",   "They",   "I",
      "Both", "All",  "Each", "A",    "An",   "In",    "Here",   "There", "That",   "SFT",
      "RL",   "RLHF", "DPO",  "GRPO", "LoRA", "AI",    "Python", "Which", "Figure", "Table"};
  for (std::string_view none : kNone) {
    if (text == none) return {};
  }
  const std::string key = NameKey(text);
  const std::string own = NameKey(draft_.name);
  if (key.size() < 2 || (key == own && !KnownVendor(text))) return {};
  // "Qwen3-32B is released": a variant of the tool, not its maker.
  if (StartsWith(key, own) && key.size() > own.size()) return {};
  return span;
}

std::string VendorFinder::AsWritten(const std::string& handle) const {
  const std::string& lower = source_.lower();
  const std::string word = Lower(handle);
  std::map<std::string, int> forms;
  for (size_t at = 0; (at = FindWord(lower, word, at)) != lower.npos; at += word.size()) {
    if (at > 0 && (lower[at - 1] == '/' || lower[at - 1] == '@')) continue;
    if (at + word.size() < lower.size() && lower[at + word.size()] == '/') continue;
    std::string form(source_.Text({at, at + word.size()}));
    if (std::any_of(form.begin(), form.end(), IsUpper)) ++forms[form];
  }
  std::string best = handle;
  int most = 0;
  for (const auto& [form, count] : forms) {
    if (count > most) {
      most = count;
      best = form;
    }
  }
  return best;
}

}  // namespace seaworthy
