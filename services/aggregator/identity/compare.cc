#include "services/aggregator/identity/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "services/aggregator/identity/name_parts.h"
#include "services/aggregator/identity/profile.h"
#include "services/aggregator/identity/vendors.h"

namespace seaworthy::identity {
namespace {

constexpr int kWitnessDays = 14;
constexpr int kStampDays = 20;

enum class Answer { kYes, kNo, kUnknown };

// What a comparison of two names found, worst last.
struct Findings {
  bool different = false;
  // Joined only by an alias that says the very name.
  std::vector<std::string> hard;
  // Joined with a link in common.
  std::vector<std::string> needs_link;
  // Joined with any witness.
  std::vector<std::string> soft;
  bool alias = false;
  // Never joined.
  bool never = false;
};

bool IsRounded(double a, double b) {
  const double low = std::min(a, b);
  const double high = std::max(a, b);
  if (low < 1 || high - low > 0.1 * high) return false;
  const bool one_whole = (std::floor(a) == a) != (std::floor(b) == b);
  return one_whole && std::round(a) == std::round(b);
}

bool SameNamedSize(double a, double b) { return std::abs(a - b) <= 0.01 * std::max(a, b) || IsRounded(a, b); }

enum class Group { kModel, kData, kSoftware, kUnknown };

Group GroupOf(v1::ToolKind kind) {
  switch (kind) {
    case v1::MODEL:
      return Group::kModel;
    case v1::DATASET:
      return Group::kData;
    case v1::LIBRARY:
    case v1::APPLICATION:
    case v1::SERVICE:
      return Group::kSoftware;
    default:
      return Group::kUnknown;
  }
}

// One announcement against one tool; what both comparisons of names share.
class Comparison {
 public:
  Comparison(const v1::Revision& told, const v1::ToolProfile& profile) : told_(told), profile_(profile) {
    told_vendor_ = NormaliseVendor(told.vendor());
    named_ = Parse(told.name());
    if (told_vendor_.empty()) told_vendor_ = NormaliseVendor(named_.org);
    for (const std::string& vendor : profile.vendors()) vendors_.push_back(NormaliseVendor(vendor));
  }

  Match Best() {
    Match best;
    for (const std::string& name : profile_.names()) {
      const NameParts other = ParseOther(name);
      Consider(Judge(CompareNames(named_, other)), best);
      if (best.kind == Match::kSame && best.likeness >= 1) return best;
    }
    if (best.kind != Match::kSame) ConsiderAliases(best);
    return best;
  }

 private:
  NameParts Parse(const std::string& name) const { return ParseName(name, told_.vendor(), told_.kind()); }
  NameParts ParseOther(const std::string& name) const {
    return ParseName(name, profile_.vendors_size() > 0 ? profile_.vendors(0) : "", Kind());
  }
  // Software is compared as software, whichever of the two says that it is.
  v1::ToolKind Kind() const {
    return profile_.kind() == v1::TOOL_KIND_UNSPECIFIED || profile_.kind() == v1::OTHER ? told_.kind()
                                                                                        : profile_.kind();
  }

  static void Consider(Match match, Match& best) {
    if (match.kind > best.kind || (match.kind == best.kind && match.likeness > best.likeness)) {
      best = std::move(match);
    }
  }

  // A name that stands for the tool in one of them is an alias in the other.
  void ConsiderAliases(Match& best) const {
    for (const std::string& alias : profile_.aliases()) {
      const NameParts other = ParseOther(alias);
      if (other.Core() == named_.Core())
        ConsiderAlias(named_, other, other, ParseOther(profile_.names(0)), best);
    }
    for (const std::string& alias : told_.aliases()) {
      const NameParts parts = Parse(alias);
      for (const std::string& name : profile_.names()) {
        const NameParts other = ParseOther(name);
        if (parts.Core() == other.Core()) ConsiderAlias(parts, other, parts, named_, best);
      }
    }
  }

  // `told` names what `known` names; the one that is an alias stands beside
  // `full` where it was announced.
  void ConsiderAlias(const NameParts& told, const NameParts& known, const NameParts& alias,
                     const NameParts& full, Match& best) const {
    Findings findings = CompareNames(told, known);
    if (findings.different) return;
    findings.alias = IsExactly(told, known);
    if (full.Core() != alias.Core() && Shortens(alias, full)) {
      if (VersionDiffers(alias, full)) return;
      findings.hard.push_back("one name only shortens the other");
      findings.never = true;
    }
    Consider(Judge(findings), best);
  }

  static bool IsExactly(const NameParts& a, const NameParts& b) {
    return a.tokens == b.tokens && a.sizes == b.sizes && a.tuning == b.tuning && a.stamp == b.stamp &&
           a.stage == b.stage && a.says_v1 == b.says_v1;
  }

  // All its words are among the other's.
  static bool Shortens(const NameParts& alias, const NameParts& full) {
    const std::string whole = full.Core();
    return std::all_of(alias.tokens.begin(), alias.tokens.end(), [&](const std::string& token) {
      return token[0] == '#' || whole.find(token) != std::string::npos;
    });
  }

  static bool VersionDiffers(const NameParts& a, const NameParts& b) {
    const auto numbers = [](const NameParts& parts) {
      std::vector<std::string> all;
      for (const std::string& token : parts.tokens) {
        if (token[0] == '#') all.push_back(token);
      }
      return all;
    };
    return numbers(a) != numbers(b);
  }

  Findings CompareNames(const NameParts& a, const NameParts& b) const {
    Findings findings;
    CompareCores(a, b, findings);
    if (findings.different) return findings;
    CompareKinds(findings);
    if (findings.different) return findings;
    CompareVendors(findings);
    if (GroupOf(Kind()) == Group::kSoftware) return findings;
    CompareSizes(a, b, findings);
    CompareStamps(a, b, findings);
    CompareTunings(a, b, findings);
    if (a.stage != b.stage) findings.soft.push_back("one is a preview");
    if (a.says_v1 != b.says_v1) findings.soft.push_back("only one says v1");
    return findings;
  }

  void CompareCores(const NameParts& a, const NameParts& b, Findings& findings) const {
    const std::string left = a.Core();
    const std::string right = b.Core();
    if (left.empty() || right.empty()) {
      findings.different = true;
      return;
    }
    if (left == right) return;
    const std::string own_left = a.OwnCore();
    const std::string own_right = b.OwnCore();
    const bool own = (!own_left.empty() && (own_left == right || own_left == own_right)) ||
                     (!own_right.empty() && own_right == left);
    if (!own) {
      findings.different = true;
    } else if (VendorAnswer() == Answer::kUnknown) {
      findings.soft.push_back("the vendor in front of the name is not told by both");
    }
  }

  void CompareKinds(Findings& findings) const {
    const Group a = GroupOf(told_.kind());
    const Group b = GroupOf(profile_.kind());
    if (a == b || a == Group::kUnknown || b == Group::kUnknown) return;
    if (a == Group::kData || b == Group::kData) {
      findings.different = true;
    } else {
      findings.hard.push_back("one is a model, the other is software");
    }
  }

  Answer VendorAnswer() const {
    const std::string& told = told_.vendor().empty() ? named_.org : told_.vendor();
    if (told.empty() || profile_.vendors().empty()) return Answer::kUnknown;
    const bool same = std::any_of(profile_.vendors().begin(), profile_.vendors().end(),
                                  [&](const std::string& vendor) { return IsSameVendor(told, vendor); });
    return same ? Answer::kYes : Answer::kNo;
  }

  // One of them may be told by who only hosts it.
  bool IsHosted() const {
    const bool is_model = GroupOf(told_.kind()) == Group::kModel && GroupOf(profile_.kind()) == Group::kModel;
    return is_model && (IsHoster(told_vendor_) ||
                        std::all_of(vendors_.begin(), vendors_.end(),
                                    [](const std::string& vendor) { return IsHoster(vendor); }));
  }

  void CompareVendors(Findings& findings) const {
    if (VendorAnswer() != Answer::kNo) return;
    std::string differ =
        absl::StrCat("the vendors differ: ", told_.vendor(), ", ", absl::StrJoin(profile_.vendors(), ", "));
    (IsHosted() ? findings.soft : findings.needs_link).push_back(std::move(differ));
  }

  void CompareSizes(const NameParts& a, const NameParts& b, Findings& findings) const {
    if (a.active != 0 && b.active != 0 && a.active != b.active) {
      findings.hard.push_back("the active parameters differ");
      return;
    }
    if (a.sizes.empty() && b.sizes.empty()) return;
    if (AnySame(a.sizes, b.sizes, SameNamedSize)) return;
    const std::vector<double> told(told_.parameters_b().begin(), told_.parameters_b().end());
    const std::vector<double> known(profile_.parameters_b().begin(), profile_.parameters_b().end());
    if (AnySame(a.sizes, known, SameSize) || AnySame(told, b.sizes, SameSize)) return;
    if (a.sizes.empty() && told.empty()) return SizeUnknown(a, findings);
    if (b.sizes.empty() && known.empty()) return SizeUnknown(b, findings);
    findings.hard.push_back("the sizes differ");
  }

  static void SizeUnknown(const NameParts& parts, Findings& findings) {
    if (!parts.has_size_word) findings.soft.push_back("the size of one is not known");
  }

  template <typename Same>
  static bool AnySame(const std::vector<double>& a, const std::vector<double>& b, Same same) {
    return std::any_of(a.begin(), a.end(), [&](double x) {
      return std::any_of(b.begin(), b.end(), [&](double y) { return same(x, y); });
    });
  }

  void CompareStamps(const NameParts& a, const NameParts& b, Findings& findings) const {
    if (a.stamp == b.stamp) return;
    if (!a.stamp.empty() && !b.stamp.empty()) {
      findings.different = !SameStamp(a.stamp, b.stamp);
      return;
    }
    const bool told = a.stamp.empty()
                          ? IsOfStamp(told_.release_date(), b.stamp)
                          : std::any_of(profile_.release_dates().begin(), profile_.release_dates().end(),
                                        [&](const std::string& date) { return IsOfStamp(date, a.stamp); });
    if (!told) findings.hard.push_back("only one name has a date");
  }

  static bool SameStamp(const Stamp& a, const Stamp& b) {
    const bool years = a.year == 0 || b.year == 0 || a.year == b.year;
    const bool days = a.day == 0 || b.day == 0 || a.day == b.day;
    return years && a.month == b.month && days;
  }

  // Released in the stamp's month, or within days of its day.
  static bool IsOfStamp(const std::string& date, const Stamp& stamp) {
    int year = 0;
    int month = 0;
    if (date.size() < 7 || !absl::SimpleAtoi(date.substr(0, 4), &year) ||
        !absl::SimpleAtoi(date.substr(5, 2), &month)) {
      return false;
    }
    if (stamp.year != 0 && stamp.year != year) return false;
    if (stamp.day == 0 || date.size() < 10) return month == stamp.month;
    const int days = DaysBetween(date, absl::StrFormat("%04d-%02d-%02d", year, stamp.month, stamp.day));
    return days >= 0 && days <= kStampDays;
  }

  static void CompareTunings(const NameParts& a, const NameParts& b, Findings& findings) {
    if (a.tuning == b.tuning) return;
    if (a.tuning.empty() || b.tuning.empty()) {
      findings.soft.push_back(absl::StrCat("only one is ", a.tuning.empty() ? b.tuning : a.tuning));
    } else {
      findings.hard.push_back(absl::StrCat("one is ", a.tuning, ", the other ", b.tuning));
    }
  }

  bool HasLink() const {
    const auto known = [&](const std::string& url) {
      const std::string link = NormaliseLink(url);
      return !link.empty() &&
             std::find(profile_.links().begin(), profile_.links().end(), link) != profile_.links().end();
    };
    return std::any_of(told_.source_urls().begin(), told_.source_urls().end(), known) ||
           std::any_of(told_.links().begin(), told_.links().end(), known);
  }

  bool HasDate() const {
    return std::any_of(profile_.release_dates().begin(), profile_.release_dates().end(),
                       [&](const std::string& date) {
                         const int days = DaysBetween(told_.release_date(), date);
                         return days >= 0 && days <= kWitnessDays;
                       });
  }

  // An alias of one is exactly the other's name.
  bool HasAlias(const NameParts& parts) const {
    return std::any_of(profile_.aliases().begin(), profile_.aliases().end(),
                       [&](const std::string& alias) { return IsExactly(ParseOther(alias), parts); }) ||
           std::any_of(told_.aliases().begin(), told_.aliases().end(), [&](const std::string& alias) {
             const NameParts said = Parse(alias);
             return std::any_of(profile_.names().begin(), profile_.names().end(),
                                [&](const std::string& name) { return IsExactly(said, ParseOther(name)); });
           });
  }

  Match Judge(const Findings& findings) const {
    if (findings.different) return {};
    const size_t doubts = findings.hard.size() + findings.needs_link.size() + findings.soft.size();
    if (doubts == 0) return {Match::kSame, 1, ""};
    std::vector<std::string> reasons = findings.hard;
    reasons.insert(reasons.end(), findings.needs_link.begin(), findings.needs_link.end());
    reasons.insert(reasons.end(), findings.soft.begin(), findings.soft.end());
    const bool alias = findings.alias || HasAlias(named_);
    const bool link = HasLink();
    const bool joined = !findings.never && (findings.hard.empty() || (alias && !GroupsDiffer())) &&
                        (findings.needs_link.empty() || link) &&
                        (findings.soft.empty() || alias || link || HasDate());
    const double likeness = 0.9 - 0.1 * static_cast<double>(doubts) - 0.3 * (findings.hard.empty() ? 0 : 1) -
                            0.2 * (findings.needs_link.empty() ? 0 : 1);
    return {joined ? Match::kSame : Match::kUnsure, std::max(likeness, 0.1), absl::StrJoin(reasons, "; ")};
  }

  bool GroupsDiffer() const {
    const Group a = GroupOf(told_.kind());
    const Group b = GroupOf(profile_.kind());
    return a != b && a != Group::kUnknown && b != Group::kUnknown;
  }

  const v1::Revision& told_;
  const v1::ToolProfile& profile_;
  NameParts named_;
  std::string told_vendor_;
  std::vector<std::string> vendors_;
};

bool ToDay(const std::string& date, absl::CivilDay* day) {
  int year = 0;
  int month = 0;
  int dom = 15;
  if (date.size() < 7 || !absl::SimpleAtoi(date.substr(0, 4), &year) ||
      !absl::SimpleAtoi(date.substr(5, 2), &month)) {
    return false;
  }
  if (date.size() >= 10 && !absl::SimpleAtoi(date.substr(8, 2), &dom)) return false;
  *day = absl::CivilDay(year, month, dom);
  return true;
}

}  // namespace

Match Compare(const v1::Revision& told, const v1::ToolProfile& profile) {
  return Comparison(told, profile).Best();
}

bool IsSameName(const v1::Revision& a, const v1::Revision& b) {
  const NameParts left = ParseName(a.name(), a.vendor(), a.kind());
  const NameParts right = ParseName(b.name(), b.vendor(), b.kind());
  return a.kind() == b.kind() && !left.tokens.empty() && left.tokens == right.tokens &&
         left.version == right.version && left.sizes == right.sizes && left.active == right.active &&
         left.tuning == right.tuning && left.stamp == right.stamp && left.stage == right.stage &&
         left.says_v1 == right.says_v1;
}

int DaysBetween(const std::string& a, const std::string& b) {
  absl::CivilDay left;
  absl::CivilDay right;
  if (!ToDay(a, &left) || !ToDay(b, &right)) return -1;
  if ((a.size() < 10 || b.size() < 10) && a.substr(0, 7) == b.substr(0, 7)) return 0;
  return static_cast<int>(std::abs(left - right));
}

bool SameSize(double a, double b) { return std::abs(a - b) <= 0.05 * std::max(a, b) || IsRounded(a, b); }

}  // namespace seaworthy::identity
