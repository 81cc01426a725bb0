#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/vendor_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {

void VendorFinder::Listed() {
  static const Pattern kMakers(
      R"(^(?:The )?([A-Z][\pL\pN&.-]*(?: (?:of|for|[A-Z][\pL\pN&.()-]*)){0,5})(?:, (?:the )?[A-Z][^,.]{1,60}){0,4},? and (?:the )?[A-Z][^,.]{1,60}? (?:today |now |jointly |just |proudly )*(?:(?:has|have|are) (?:now |just |jointly )?)?(?:releas(?:e|es|ed|ing)|launch(?:es|ed|ing)?|introduc(?:e|es|ed|ing)|announc(?:e|es|ed|ing)|open[- ]sourc(?:e|es|ed|ing)|unveil(?:s|ed|ing)?|present(?:s|ed|ing)?|publish(?:es|ed)?)\b)");
  size_t seen = 0;
  for (const Sentence& sentence : source_.sentences()) {
    if (++seen > 8) break;
    const auto makers = kMakers.Find(source_.Text(sentence));
    if (!makers) continue;
    const Span first =
        TrimOrg({sentence.text.begin + makers->groups[1].begin, sentence.text.begin + makers->groups[1].end});
    if (!first.empty()) VoteText(first, 20);
    return;
  }
}

void VendorFinder::House() {
  static const Pattern kOwn(
      R"(^([A-Z][\pL\pN]+(?:\.[a-z]{2,4})?) (?:CLI|SDK|API|Cloud|Studio|Desktop|(?:Python|JavaScript|TypeScript|Go|Rust) (?:SDK|[Ll]ibrary|[Cc]lient))$)");
  if (const auto own = kOwn.Find(draft_.name)) {
    const size_t at = FindWord(source_.lower(), Lower(draft_.name));
    const size_t size = own->groups[1].end;
    if (at != std::string::npos && SaidAlone(draft_.name.substr(0, size), draft_.name))
      VoteText({at, at + size}, 8);
  }
  static const Pattern kCustomers(
      R"(\b(?:all|our|every|for|to|of) ([A-Z][\pL\pN]+(?: AI)?) (?:customers|users|subscribers|accounts|plans|projects)\b)");
  static const Pattern kPlace(
      R"(^[^.]{2,60} (?:is|are) (?:now )?(?:generally )?(?:available|live|here|supported) (?:in|on) ([A-Z][\pL\pN]+)\W{0,3}$)");
  static const Pattern kWe(
      R"(\bwe(?:['’]re| are|['’]ve| have)? (?:\w+ )?(?:launch|releas|introduc|announc|ship|add|roll))");
  size_t seen = 0;
  bool we = false;
  Span place;
  for (const Sentence& sentence : source_.sentences()) {
    if (++seen > 12) break;
    const std::string_view text = source_.Text(sentence);
    we = we ||
         kWe.Matches(std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size()));
    for (const auto& [pattern, is_place] : {std::pair(&kCustomers, false), std::pair(&kPlace, true)}) {
      const auto match = pattern->Find(text);
      if (!match) continue;
      const Span org =
          TrimOrg({sentence.text.begin + match->groups[1].begin, sentence.text.begin + match->groups[1].end});
      if (org.empty()) continue;
      if (is_place) place = org;
      if (!is_place) VoteText(org, 4.5);
    }
  }
  if (we && !place.empty() && NameKey(source_.Text(place)) != NameKey(draft_.name)) VoteText(place, 6);
  FrontTitle(we);
}

bool VendorFinder::SaidAlone(const std::string& house, const std::string& tool) const {
  const std::string& lower = source_.lower();
  const std::string longer = Lower(tool);
  for (size_t at = 0; (at = FindWord(lower, Lower(house), at)) != lower.npos; at += house.size()) {
    if (lower.compare(at, longer.size(), longer) == 0 || source_.Text({at, at + house.size()}) != house)
      continue;
    return true;
  }
  return false;
}

void VendorFinder::FrontTitle(bool we) {
  static const Pattern kPlace(
      R"(^[^.]{2,60} (?:is|are) (?:now )?(?:generally )?(?:available|live|here|supported) (?:in|on) ([A-Z][\pL\pN]+)\W{0,3}$)");
  const Labelled* title = source_.FindLabelled({"title"});
  if (!we || title == nullptr) return;
  const auto place = kPlace.Find(title->value);
  if (!place) return;
  const std::string org = title->value.substr(place->groups[1].begin, place->groups[1].size());
  const size_t at = source_.document().bytes.find(org, title->raw.begin);
  if (at < title->raw.end) Vote(org, {at, at + org.size()}, 6);
}

void VendorFinder::Feed() {
  const auto site = SiteOf(source_);
  if (!site || PassedOn(site->name)) return;
  Vote(site->name, site->raw, NameKey(draft_.name).find(NameKey(site->name)) == 0 ? 20 : 8);
}

bool VendorFinder::PassedOn(const std::string& site) const {
  static const Pattern kVersioned(R"(\d|[a-z][A-Z])");
  const std::string key = NameKey(draft_.name);
  if (EndsWith(key, "support")) return false;
  if (!kVersioned.Matches(draft_.name) || Contains(key, NameKey(site))) return false;
  const std::string lower = Lower(site);
  static const Pattern kPlace(R"(\b(?:on|in|to|with|via|by|through|supports?) (?:the )?$)");
  static const Pattern kHost(R"(^(?:['’]s)?(?: \w+)? (?:supports?|partners|brings|hosts|adds|offers))");
  const std::string& text = source_.lower();
  for (size_t at = 0; (at = FindWordPrefix(text, lower, at)) != text.npos; at += lower.size()) {
    const size_t before = at > 16 ? at - 16 : 0;
    if (kPlace.Matches(std::string_view(text).substr(before, at - before))) return true;
    if (kHost.Matches(std::string_view(text).substr(at + lower.size(), 40))) return true;
  }
  return false;
}

size_t VendorFinder::FindWordPrefix(std::string_view text, std::string_view word, size_t from) {
  for (size_t at = from; (at = text.find(word, at)) != text.npos; ++at) {
    if (at == 0 || !IsAlnum(text[at - 1])) return at;
  }
  return text.npos;
}

}  // namespace seaworthy
