#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/size_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Sizes beyond these are typing errors or something else.
constexpr double kSmallest = 0.00001;
constexpr double kLargest = 20'000;

}  // namespace

void SizeFinder::Run(Draft* draft) {
  Names(2);
  if (sizes_.empty()) Fields();
  if (sizes_.empty()) Tables();
  if (sizes_.empty() && field_) {
    draft->Add("parameters_b", PlainNumber(field_->billions), field_raw_);
    return;
  }
  if (sizes_.empty()) Lists();
  if (sizes_.empty()) Stated();
  KeepToName();
  Variants();
  if (sizes_.empty()) Names(1);
  if (sizes_.empty()) Repositories();
  if (sizes_.empty()) Base();
  std::sort(sizes_.begin(), sizes_.end(),
            [](const Size& a, const Size& b) { return a.billions < b.billions; });
  for (const Size& size : sizes_) {
    if (size.raw) {
      draft->Add("parameters_b", PlainNumber(size.billions), *size.raw);
    } else {
      draft->AddText("parameters_b", PlainNumber(size.billions), size.text);
    }
  }
}

double SizeFinder::Scale(std::string_view unit) {
  // 10^9 is "Milliarde", "miliardi", "mil millones" elsewhere, and 10^12 "Billion".
  static const Pattern kLongScale(R"(^(?:mil+iard|miljard|bilh|mil mill|тыс)|^милли?ард)", true);
  if (kLongScale.Matches(unit)) return 1;
  if (StartsWith(Lower(unit), "billionen")) return 1000;
  const char c = unit.empty() ? 'b' : Lower(unit)[0];
  return c == 't' ? 1000 : c == 'm' ? 0.001 : c == 'k' ? 0.000001 : 1;
}

void SizeFinder::Put(double billions, Span text) {
  if (!(billions >= kSmallest && billions <= kLargest)) return;
  for (const Size& size : sizes_) {
    if (std::abs(size.billions - billions) <= 0.001 * billions) return;
  }
  if (sizes_.size() < kMaxFactsPerField) sizes_.push_back({billions, text, std::nullopt});
}

void SizeFinder::Fields() {
  for (const Labelled& label : source_.labelled()) {
    const std::string& key = label.key;
    if (key != "parameters" && key != "parameter count" && key != "model size" && key != "params" &&
        key != "number of parameters" && key != "total parameters" && key != "paramètres" &&
        key != "parameter" && key != "参数量" && key != "参数" && key != "taille du modele" &&
        key != "model parameters" && key != "size") {
      continue;
    }
    static const Pattern kValue(R"(^[~≈]?\s*(\d+(?:[.,]\d+)?)\s*(B|M|T|billions?|millions?|trillions?)\b)",
                                true);
    const auto match = kValue.Find(label.value);
    if (!match || (key == "size" && !IsUpper(label.value[match->groups[2].begin]))) continue;
    const auto number =
        ParseNumber(std::string_view(label.value).substr(match->groups[1].begin, match->groups[1].size()));
    if (!number) continue;
    if (key == "size" && Contains(label.value, "B") && Contains(label.value, "GB")) continue;
    field_ = Size{
        *number * Scale(std::string_view(label.value).substr(match->groups[2].begin, 1)), {}, std::nullopt};
    field_raw_ = label.raw;
    return;
  }
}

void SizeFinder::Lists() {
  static const Pattern kList(
      R"((\b(?:~?\d+(?:[.,]\d+)?\s?(?:B|M|billion|million|milliards?|Milliarden|miliardi|mil millones|bilhões|miliarde)\b(?:-A\d+(?:\.\d+)?B)?(?:[- ](?:de |di )?(?:parameters?|paramètres|Parametern?|parametri|parámetros))?(?:,? (?:and|&|or|to|und|et|ou|oder|e|y|o|și) |, ?|、|和|/))+(?:and )?~?\d+(?:[.,]\d+)?\s?(?:B|M|billion|million|milliards?|Milliarden|miliardi|mil millones|bilhões|miliarde)\b))");
  static const Pattern kAbout(
      R"(size|scale|parameter|variant|version|checkpoint|model|flavou?r|größe|taille|version|paramètres|parametri|parámetros|parâmetros|参数|尺寸|dense)");
  static const Pattern kNot(
      R"(token|encoder|outperform|compar|competitor|baseline|\$|vocab|better than|experiment|based on)");
  for (const Sentence& sentence : source_.sentences()) {
    const std::string_view text = source_.Text(sentence);
    const std::string_view lower = LowerOf(sentence.text);
    const Block& block = source_.document().blocks[sentence.block];
    if (block.kind == BlockKind::kTableCell || !kAbout.Matches(lower)) continue;
    for (const Match& list : kList.FindAll(text, 4)) {
      const Span span{sentence.text.begin + list.groups[1].begin, sentence.text.begin + list.groups[1].end};
      const std::string_view before = LowerOf({sentence.text.begin, span.begin});
      const std::string_view near =
          LowerOf({sentence.text.begin, std::min(sentence.text.end, span.end + 40)});
      if (kNot.Matches(near) || AfterOtherProduct(before)) continue;
      // "1.5B, 7B, and a 32B version (coming soon)": but the last.
      static const Pattern kSoon(R"(coming|will be|soon)");
      static const Pattern kNext(R"(^,? (?:and|&|with) (?:an? |the )?\d)");
      if (kSoon.Matches(near) && !kNext.Matches(LowerOf({span.end, sentence.text.end}))) continue;
      if (!AboutTool(sentence)) continue;
      AddAll(span);
    }
    if (!sizes_.empty()) return;
  }
}

void SizeFinder::AddAll(Span span) {
  static const Pattern kSize(
      R"(\b(\d+(?:[.,]\d+)?)\s?(B|M|T|billion|million|trillion|milliards?|Milliarden|miliardi|mil millones|bilhões|miliarde)\b)",
      true);
  for (const Match& match : kSize.FindAll(source_.Text(span), 12)) {
    const auto number = ParseNumber(ReplaceAll(
        source_.Text({span.begin + match.groups[1].begin, span.begin + match.groups[1].end}), ",", "."));
    const std::string_view unit =
        source_.Text({span.begin + match.groups[2].begin, span.begin + match.groups[2].end});
    if (number) Put(*number * Scale(unit), {span.begin + match.all().begin, span.begin + match.all().end});
  }
}

void SizeFinder::KeepToName() {
  static const Pattern kInName(R"((?:^|[^a-z0-9.])(\d+(?:\.\d+)?)(b|m)(?:$|[^a-z0-9]))");
  const auto named = kInName.FindAll(names_[0], 3);
  if (named.size() != 1) return;
  const std::string_view name = names_[0];
  const auto number = ParseNumber(name.substr(named[0].groups[1].begin, named[0].groups[1].size()));
  if (!number) return;
  const double own = *number * Scale(name.substr(named[0].groups[2].begin, 1));
  std::erase_if(sizes_, [&](const Size& size) { return std::abs(size.billions - own) > 0.2 * own; });
}

void SizeFinder::Variants() {
  static const Pattern kVariant(
      R"(^[-_ ]?(?:base-|instruct-|chat-|it-|v\d-)?(\d+(?:\.\d+)?)(b|m)(?:$|[^a-z0-9]))");
  std::vector<Size> variants;
  for (const std::string& alias : names_) {
    const std::string name = ReplaceAll(names_[0], " ", "-");
    if (!StartsWith(ReplaceAll(alias, " ", "-"), name) || alias.size() == name.size()) continue;
    const std::string rest = alias.substr(name.size());
    const auto match = kVariant.Find(rest);
    const size_t at = FindWord(source_.lower(), alias);
    if (!match || at == std::string::npos || !source_.TrustedAt(at)) continue;
    const auto number =
        ParseNumber(std::string_view(rest).substr(match->groups[1].begin, match->groups[1].size()));
    if (number && !IsContext(std::string_view(rest).substr(match->groups[1].begin, match->all().end)))
      variants.push_back({*number * Scale(std::string_view(rest).substr(match->groups[2].begin, 1)),
                          {at, at + alias.size()},
                          std::nullopt});
  }
  const std::vector<Size> stated = sizes_;
  for (const Size& variant : variants) {
    // Known: some stated size has no nearer variant than this one.
    const bool known = std::any_of(stated.begin(), stated.end(), [&](const Size& size) {
      const double away = std::abs(size.billions - variant.billions);
      return away <= 0.08 * variant.billions &&
             std::none_of(variants.begin(), variants.end(),
                          [&](const Size& other) { return std::abs(size.billions - other.billions) < away; });
    });
    if (!known) Put(variant.billions, variant.text);
  }
}

void SizeFinder::Repositories() {
  static const Pattern kRepository(
      R"(^https?://(?:huggingface\.co|hf\.co|modelscope\.cn/models)/([\w.-]+)/[\w.-]*?(?:^|[-_])(\d+(?:\.\d+)?)([bm])(?:$|[-_./?]))",
      true);
  const std::string key = NameKey(names_[0]);
  for (const Link& link : source_.document().links) {
    const auto match = kRepository.Find(link.url);
    if (!match || link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
    const auto part = [&](size_t group) {
      return std::string_view(link.url).substr(match->groups[group].begin, match->groups[group].size());
    };
    if (NameKey(part(1)) != key && HandleOfTool(link.url, draft_).empty()) continue;
    const auto number = ParseNumber(part(2));
    if (!number) continue;
    Put(*number * Scale(part(3)), link.text);
  }
}

bool SizeFinder::IsContext(std::string_view size) const {
  static const Pattern kMillion(R"(^(\d+m)(?:$|[^a-z0-9]))");
  const auto match = kMillion.Find(size);
  if (!match) return false;
  const std::string million(size.substr(0, match->groups[1].size()));
  for (std::string_view of : {" token", "-token", " context", " length"}) {
    if (Contains(source_.lower(), Cat(million, of))) return true;
  }
  return false;
}

void SizeFinder::Base() {
  for (const Labelled& label : source_.labelled()) {
    if (label.key != "base_model" && label.key != "base model" && label.key != "modele de base" &&
        label.key != "basismodell" && label.key != "base_model.0") {
      continue;
    }
    static const Pattern kSize(R"((?:^|[^A-Za-z0-9.])(\d+(?:\.\d+)?)([bBmM])(?:$|[^A-Za-z0-9]))");
    const auto match = kSize.Find(label.value);
    if (!match) continue;
    const auto number =
        ParseNumber(std::string_view(label.value).substr(match->groups[1].begin, match->groups[1].size()));
    if (!number) continue;
    const double scale = Scale(std::string_view(label.value).substr(match->groups[2].begin, 1));
    draft_.Add("parameters_b", PlainNumber(*number * scale), label.raw);
    return;
  }
}

void SizeFinder::Names(size_t least) {
  static const Pattern kInName(R"((?:^|[^a-z0-9.])(\d+(?:\.\d+)?)(b|m|t)(?:$|[^a-z0-9]))");
  const auto read = [&](const std::string& name) {
    const size_t at = FindWord(source_.lower(), name);
    const bool in_field = at == std::string::npos && name == names_[0] && draft_.Has("name");
    if (!in_field && (at == std::string::npos || !source_.TrustedAt(at))) return;
    for (const Match& match : kInName.FindAll(name, 4)) {
      const auto number =
          ParseNumber(std::string_view(name).substr(match.groups[1].begin, match.groups[1].size()));
      if (!number || IsContext(std::string_view(name).substr(match.groups[1].begin))) continue;
      Put(*number * Scale(std::string_view(name).substr(match.groups[2].begin, 1)), {at, at + name.size()});
      if (in_field && !sizes_.empty()) sizes_.back().raw = draft_.First("name")->raw;
    }
  };
  read(names_[0]);
  if (sizes_.size() < least) sizes_.clear();
  if (!sizes_.empty() || least > 1) return;
  for (size_t i = 1; i < names_.size(); ++i) read(names_[i]);
}

void ExtractParameters(Draft* draft) {
  const FoundFact* kind = draft->First("kind");
  if (kind != nullptr && kind->value != "model") return;
  SizeFinder(draft).Run(draft);
}

}  // namespace seaworthy
