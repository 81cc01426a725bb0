#include "services/aggregator/compose.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/identity/compare.h"
#include "services/aggregator/identity/name_parts.h"

namespace seaworthy {
namespace {

// As docs/facts.md says.
constexpr int kMaxFactsPerField = 12;
constexpr int kMaxLinks = 64;
constexpr int kMaxAliases = 64;
// Software without versions: what was told within these belongs to one release.
constexpr int kReleaseDays = 45;

// One telling with its place among the others.
struct Source {
  const v1::Telling* telling = nullptr;
  const v1::Revision* told = nullptr;
  std::string version;
  // Of the release that is present.
  bool present = true;
};

int Rank(v1::SourceTier tier) {
  return tier == v1::SOURCE_TIER_UNSPECIFIED ? static_cast<int>(v1::THIRD_PARTY) : static_cast<int>(tier);
}

// The tier of what a source says of a field.
int TierOf(const Source& source, const std::string& field) {
  int rank = source.telling->tier() == v1::SOURCE_TIER_UNSPECIFIED ? 99 : Rank(source.telling->tier());
  for (const v1::Fact& fact : source.told->facts()) {
    if (fact.field() == field && fact.tier() != v1::SOURCE_TIER_UNSPECIFIED) {
      rank = std::min(rank, Rank(fact.tier()));
    }
  }
  return rank == 99 ? static_cast<int>(v1::THIRD_PARTY) : rank;
}

class Composer {
 public:
  Composer(const std::vector<v1::Telling>& tellings, const v1::Revision* known) : known_(known) {
    for (const v1::Telling& telling : tellings) {
      const v1::Revision& told = telling.told();
      sources_.push_back(
          {&telling, &told, identity::ParseName(told.name(), told.vendor(), told.kind()).version, true});
    }
    OrderByDate();
    if (sources_.size() > 1) SettleRelease();
  }

  v1::Revision Make() {
    if (sources_.size() == 1) return Only(sources_.front());
    made_ = *sources_.front().told;
    made_.clear_facts();
    made_.clear_tool_id();
    made_.clear_number();
    for (const std::string& field : TypedFields()) {
      if (field == "formats") {
        UniteFormats();
      } else if (field != "name") {
        Choose(field);
      }
    }
    ChooseName();
    UniteFacts();
    UniteLists();
    KeepProse();
    return std::move(made_);
  }

 private:
  static v1::Revision Only(const Source& source) {
    v1::Revision made = *source.told;
    made.clear_tool_id();
    made.clear_number();
    for (v1::Fact& fact : *made.mutable_facts()) fact = WithTier(fact, source);
    made.mutable_announcement_ids()->Clear();
    made.add_announcement_ids(source.telling->announcement_id());
    return made;
  }

  // Newest first: by date where all have one, else as they were read.
  void OrderByDate() {
    const bool all_dated = std::all_of(sources_.begin(), sources_.end(), [](const Source& source) {
      return source.told->release_date().size() == 10;
    });
    if (!all_dated) return;
    std::stable_sort(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) {
      return a.told->release_date() > b.told->release_date();
    });
  }

  bool IsSoftware() const { return !identity::IsVersioned(sources_.front().told->kind()); }

  // Which of them tell of the release that is present; those come first, the
  // nearest tier before others.
  void SettleRelease() {
    if (IsSoftware()) {
      std::string newest;
      for (const Source& source : sources_) {
        if (identity::CompareVersions(source.version, newest) > 0) newest = source.version;
      }
      newest.empty() ? SettleByDate() : SettleByVersion(newest);
    }
    std::stable_sort(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) {
      if (a.present != b.present) return a.present;
      return a.present && TierOf(a, "name") < TierOf(b, "name");
    });
  }

  void SettleByDate() {
    const std::string newest = sources_.front().told->release_date();
    for (Source& source : sources_) {
      source.present = identity::DaysBetween(newest, source.told->release_date()) <= kReleaseDays;
    }
  }

  void SettleByVersion(const std::string& newest) {
    bool passed = false;
    for (Source& source : sources_) {
      const bool is_newest =
          !source.version.empty() && identity::CompareVersions(source.version, newest) == 0;
      source.present = is_newest || (source.version.empty() && !passed);
      passed |= is_newest;
    }
  }

  // Sources that say something of a field: the one in use first.
  std::vector<const Source*> Telling(const std::string& field) const {
    std::vector<const Source*> telling;
    for (const Source& source : sources_) {
      if (!ValuesOf(*source.told, field).empty()) telling.push_back(&source);
    }
    std::stable_sort(telling.begin(), telling.end(), [&](const Source* a, const Source* b) {
      if (a->present != b->present) return a->present;
      if (!a->present) return false;
      const int x = TierOf(*a, field);
      const int y = TierOf(*b, field);
      if (x != y) return x < y;
      return field == "release_date" && a->told->release_date() < b->told->release_date();
    });
    return telling;
  }

  void Choose(const std::string& field) {
    const std::vector<const Source*> telling = Telling(field);
    if (telling.empty()) return;
    const Source* chosen = telling.front();
    if (field == "parameters_b") {
      UniteSizes(telling);
    } else {
      chosen = FirstSpelling(telling, field);
      CopyField(*chosen->told, field, made_);
    }
    AddFacts(telling, field);
    NoteConflict(telling, field);
  }

  // The oldest of those that say the same with the same weight, so that one
  // more source changes no spelling.
  static const Source* FirstSpelling(const std::vector<const Source*>& telling, const std::string& field) {
    const Source* first = telling.front();
    for (const Source* source : telling) {
      if (source->present == first->present && TierOf(*source, field) == TierOf(*first, field) &&
          source->telling->sequence() < first->telling->sequence() &&
          SayTheSame(*source->told, *telling.front()->told, field)) {
        first = source;
      }
    }
    return first;
  }

  static bool Holds(const v1::Revision& list, double size) {
    return std::any_of(list.parameters_b().begin(), list.parameters_b().end(),
                       [&](double known) { return identity::SameSize(known, size); });
  }
  static bool HoldsAll(const v1::Revision& list, const v1::Revision& part) {
    return std::all_of(part.parameters_b().begin(), part.parameters_b().end(),
                       [&](double size) { return Holds(list, size); });
  }
  static bool NamesSizes(const v1::Revision& told) {
    return !identity::ParseName(told.name(), told.vendor(), told.kind()).sizes.empty();
  }
  // Neither contradicts the other.
  static bool SizesAddUp(const v1::Revision& a, const v1::Revision& b) {
    return HoldsAll(a, b) || HoldsAll(b, a) || (NamesSizes(a) && NamesSizes(b));
  }

  void UniteSizes(const std::vector<const Source*>& telling) {
    v1::Revision all = *telling.front()->told;
    for (const Source* source : telling) {
      if (!source->present && telling.front()->present) continue;
      if (!SizesAddUp(*telling.front()->told, *source->told)) continue;
      for (const double size : source->told->parameters_b()) {
        if (!Holds(all, size)) all.add_parameters_b(size);
      }
    }
    std::sort(all.mutable_parameters_b()->begin(), all.mutable_parameters_b()->end());
    *made_.mutable_parameters_b() = all.parameters_b();
  }

  void UniteFormats() {
    std::set<std::string> all;
    for (const Source& source : sources_) {
      if (source.present) all.insert(source.told->formats().begin(), source.told->formats().end());
    }
    made_.mutable_formats()->Assign(all.begin(), all.end());
    AddFacts(Telling("formats"), "formats");
  }

  // Facts of a typed field that say the value in use.
  void AddFacts(const std::vector<const Source*>& telling, const std::string& field) {
    const std::vector<std::string> values = ValuesOf(made_, field);
    std::set<std::string> added;
    for (const Source* source : telling) {
      for (const v1::Fact& fact : source->told->facts()) {
        const bool in_use =
            fact.field() == field && (values == ValuesOf(*source->told, field) ||
                                      std::find(values.begin(), values.end(), fact.value()) != values.end());
        if (in_use && added.size() < kMaxFactsPerField && added.insert(fact.value()).second) {
          *made_.add_facts() = WithTier(fact, *source);
        }
      }
    }
  }

  static v1::Fact WithTier(const v1::Fact& fact, const Source& source) {
    v1::Fact weighed = fact;
    if (weighed.tier() == v1::SOURCE_TIER_UNSPECIFIED) weighed.set_tier(source.telling->tier());
    return weighed;
  }

  static bool Agree(const v1::Revision& a, const v1::Revision& b, const std::string& field) {
    if (field == "parameters_b") return SizesAddUp(a, b);
    if (SayTheSame(a, b, field)) return true;
    if (field != "modality") return false;
    const std::vector<std::string> left = ValuesOf(a, field);
    const std::vector<std::string> right = ValuesOf(b, field);
    return std::includes(left.begin(), left.end(), right.begin(), right.end()) ||
           std::includes(right.begin(), right.end(), left.begin(), left.end());
  }

  void NoteConflict(const std::vector<const Source*>& telling, const std::string& field) {
    if (field == "category" || !telling.front()->present) return;
    const v1::Revision& in_use = *telling.front()->told;
    const bool agree = std::all_of(telling.begin(), telling.end(), [&](const Source* source) {
      return !source->present || Agree(in_use, *source->told, field);
    });
    if (agree) return;
    v1::FactConflict* conflict = made_.add_conflicts();
    conflict->set_field(field);
    std::set<std::pair<std::string, std::string>> noted;
    for (const Source* source : telling) {
      if (!source->present || conflict->values_size() >= kMaxFactsPerField) continue;
      const std::string value = absl::StrJoin(ValuesOf(*source->told, field), ", ");
      if (!noted.emplace(source->telling->announcement_id(), value).second) continue;
      v1::ConflictingValue* row = conflict->add_values();
      row->set_value(value);
      row->set_announcement_id(source->telling->announcement_id());
      row->set_quote(QuoteOf(*source->told, field));
    }
  }

  static std::string QuoteOf(const v1::Revision& told, const std::string& field) {
    for (const v1::Fact& fact : told.facts()) {
      if (fact.field() == field) return fact.evidence().text();
    }
    return "";
  }

  // A tool keeps its name while somebody calls it so; software's new version
  // brings its own.
  void ChooseName() {
    const std::vector<const Source*> telling = Telling("name");
    if (telling.empty()) return;
    const Source* chosen = FirstSpelling(telling, "name");
    if (known_ != nullptr) {
      for (const Source* source : telling) {
        if (source->present && source->told->name() == known_->name()) chosen = source;
      }
    }
    made_.set_name(chosen->told->name());
    std::vector<const Source*> first = {chosen};
    AddFacts(first, "name");
    std::set<std::string> aliases;
    for (const Source* source : telling) {
      aliases.insert(source->told->name());
      aliases.insert(source->told->aliases().begin(), source->told->aliases().end());
    }
    aliases.erase(made_.name());
    made_.clear_aliases();
    for (const std::string& alias : aliases) {
      if (made_.aliases_size() < kMaxAliases) made_.add_aliases(alias);
    }
  }

  // Values add up, up to the bound of a field; prose is the nearest source's.
  void UniteFacts() {
    const std::set<std::string> typed(TypedFields().begin(), TypedFields().end());
    std::map<std::string, int> count;
    std::set<std::pair<std::string, std::string>> hard;
    std::map<std::string, const Source*> prose;
    for (const Source& source : sources_) {
      for (const v1::Fact& fact : source.told->facts()) {
        const std::string& field = fact.field();
        if (typed.contains(field) || count[field] >= kMaxFactsPerField) continue;
        const bool keep = IsHardFact(field) ? hard.emplace(field, fact.value()).second
                                            : prose.try_emplace(field, &source).first->second == &source;
        if (!keep) continue;
        *made_.add_facts() = WithTier(fact, source);
        ++count[field];
      }
    }
  }

  void UniteLists() {
    std::set<std::string> announcements;
    std::set<std::string> urls;
    std::vector<std::string> links;
    std::map<std::string, v1::HiddenText> hidden;
    for (const Source& source : sources_) {
      const v1::Revision& told = *source.told;
      announcements.insert(source.telling->announcement_id());
      urls.insert(told.source_urls().begin(), told.source_urls().end());
      for (const std::string& link : told.links()) {
        if (std::find(links.begin(), links.end(), link) == links.end()) links.push_back(link);
      }
      for (const v1::HiddenText& text : told.hidden_texts()) hidden.try_emplace(text.kind(), text);
    }
    if (links.size() > kMaxLinks) links.resize(kMaxLinks);
    made_.mutable_announcement_ids()->Assign(announcements.begin(), announcements.end());
    made_.mutable_source_urls()->Assign(urls.begin(), urls.end());
    made_.mutable_links()->Assign(links.begin(), links.end());
    made_.clear_hidden_texts();
    for (auto& [kind, text] : hidden) *made_.add_hidden_texts() = std::move(text);
  }

  void KeepProse() {
    for (const Source& source : sources_) {
      if (made_.tagline().empty()) made_.set_tagline(source.told->tagline());
      if (made_.description().empty()) made_.set_description(source.told->description());
      if (made_.text_object().empty()) made_.set_text_object(source.told->text_object());
      if (made_.language().empty()) made_.set_language(source.told->language());
    }
  }

  const v1::Revision* const known_;
  std::vector<Source> sources_;
  v1::Revision made_;
};

std::vector<std::string> SortedValues(const v1::Revision& revision, const std::string& field) {
  std::vector<std::string> values = ValuesOf(revision, field);
  std::sort(values.begin(), values.end());
  return values;
}

void SetFacts(const v1::FactCorrection& correction, v1::Revision& revision) {
  google::protobuf::RepeatedPtrField<v1::Fact> kept;
  for (const v1::Fact& fact : revision.facts()) {
    if (fact.field() != correction.field()) *kept.Add() = fact;
  }
  for (const std::string& value : correction.values()) {
    v1::Fact* fact = kept.Add();
    fact->set_field(correction.field());
    fact->set_value(value);
    fact->set_method("editor");
  }
  *revision.mutable_facts() = std::move(kept);
}

}  // namespace

v1::Revision Compose(const std::vector<v1::Telling>& tellings, const v1::Revision* known) {
  return Composer(tellings, known).Make();
}

void ApplyCorrections(std::vector<v1::FactCorrection>& corrections, v1::Revision& revision) {
  for (v1::FactCorrection& correction : corrections) {
    const std::vector<std::string> said = SortedValues(revision, correction.field());
    const auto& before = correction.corrected_values();
    correction.set_asks(!std::equal(said.begin(), said.end(), before.begin(), before.end()));
    const std::vector<std::string> values(correction.values().begin(), correction.values().end());
    (void)SetField(correction.field(), values, revision);
    SetFacts(correction, revision);
  }
}

}  // namespace seaworthy
