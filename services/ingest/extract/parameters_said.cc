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

std::string_view SizeFinder::LowerOf(Span span) const {
  return std::string_view(source_.lower()).substr(span.begin, span.size());
}

bool SizeFinder::MentionsTool(std::string_view lower) const {
  for (const std::string& name : names_) {
    if (Contains(lower, name)) return true;
  }
  return false;
}

bool SizeFinder::AboutTool(const Sentence& sentence) const {
  const std::string_view lower = LowerOf(sentence.text);
  static const Pattern kUs(
      R"(\b(?:we|our|these|both|this release|available in|offers?|comes? in|existe en|erhältlich in|disponible en|disponibile in|wir|nous)\b|我们|拥有)");
  return MentionsTool(lower) || kUs.Matches(lower);
}

bool SizeFinder::AfterOtherProduct(std::string_view before) const {
  const std::string_view near = before.substr(before.size() > 28 ? before.size() - 28 : 0);
  static const WordFinder kProducts(ProductSpellings());
  for (const Spelling& product : kProducts.In(near)) {
    const size_t at = near.rfind(product.word);
    if (at == near.npos || (at > 0 && IsAlnum(near[at - 1]))) continue;
    const std::string_view between = near.substr(at + product.word.size());
    if (between.find_first_of(",;.()") != between.npos && !StartsWith(between, ".")) continue;
    if (StartsWith(names_[0], product.word) || Contains(names_[0], product.word)) continue;
    return true;
  }
  return false;
}

void SizeFinder::Stated() {
  static const Pattern kStated(
      R"((~?(\d+(?:[.,]\d+)?)(?:[ -]|\x{A0}|\x{202F})?(?:de )?(billions?|millions?|trillions?|milliards?|millionen|milliarden|miliard\w*|miljard|mil millones|millones|bilhões|milhões|milioni|B|M|T)\b(?:[- ](?:total |de |di )?(?:parameters?|params?|paramètres|parametern?|parameter|parámetros|parametri|parâmetros|parametrów|параметр\w*)|[- ](?:[a-z-]+ ){0,4}(?:models?|vlm|llm|lm|moe|transformer|mixture|version|checkpoint|modell|weights?)\b|[- ]total\b|\s?参数)?))",
      true);
  int best = 0;
  std::vector<std::pair<int, Size>> stated;
  size_t seen = 0;
  for (const Sentence& sentence : source_.sentences()) {
    const Block& block = source_.document().blocks[sentence.block];
    if (block.kind == BlockKind::kTableCell) continue;
    ++seen;
    for (const Match& match : kStated.FindAll(source_.Text(sentence), 12)) {
      const Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
      const int score = Judge(sentence, span, match, seen);
      if (score <= 0) continue;
      const auto number = ParseNumber(ReplaceAll(source_.Text({sentence.text.begin + match.groups[2].begin,
                                                               sentence.text.begin + match.groups[2].end}),
                                                 ",", "."));
      const std::string_view unit = source_.Text(
          {sentence.text.begin + match.groups[3].begin, sentence.text.begin + match.groups[3].end});
      if (!number) continue;
      best = std::max(best, score);
      stated.push_back({score, {*number * Scale(unit), span, std::nullopt}});
    }
  }
  StatedInHan(&stated, &best);
  if (best < 4) return;
  for (const auto& [score, size] : stated) {
    if (score >= best - 1) Put(size.billions, size.text);
  }
}

void SizeFinder::StatedInHan(std::vector<std::pair<int, Size>>* stated, int* best) const {
  if (source_.language() != "zh" && source_.language() != "ja" && source_.language() != "ko") return;
  static const Pattern kHan(
      R"((\d+(?:\.\d+)?) ?(万亿|亿|億|兆|억)(?:个|個)?(?: ?总)?(?:の)? ?(?:参数|參數|パラメータ|매개변수|파라미터))");
  static const Pattern kNot(R"((?:激活|超过|少于|超越|低于|以下|不到)[^，。,]{0,12}$)");
  for (const Sentence& sentence : source_.sentences()) {
    const std::string_view text = source_.Text(sentence);
    for (const Match& match : kHan.FindAll(text, 6)) {
      const Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
      const std::string_view before = text.substr(0, match.all().begin);
      const auto number = ParseNumber(text.substr(match.groups[1].begin, match.groups[1].size()));
      if (!number || kNot.Matches(before) || AfterOtherProduct(LowerOf({sentence.text.begin, span.begin})))
        continue;
      const std::string_view unit = text.substr(match.groups[2].begin, match.groups[2].size());
      const double scale = unit == "万亿" || unit == "兆" ? 1000 : 0.1;
      stated->push_back({5, {*number * scale, span, std::nullopt}});
      *best = std::max(*best, 5);
    }
  }
}

int SizeFinder::Judge(const Sentence& sentence, Span span, const Match& match, size_t seen) const {
  const std::string_view before = LowerOf({sentence.text.begin, span.begin});
  const std::string_view after = LowerOf({span.end, std::min(sentence.text.end, span.end + 30)});
  const std::string_view said = LowerOf(span);
  const std::string_view unit =
      source_.Text({sentence.text.begin + match.groups[3].begin, sentence.text.begin + match.groups[3].end});
  if (unit == "b" || unit == "m" || unit == "t") return 0;
  static const Pattern kAfterNot(
      R"(^\+|^[- ]?(?:tokens?|active|activated|examples?|samples?|downloads|users|images?|pairs|documents|rows|lines|gpu|激活|question|instruction|monthly|people|stars|yuan|dollars|context|word|in memory|of data|steps|high)|^\+?\s*token|^\s*token|^ token|^个 ?token|^ (?:[a-z-]+ ){1,2}tokens)");
  if (kAfterNot.Matches(after)) return 0;
  static const Pattern kBeforeNot(
      R"((?:\$|¥|€|activ\w*|激活|over|than|under|up to|outperform\w*|beat\w*|vs\.?|versus|below|larger|bigger|above|about \d+x|to|from|and even)\s*~?$)");
  if (kBeforeNot.Matches(before)) return 0;
  static const Pattern kClass(
      R"(\b(?:under|below|beyond|than|sub|within|comparable|rival\w*|compared)\b[^,.;]{0,40}$)");
  if (kClass.Matches(before)) return 0;
  // "comparable to R1, which boasts 671 billion parameters": of a rival.
  static const Pattern kRival(R"(\b(?:comparable|similar|compared|rival\w*|than)\b[^.;]{0,60}, which \w+ $)");
  static const Pattern kActive(R"(^~?\d+(?:[.,]\d+)?[ -]?[a-z]+[ -]activ)");
  if (kRival.Matches(before) || kActive.Matches(said)) return 0;
  if (!before.empty() &&
      (IsAlnum(before.back()) || before.back() == '-' || before.back() == '$' || before.back() == '.'))
    return 0;
  if (StartsWith(after, " with ") && Contains(after, "activ")) {
    // "480B-parameter model with 35B active": the 480 counts.
  }
  if (AfterOtherProduct(before)) return 0;
  static const Pattern kPart(
      R"(encoder|vocoder|decoder block|adapter|embedding|projector|draft model|reward model|judge|codec|original|previous|teacher|larger models|alternatives|compared|up to)");
  int score = 1;
  static const Pattern kParameters(R"(par[aáâ]m|парам)");
  if (kParameters.Matches(said) || EndsWith(said, "total") || Contains(said, "参数") ||
      StartsWith(after, "参数") ||
      Contains(before.substr(before.size() > 24 ? before.size() - 24 : 0), "参数"))
    score += 3;
  if (Contains(said, "model") || Contains(said, "lm") || Contains(said, "transformer") ||
      Contains(said, "weight"))
    score += 2;
  if (MentionsTool(LowerOf(sentence.text))) score += 2;
  static const Pattern kUs(R"(\b(?:we|our|this is an?|is an?)\b|我们|这是)");
  if (kUs.Matches(before)) score += 1;
  if (seen <= 6) score += 1;
  const std::string_view near = before.substr(before.size() > 40 ? before.size() - 40 : 0);
  if (kPart.Matches(near) || kPart.Matches(after.substr(0, after.find_first_of(",;(")))) score -= 4;
  static const Pattern kPlanned(
      R"(\bwill be\b|\bcoming soon\b|\bplanned\b|\bprévue?\b|\bgeplant\b|\bdemnächst\b|\bbientôt\b|\bà venir\b|\bprevist[oa]s?\b|\bpróximamente\b|即将|将会|今後)");
  if (kPlanned.Matches(LowerOf(sentence.text))) score -= 3;
  return score;
}

}  // namespace seaworthy
