#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/vendor_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {

void VendorFinder::Run(Draft* draft) {
  Labels();
  Authors();
  Sentences();
  Owners();
  Links();
  OwnSites();
  DocumentationSites();
  Feed();
  Listed();
  House();
  Marks();
  Prefix();
  if (votes_.empty()) return;
  const auto best = std::max_element(votes_.begin(), votes_.end(), [](const auto& a, const auto& b) {
    return a.second.score != b.second.score ? a.second.score < b.second.score
                                            : a.second.raw.begin > b.second.raw.begin;
  });
  if (best->second.score < 4) return;
  draft->Add("vendor", best->second.value, best->second.raw);
}

void VendorFinder::Labels() {
  static constexpr std::string_view kStrong[] = {"vendor",
                                                 "provider",
                                                 "developed by",
                                                 "developer",
                                                 "developers",
                                                 "organization",
                                                 "organisation",
                                                 "company",
                                                 "maker",
                                                 "creator",
                                                 "created by",
                                                 "model developer",
                                                 "model developers",
                                                 "publisher",
                                                 "made by",
                                                 "released by",
                                                 "built by",
                                                 "by",
                                                 "anbieter",
                                                 "hersteller",
                                                 "entwickelt von",
                                                 "développé par",
                                                 "éditeur",
                                                 "fournisseur",
                                                 "开发者",
                                                 "提供商",
                                                 "发布方",
                                                 "maintainer",
                                                 "maintained by",
                                                 "model creator",
                                                 "owner",
                                                 "shared by",
                                                 "author",
                                                 "authors"};
  for (const Labelled& label : source_.labelled()) {
    std::string key = label.key;
    if (StartsWith(key, "meta.")) key = key.substr(5);
    double score = 0;
    if (key == "title" && label.front_matter) SiteName(label);
    for (std::string_view strong : kStrong) {
      if (key == strong)
        score = label.front_matter && StartsWith(key, "author")   ? 12
                : key == "shared by" || StartsWith(key, "author") ? 6
                                                                  : 30;
    }
    if (label.front_matter && (key == "vendor" || key == "organization" || key == "provider")) score = 100;
    if (score == 0) continue;
    std::string_view value = label.value;
    // "Products Pillar, AI Singapore": the house is last and known.
    if (const size_t comma = value.rfind(", "); comma != value.npos && KnownVendor(value.substr(comma + 2))) {
      value = value.substr(comma + 2);
    }
    // A list of people.
    if (StartsWith(key, "author") && std::count(label.value.begin(), label.value.end(), ',') >= 2) continue;
    if (StartsWith(key, "author") && !Contains(Lower(value), "team") && !KnownVendor(value)) {
      // A person's handle (`ada_l`) makes nobody's tool.
      static const Pattern kHandle(R"(^[a-z0-9_.-]+$)");
      if (kHandle.Matches(value) && AsWritten(std::string(value)) == value) continue;
      score = 5;
    }
    if (value.size() > 60) {
      const size_t cut = value.find_first_of("(,.;");
      value = value.substr(0, cut);
    }
    Vote(value, label.raw, score);
  }
}

void VendorFinder::SiteName(const Labelled& title) {
  size_t bar = std::string::npos;
  for (std::string_view mark : {" | ", " \\ ", " - ", " – ", " — ", " · "}) {
    const size_t at = title.value.rfind(mark);
    if (at == title.value.npos || (bar != title.value.npos && at < bar)) continue;
    const std::string_view end = Strip(std::string_view(title.value).substr(at + mark.size()));
    if (mark == " | " || mark == " \\ " || KnownVendor(end)) bar = at + mark.size();
  }
  if (bar == title.value.npos) return;
  const std::string_view site = Strip(std::string_view(title.value).substr(bar));
  const std::string& bytes = source_.document().bytes;
  const size_t at = bytes.find(site, title.raw.begin);
  if (site.size() > 30 || std::count(site.begin(), site.end(), ' ') > 2 || at == bytes.npos ||
      at >= title.raw.end)
    return;
  Vote(site, {at, at + site.size()}, 12);
}

void VendorFinder::Authors() {
  static const Pattern kOrg(R"(^authors?\.\d+\.(?:org|organization|affiliation)$)");
  double score = 6;
  for (const Labelled& label : source_.labelled()) {
    if (!label.front_matter || !kOrg.Matches(label.key)) continue;
    const auto vendor = VendorOfHandle(label.value);
    const std::string written = vendor ? std::string(*vendor) : AsWritten(label.value);
    if (vendor || written != label.value) Vote(written, label.raw, vendor ? score : score * 0.8);
    score = 0.5;
  }
}

void VendorFinder::Marks() {
  for (auto& [key, vote] : votes_) {
    if (StartsWith(NameKey(draft_.name), key) && KnownVendor(vote.value)) vote.score += 8;
  }
}

void VendorFinder::Prefix() {
  const size_t dash = draft_.name.find('-');
  const FoundFact* name = draft_.First("name");
  if (dash != draft_.name.npos && name != nullptr && KnownVendor(draft_.name.substr(0, dash)))
    Vote(draft_.name.substr(0, dash), name->raw, 4);
  // "Osprey2.5-Math" of Osprey.
  static const Pattern kNumbered(R"(^(\pL{3,})\d)");
  if (const auto numbered = kNumbered.Find(draft_.name); numbered && name != nullptr) {
    const std::string maker = draft_.name.substr(0, numbered->groups[1].end);
    if (KnownVendor(maker)) Vote(maker, name->raw, 4);
  }
  const size_t at = FindWord(source_.lower(), Lower(draft_.name));
  if (at == std::string::npos) return;
  for (size_t end = draft_.name.rfind(' '); end != draft_.name.npos && end > 0;
       end = draft_.name.rfind(' ', end - 1)) {
    if (KnownVendor(draft_.name.substr(0, end))) VoteText({at, at + end}, 10);
  }
}

void ExtractVendor(Draft* draft) { VendorFinder(draft).Run(draft); }

}  // namespace seaworthy
