#include "services/aggregator/identity/matcher.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "common/ids.h"
#include "services/aggregator/identity/compare.h"
#include "services/aggregator/identity/name_parts.h"
#include "services/aggregator/identity/profile.h"
#include "services/aggregator/identity/tool_slug.h"

namespace seaworthy::identity {
namespace {

// Two posts on one release come within these.
constexpr int kReleaseDays = 3;

}  // namespace

class ToolMatcher::Index : public NameIndex {
 public:
  absl::Status ForEachTool(std::string_view core,
                           const std::function<bool(const std::string&)>& visit) const override {
    const auto at = by_core_.find(std::string(core));
    if (at == by_core_.end()) return absl::OkStatus();
    for (const std::string& tool_id : at->second) {
      if (!visit(tool_id)) break;
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<v1::ToolProfile>> LoadProfile(const std::string& tool_id) const override {
    const auto at = profiles_.find(tool_id);
    if (at == profiles_.end()) return std::optional<v1::ToolProfile>();
    return std::optional<v1::ToolProfile>(at->second);
  }
  void Add(const std::string& tool_id, const v1::Revision& told) {
    v1::ToolProfile& profile = profiles_[tool_id];
    profile.set_tool_id(tool_id);
    if (!AddToProfile(told, profile)) return;
    for (const std::string& core : CoresOf(profile)) by_core_[core].insert(tool_id);
  }
  bool Has(const std::string& tool_id) const { return profiles_.contains(tool_id); }

 private:
  absl::flat_hash_map<std::string, std::set<std::string>> by_core_;
  absl::flat_hash_map<std::string, v1::ToolProfile> profiles_;
};

// One release of a tool, as told so far.
struct ToolMatcher::Release {
  std::string id;
  std::string version;
  bool versioned = false;
  bool has_number = false;
  std::set<double> named_sizes;
  std::set<double> sizes;
  std::set<std::string> dates;
  std::set<std::string> sources;
  std::set<std::string> urls;
  std::set<std::string> hosts;

  void Add(const v1::Revision& told, const std::string& source) {
    const NameParts parts = ParseName(told.name(), told.vendor(), told.kind());
    versioned = IsVersioned(told.kind());
    for (const double size : parts.sizes) named_sizes.insert(size);
    for (const double size : told.parameters_b()) AddSize(size);
    has_number |= !parts.sizes.empty() || parts.Core().find('#') != std::string::npos;
    if (version.empty()) version = parts.version;
    if (!told.release_date().empty()) dates.insert(told.release_date());
    if (!source.empty()) sources.insert(source);
    for (const std::string& url : told.source_urls()) {
      std::string link = NormaliseLink(url);
      if (link.empty()) continue;
      hosts.insert(link.substr(0, link.find('/')));
      urls.insert(std::move(link));
    }
  }

  void AddSize(double size) {
    if (std::none_of(sizes.begin(), sizes.end(), [&](double known) { return SameSize(known, size); })) {
      sizes.insert(size);
    }
  }

  // Its name says only some of the other's sizes: about the same tool, but not
  // the same announcement.
  bool IsPartOf(const Release& other) const {
    return versioned && !named_sizes.empty() &&
           other.sizes.size() > std::max(named_sizes.size(), sizes.size());
  }

  bool Holds(const Release& other) const {
    if (IsPartOf(other) || other.IsPartOf(*this)) return false;
    if (!version.empty() && !other.version.empty()) return CompareVersions(version, other.version) == 0;
    if (AnyCommon(urls, other.urls)) return true;
    if (AnyCommon(sources, other.sources)) return false;
    const bool near = dates.empty() || other.dates.empty() || AnyNear(other);
    if (AnyCommon(hosts, other.hosts)) return versioned && near;
    // A model's version is in its name, and others may post on it late.
    if (versioned) return near || has_number || (!urls.empty() && !other.urls.empty());
    return near && version == other.version;
  }

  static bool AnyCommon(const std::set<std::string>& a, const std::set<std::string>& b) {
    return std::any_of(a.begin(), a.end(), [&](const std::string& value) { return b.contains(value); });
  }

  bool AnyNear(const Release& other) const {
    return std::any_of(dates.begin(), dates.end(), [&](const std::string& date) {
      const int days = DaysBetween(date, *other.dates.begin());
      return days >= 0 && days <= kReleaseDays;
    });
  }
};

ToolMatcher::ToolMatcher() : index_(std::make_unique<Index>()) {}
ToolMatcher::~ToolMatcher() = default;

Found ToolMatcher::Resolve(const v1::Revision& told, const std::string& source) {
  return Take(told, source, {});
}

std::vector<Found> ToolMatcher::ResolveAll(const std::vector<v1::Revision>& tools,
                                           const std::string& source) {
  std::vector<Found> all;
  std::set<std::string> taken;
  for (size_t i = 0; i < tools.size(); ++i) {
    const auto twice = std::find_if(tools.begin(), tools.begin() + static_cast<int64_t>(i),
                                    [&](const v1::Revision& other) { return IsSameName(other, tools[i]); });
    const auto before = static_cast<size_t>(twice - tools.begin());
    all.push_back(before < i ? all[before] : Take(tools[i], source, taken));
    taken.insert(all.back().tool_id);
  }
  return all;
}

Resolution ToolMatcher::Find(const v1::Revision& told) const {
  return identity::Resolve(*index_, told).value_or(Resolution());
}

Found ToolMatcher::Take(const v1::Revision& told, const std::string& source,
                        const std::set<std::string>& not_these) {
  Resolution resolution = identity::Resolve(*index_, told, not_these).value_or(Resolution());
  Found found;
  found.is_new_tool = resolution.tool_id.empty();
  found.tool_id = found.is_new_tool ? NewId(told) : resolution.tool_id;
  found.suspicions = std::move(resolution.suspicions);
  found.release_id = ReleaseOf(found.tool_id, told, source);
  index_->Add(found.tool_id, told);
  return found;
}

std::string ToolMatcher::NewId(const v1::Revision& told) const {
  std::string slug = ToolSlug(told.name(), kNewestRules);
  if (!index_->Has(slug)) return slug;
  if (!told.vendor().empty()) {
    slug = ToolSlug(absl::StrCat(told.name(), " ", told.vendor()), kNewestRules);
    if (!index_->Has(slug)) return slug;
  }
  for (int number = 2;; ++number) {
    std::string numbered = absl::StrCat(slug, "-", number);
    if (!index_->Has(numbered)) return numbered;
  }
}

std::string ToolMatcher::ReleaseOf(const std::string& tool_id, const v1::Revision& told,
                                   const std::string& source) {
  Release release;
  release.Add(told, source);
  std::vector<Release>& known = releases_[tool_id];
  for (Release& candidate : known) {
    if (!candidate.Holds(release)) continue;
    candidate.Add(told, source);
    return candidate.id;
  }
  release.id = absl::StrCat(tool_id, "#", known.size() + 1);
  known.push_back(std::move(release));
  return known.back().id;
}

}  // namespace seaworthy::identity
