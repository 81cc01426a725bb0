#include "services/ingest/extract/name_votes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

bool AllCapitals(std::string_view name) {
  return std::none_of(name.begin(), name.end(), IsLower) && name.size() > 6;
}

}  // namespace

void NameVotes::Older(std::string_view name) { older_.push_back(NameKey(name)); }

void NameVotes::SetTitle(std::string_view name) { title_ = NameKey(name); }

void NameVotes::Weaken(std::string_view name, double part) {
  const auto found = found_.find(NameKey(name));
  if (found != found_.end()) found->second.score *= part;
}

std::vector<NameCandidate> NameVotes::Ranked() {
  Mentions();
  std::vector<NameCandidate> names;
  for (auto& [key, candidate] : found_) names.push_back(std::move(candidate));
  std::stable_sort(names.begin(), names.end(), [](const NameCandidate& a, const NameCandidate& b) {
    return a.score != b.score ? a.score > b.score : a.raw.begin < b.raw.begin;
  });
  PreferLonger(&names);
  PreferWithoutMaker(&names);
  PreferTitle(&names);
  return names;
}

void NameVotes::Add(std::string_view name, Span raw, double score, bool announced) {
  name = Strip(name);
  const std::string key = NameKey(name);
  if (key.size() < 2 || name.size() > 80 || raw.empty() || (score < kNamedInField && !NamesSomething(name)))
    return;
  if (!std::any_of(key.begin(), key.end(), [](char c) { return !IsDigit(c); })) return;
  auto [it, fresh] = found_.try_emplace(key, NameCandidate{std::string(name), raw, 0, false});
  it->second.score += score;
  it->second.announced = it->second.announced || announced;
  if (fresh && score >= kNamedInField) fixed_.insert(key);
  if (fresh || it->second.name == name) return;
  // The form most used; a title in capitals is nobody's form.
  const size_t old_uses = AllCapitals(it->second.name) ? 0 : Uses(it->second.name);
  if (AllCapitals(it->second.name) ||
      (!AllCapitals(name) && !fixed_.contains(key) && Uses(name) > old_uses)) {
    it->second.name = std::string(name);
    it->second.raw = raw;
  }
}

size_t NameVotes::Uses(std::string_view form) const {
  const std::string_view text = source_.document().text;
  size_t count = 0;
  for (size_t at = 0; count < 100 && (at = text.find(form, at)) != text.npos; at += form.size()) ++count;
  return count;
}

void NameVotes::AddText(Span text, double score, bool announced) {
  if (const auto raw = source_.Raw(text)) Add(source_.Text(text), *raw, score, announced);
}

void NameVotes::Mentions() {
  const std::string& lower = source_.lower();
  for (auto& [key, candidate] : found_) {
    const std::string word = Lower(candidate.name);
    size_t count = 0;
    for (size_t at = 0; count < 60 && (at = FindWord(lower, word, at)) != lower.npos; at += word.size())
      ++count;
    if (std::find(older_.begin(), older_.end(), key) != older_.end()) candidate.score -= 100;
    candidate.score += std::min(24.0, 5 * std::log2(1.0 + static_cast<double>(count)));
    for (const Spelling& runtime : RuntimeSpellings()) {
      if (Lower(candidate.name) == runtime.word && candidate.score < 60) candidate.score *= 0.5;
    }
  }
}

// "Granite Code" where "Granite" is hardly said without "Code".
void NameVotes::PreferLonger(std::vector<NameCandidate>* names) const {
  if (names->empty()) return;
  const std::string first = Lower((*names)[0].name);
  const double count = static_cast<double>(CountOf(first));
  static const Pattern kSize(R"(\d(?:b|m)\b)");
  for (size_t i = 1; i < names->size() && i < 12; ++i) {
    const std::string longer = Lower((*names)[i].name);
    if (!StartsWith(longer, first) || (longer[first.size()] != ' ' && longer[first.size()] != '-')) continue;
    if (kSize.Matches(longer) || Contains(longer, " and ") ||
        static_cast<double>(CountOf(longer)) < 0.5 * count)
      continue;
    if ((*names)[i].score * 4 < (*names)[0].score) continue;
    std::swap((*names)[0], (*names)[i]);
    return;
  }
}

// "Lantern-2-VL-32B" of the title where the text says "Lantern-2-VL" more.
void NameVotes::PreferTitle(std::vector<NameCandidate>* names) const {
  if (names->empty() || title_.empty()) return;
  const std::string first = Lower((*names)[0].name);
  for (size_t i = 1; i < names->size(); ++i) {
    const std::string longer = Lower((*names)[i].name);
    if (NameKey(longer) != title_) continue;
    // The title's name, and what its variant for chats is called.
    static const Pattern kTuned(R"(^[- ](?:instruct|chat|base|it)$)");
    if (StartsWith(first, longer) && kTuned.Matches(first.substr(longer.size()))) {
      std::swap((*names)[0], (*names)[i]);
      return;
    }
    if (!StartsWith(longer, first)) continue;
    const char next = longer.size() > first.size() ? longer[first.size()] : '.';
    if ((next == '-' || next == ' ') && std::count(longer.begin(), longer.end(), ' ') <= 3)
      std::swap((*names)[0], (*names)[i]);
    return;
  }
}

// "Harbour Lantern-3" where the text goes on with "Lantern-3".
void NameVotes::PreferWithoutMaker(std::vector<NameCandidate>* names) const {
  if (names->empty()) return;
  const std::string first = (*names)[0].name;
  const size_t space = first.find(' ');
  if (space == first.npos || !KnownVendor(first.substr(0, space))) return;
  const std::string rest = NameKey(first.substr(space + 1));
  for (size_t i = 1; i < names->size() && i < 12; ++i) {
    if (NameKey((*names)[i].name) != rest || (*names)[i].score < 30) continue;
    std::swap((*names)[0], (*names)[i]);
    return;
  }
}

size_t NameVotes::CountOf(const std::string& word) const {
  size_t count = 0;
  for (size_t at = 0; count < 200 && (at = FindWord(source_.lower(), word, at)) != std::string::npos;
       at += word.size())
    ++count;
  return count;
}

}  // namespace seaworthy
