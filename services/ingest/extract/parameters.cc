#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Size {
  double billions = 0;
  Span text;
  std::optional<Span> raw;  // Where it stands only in the front matter.
};

// Sizes beyond these are typing errors or something else.
constexpr double kSmallest = 0.00001;
constexpr double kLargest = 20'000;

class SizeFinder {
 public:
  explicit SizeFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {
    names_.push_back(Lower(draft->name));
    for (const std::string& alias : draft->aliases) names_.push_back(Lower(alias));
  }

  void Run(Draft* draft) {
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

 private:
  static double Scale(std::string_view unit) {
    // 10^9 is "Milliarde", "miliardi", "mil millones" elsewhere, and 10^12 "Billion".
    static const Pattern kLongScale(R"(^(?:mil+iard|miljard|bilh|mil mill|тыс)|^милли?ард)", true);
    if (kLongScale.Matches(unit)) return 1;
    if (StartsWith(Lower(unit), "billionen")) return 1000;
    const char c = unit.empty() ? 'b' : Lower(unit)[0];
    return c == 't' ? 1000 : c == 'm' ? 0.001 : c == 'k' ? 0.000001 : 1;
  }

  void Put(double billions, Span text) {
    if (!(billions >= kSmallest && billions <= kLargest)) return;
    for (const Size& size : sizes_) {
      if (std::abs(size.billions - billions) <= 0.001 * billions) return;
    }
    if (sizes_.size() < kMaxFactsPerField) sizes_.push_back({billions, text, std::nullopt});
  }

  void Fields() {
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

  // "sizes of 3B, 8B, 20B and 34B", "(2.2B, 500M and 256M)".
  void Lists() {
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

  std::string_view LowerOf(Span span) const {
    return std::string_view(source_.lower()).substr(span.begin, span.size());
  }

  bool MentionsTool(std::string_view lower) const {
    for (const std::string& name : names_) {
      if (Contains(lower, name)) return true;
    }
    return false;
  }

  // A sentence may speak of the tool: it names it, says "we" or "models", or
  // names no other product.
  bool AboutTool(const Sentence& sentence) const {
    const std::string_view lower = LowerOf(sentence.text);
    static const Pattern kUs(
        R"(\b(?:we|our|these|both|this release|available in|offers?|comes? in|existe en|erhältlich in|disponible en|disponibile in|wir|nous)\b|我们|拥有)");
    return MentionsTool(lower) || kUs.Matches(lower);
  }

  // Whether the last words before a number name another product: "Llama 3.2
  // 3B".
  bool AfterOtherProduct(std::string_view before) const {
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

  void AddAll(Span span) {
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

  // Columns headed "Parameters", "#Total Params", rows of the tool's own.
  void Tables() {
    for (const Table& table : source_.tables()) {
      if (table.rows.size() < 2 || table.rows[0].size() < 2) continue;
      const auto& header = table.rows[0];
      size_t column = Table::kNoCell;
      for (size_t i = 0; i < header.size(); ++i) {
        const std::string key = Cell(header[i]);
        static const Pattern kHead(
            R"(^#? ?(?:total )?(?:params?|parameters|size|model size|参数量|# params|#total params|total params)(?: \(b\))?$)");
        if (!kHead.Matches(key) || Contains(key, "activ")) continue;
        // "Size" may be what the sizes are called.
        if (column == Table::kNoCell || (Contains(key, "param") && !Contains(Cell(header[column]), "param")))
          column = i;
      }
      if (column == Table::kNoCell) continue;
      ReadColumn(table, column);
    }
  }

  std::string Cell(size_t block) const {
    return block == Table::kNoCell ? "" : Lower(OneLine(source_.Text(source_.document().blocks[block].text)));
  }

  void ReadColumn(const Table& table, size_t column) {
    const bool only_own = OnlySizes(table);
    static const Pattern kCell(R"(^~?(\d+(?:\.\d+)?) ?(b|m|t|billion|million)?(?:-a\d+(?:\.\d+)?b)?$)");
    for (size_t row = 1; row < table.rows.size(); ++row) {
      const auto& cells = table.rows[row];
      if (column >= cells.size() || cells[column] == Table::kNoCell) continue;
      bool own = false;
      for (size_t cell : cells) own = own || OwnRow(Cell(cell));
      // A table of "variants" lists the tool's own.
      own = own || only_own || Contains(Cell(table.rows[0][0]), "variant");
      if (!own) continue;
      const std::string value = Cell(cells[column]);
      const auto match = kCell.Find(value);
      if (!match || !match->Has(2) || match->groups[2].empty()) continue;
      const auto number =
          ParseNumber(std::string_view(value).substr(match->groups[1].begin, match->groups[1].size()));
      if (number) {
        Put(*number * Scale(std::string_view(value).substr(match->groups[2].begin, 1)),
            source_.document().blocks[cells[column]].text);
      }
    }
  }

  // A table whose first column has the tool's own sizes, `tiny` to `large`.
  bool OnlySizes(const Table& table) const {
    static const Pattern kSize(
        R"(^(?:x+-?)?(?:tiny|nano|micro|mini|small|base|medium|large|xlarge|huge|giant|xl|xxl|lite|pro|turbo|flash|s|m|l)(?:[-. ]v?\d.*)?$)");
    for (size_t row = 1; row < table.rows.size(); ++row) {
      if (table.rows[row].empty() || !kSize.Matches(Cell(table.rows[row][0]))) return false;
    }
    return true;
  }

  // Whether a table row is one of the tool's variants, not a rival's.
  bool OwnRow(const std::string& cell) const {
    const std::string key = NameKey(cell);
    for (const std::string& name : names_) {
      const std::string own = NameKey(name);
      if (own.size() >= 3 && (StartsWith(key, own) || Contains(cell, "/" + name))) {
        // "DeepSeek-R1-Distill" is no row of DeepSeek-R1 where that is a tool
        // of its own.
        return true;
      }
    }
    return false;
  }

  // "a 2B VLM", "with 8B parameters", "7-billion-parameter".
  void Stated() {
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

  // "90 亿参数和 270 亿参数", "36億パラメータ": 亿 is 10^8.
  void StatedInHan(std::vector<std::pair<int, Size>>* stated, int* best) const {
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

  int Judge(const Sentence& sentence, Span span, const Match& match, size_t seen) const {
    const std::string_view before = LowerOf({sentence.text.begin, span.begin});
    const std::string_view after = LowerOf({span.end, std::min(sentence.text.end, span.end + 30)});
    const std::string_view said = LowerOf(span);
    const std::string_view unit = source_.Text(
        {sentence.text.begin + match.groups[3].begin, sentence.text.begin + match.groups[3].end});
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
    static const Pattern kRival(
        R"(\b(?:comparable|similar|compared|rival\w*|than)\b[^.;]{0,60}, which \w+ $)");
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

  // What is stated and far from the one size in the name is another model's.
  void KeepToName() {
    static const Pattern kInName(R"((?:^|[^a-z0-9.])(\d+(?:\.\d+)?)(b|m)(?:$|[^a-z0-9]))");
    const auto named = kInName.FindAll(names_[0], 3);
    if (named.size() != 1) return;
    const std::string_view name = names_[0];
    const auto number = ParseNumber(name.substr(named[0].groups[1].begin, named[0].groups[1].size()));
    if (!number) return;
    const double own = *number * Scale(name.substr(named[0].groups[2].begin, 1));
    std::erase_if(sizes_, [&](const Size& size) { return std::abs(size.billions - own) > 0.2 * own; });
  }

  // Variants named after their size: `Falcon3-1B-Base` beside what is stated.
  // A size near a stated one is that size, rounded for the name.
  void Variants() {
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
               std::none_of(variants.begin(), variants.end(), [&](const Size& other) {
                 return std::abs(size.billions - other.billions) < away;
               });
      });
      if (!known) Put(variant.billions, variant.text);
    }
  }

  // The sizes in the names of its own repositories on a hub.
  void Repositories() {
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

  // `Lantern-1M` where the text speaks of 1M tokens.
  bool IsContext(std::string_view size) const {
    static const Pattern kMillion(R"(^(\d+m)(?:$|[^a-z0-9]))");
    const auto match = kMillion.Find(size);
    if (!match) return false;
    const std::string million(size.substr(0, match->groups[1].size()));
    for (std::string_view of : {" token", "-token", " context", " length"}) {
      if (Contains(source_.lower(), Cat(million, of))) return true;
    }
    return false;
  }

  // A fine-tuned model has the size of its base.
  void Base() {
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

  // The sizes in the name itself, where it has at least `least`; else those in
  // its variants.
  void Names(size_t least) {
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

  Draft& draft_;
  const Source& source_;
  std::vector<std::string> names_;
  std::vector<Size> sizes_;
  std::optional<Size> field_;
  Span field_raw_;
};

}  // namespace

void ExtractParameters(Draft* draft) {
  const FoundFact* kind = draft->First("kind");
  if (kind != nullptr && kind->value != "model") return;
  SizeFinder(draft).Run(draft);
}

}  // namespace seaworthy
