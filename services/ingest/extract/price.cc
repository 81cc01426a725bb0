#include <algorithm>
#include <map>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

class PriceFinder {
 public:
  explicit PriceFinder(Draft* draft) : draft_(*draft), source_(*&draft->source()) {}

  void Run() {
    if (Labelled_()) return;
    Amounts();
    if (Paid()) return;
    Free();
  }

 private:
  // An explicit `Price:` line or field decides.
  bool Labelled_() {
    for (const Labelled& label : source_.labelled()) {
      if (label.key != "price" && label.key != "pricing" && label.key != "preis" && label.key != "prix" &&
          label.key != "cost" && label.key != "entry price" && label.key != "entry" && label.key != "价格") {
        continue;
      }
      const std::string lower = Lower(label.value);
      static const Pattern kAmount(R"((?:\$|usd ?)(\d+(?:[.,]\d+)*))");
      if (const auto amount = kAmount.Find(lower)) {
        const auto number =
            ParseNumber(std::string_view(lower).substr(amount->groups[1].begin, amount->groups[1].size()));
        if (number) {
          draft_.Add("entry_price_usd", PlainNumber(*number), label.raw);
          draft_.price_unit = UnitAfter(std::string_view(lower).substr(amount->all().end));
        }
        draft_.Add("pricing", Contains(lower, "free") ? "freemium" : "paid", label.raw);
        return true;
      }
      if (Contains(lower, "freemium")) return draft_.Add("pricing", "freemium", label.raw);
      if (Contains(lower, "free") || Contains(lower, "kostenlos") || Contains(lower, "gratuit") ||
          Contains(lower, "open source")) {
        return draft_.Add("pricing", "free", label.raw);
      }
      if (Contains(lower, "paid") || Contains(lower, "subscription"))
        return draft_.Add("pricing", "paid", label.raw);
    }
    return false;
  }

  static std::string UnitAfter(std::string_view after) {
    static const Pattern kUnit(
        R"(^\s*(?:usd\s*)?(?:/|per |a )\s*((?:(?:1 ?m|1 ?k|million|1,000|1000|[a-z0-9]+)\s*){1,4}?)(?:[.,;)(]|$| for| and| or| with| on| to| of)|^\s*(?:usd\s*)?(?:/|per |a )\s*([a-z]+))");
    const auto unit = kUnit.Find(after.substr(0, 80));
    if (!unit) return "";
    const Span span = unit->Has(1) ? unit->groups[1] : unit->groups[2];
    return OneLine(after.substr(span.begin, std::min<size_t>(span.size(), 40)));
  }

  // "$0.5 per million output tokens": a price where a unit or a word of
  // selling stands by it, and neither training nor somebody else's.
  void Amounts() {
    static const Pattern kAmount(R"(\$\s?(\d+(?:,\d{3})*(?:\.\d+)?)(?:\s?(k|m|b|million|billion)\b)?)", true);
    static const Pattern kSelling(
        R"(\b(?:per|pric\w+|costs?|starts? at|starting at|as low as|only|month|hour|year|seat|user|subscription|plan|pay|paid|/ ?(?:m|mo|month|hour|1m)|tokens?)\b|/)");
    static const Pattern kNot(
        R"(\b(?:train\w*|budget|fund\w*|rais\w+|prizes?|award\w*|worth|valuation|revenue|invest\w*|grants?|credits?|save[sd]?|saving|market|stipend|salary|compute cost|estimated|gpt-\w+|claude|gemini)\b)");
    double lowest = 0;
    for (const Sentence& sentence : source_.sentences()) {
      const std::string_view text = source_.Text(sentence);
      if (!Contains(text, "$")) continue;
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      if (kNot.Matches(lower) || !kSelling.Matches(lower)) continue;
      // A library speaks of other people's prices more often than of its own.
      const FoundFact* kind = draft_.First("kind");
      if (kind != nullptr && kind->value == "library" && !draft_.MentionedIn(lower)) continue;
      for (const Match& match : kAmount.FindAll(text, 8)) {
        // `$0.6$` is mathematics.
        if (match.all().end < text.size() && (text[match.all().end] == '$' || text[match.all().end] == '\\'))
          continue;
        if (match.Has(2) && !match.groups[2].empty()) continue;
        const auto number = ParseNumber(text.substr(match.groups[1].begin, match.groups[1].size()));
        const std::string unit = UnitAfter(lower.substr(match.all().end));
        if (!number || *number <= 0 ||
            (unit.empty() && !Contains(lower, "price") && !Contains(lower, "cost")))
          continue;
        const Span span{sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end};
        if (lowest == 0 || *number < lowest) {
          lowest = *number;
          best_ = span;
          unit_ = unit;
        }
      }
    }
    if (lowest > 0 && draft_.AddText("entry_price_usd", PlainNumber(lowest), best_))
      draft_.price_unit = unit_;
  }

  bool Paid() {
    static const Pattern kFreeTier(
        R"(\bfree (?:tier|plan|trial|credits)\b|\bfreemium\b|free for (?:individuals|personal)[^.]{0,60}(?:paid|pro|enterprise)|\bavailable (?:for free|free of charge) on\b|\bfree (?:for everyone )?during\b|\b\d+[km]? free (?:tokens|requests|credits|minutes)\b|\bfree (?:users|quota)|with a small quota\b|\bfor free users\b)");
    static const Pattern kPaid(
        R"(\b(?:commercial (?:solution|offering|product)|paid (?:plans?|subscriptions?|tiers?|products?|users|customers)|you(?:['’]re| are) billed|billed (?:by|per|monthly|annually)|you(?:['’]ll| will)(?: only)? pay|requires? (?:an? )?(?:\w+ ){0,3}subscription|subscription (?:is )?required|available to (?:enterprise|paying|pro) (?:\w+ )?(?:customers|subscribers|organizations)|pay[- ](?:as[- ]you[- ]go|per)|contact sales|pricing starts)\b)");
    if (const auto tier = FindIn(kFreeTier, false, IsLibrary()))
      return draft_.AddText("pricing", "freemium", *tier);
    if (draft_.Has("entry_price_usd")) return draft_.AddText("pricing", "paid", best_);
    static const Pattern kOtherCurrency(R"([¥￥€£] ?\d+(?:[.,]\d+)? ?(?:/|per\b|pro\b|par\b|每))");
    if (const auto paid = FindIn(kOtherCurrency)) return draft_.AddText("pricing", "paid", *paid);
    if (IsModel()) return false;
    if (const auto paid = FindIn(kPaid)) return draft_.AddText("pricing", "paid", *paid);
    return false;
  }

  bool IsLibrary() const {
    const FoundFact* kind = draft_.First("kind");
    return kind != nullptr && kind->value == "library";
  }

  bool IsModel() const {
    const FoundFact* kind = draft_.First("kind");
    return kind != nullptr && (kind->value == "model" || kind->value == "dataset");
  }

  void Free() {
    static const Pattern kFree(
        R"(\b(?:open[- ]?source[ds]?|open[- ]?sourcing|open[- ]weights?|open models?|openly available|fully open|open[- ]access|free (?:to (?:use|download)|of charge|for (?:research|commercial|everyone|all))|freely (?:available|usable)|available for free|free and open|completely open|kostenlos|gratuit\w*|frei verfügbar|quelloffen|released publicly|publicly (?:available|released)|free endpoints?|as oss|open code)\b|开源|免费)");
    static const Pattern kWeights(
        R"(\b(?:download(?:s|ed|able)?|weights|checkpoints?|models?)\b[^.]{0,80}\b(?:hugging ?face|modelscope|hub|github|released)\b|\b(?:weights|checkpoints?)\b[^.]{0,80}\bavailable\b|\b(?:available|released) (?:\w+ ){0,3}on (?:the )?(?:hugging ?face|hub|modelscope)\b|\bwe (?:also )?(?:are releasing|release) (?:both|the|all|our|two|three)?\b[^.]{0,40}\b(?:weights|checkpoints?|models?)\b)");
    const FoundFact* license = draft_.First("license");
    if (license != nullptr) {
      draft_.Add("pricing", "free", license->raw);
      return;
    }
    if (const auto free = FindIn(kFree, true)) {
      draft_.AddText("pricing", "free", *free);
      return;
    }
    if (!IsModel()) return;
    if (const auto weights = FindIn(kWeights)) {
      draft_.AddText("pricing", "free", *weights);
      return;
    }
    // A public download of the weights: a hub page of the tool's own name.
    for (const Link& link : source_.document().links) {
      if (link.image_only || !source_.TrustedAt(link.text.begin) || link.raw.empty()) continue;
      if (!Contains(link.url, "huggingface.co/") && !Contains(link.url, "hf.co/") &&
          !Contains(link.url, "modelscope.c"))
        continue;
      if (Contains(link.url, "/spaces/") || Contains(link.url, "/blog/")) continue;
      if (!HandleOfTool(link.url, draft_).empty()) {
        draft_.Add("pricing", "free", link.raw);
        return;
      }
    }
  }

  // The first place a pattern stands in a sentence about this tool.
  // `named`: and names it.
  std::optional<Span> FindIn(const Pattern& pattern, bool own = false, bool named = false) const {
    static const Pattern kOthers(
        R"(\b(?:other|existing|many|previous|among|outperform\w*|compar\w+|than|unlike|leading|state-of-the-art|best|top|closed|vs|datasets?|tools? like|based on open)\b)");
    size_t seen = 0;
    for (const Sentence& sentence : source_.sentences()) {
      ++seen;
      const Block& block = source_.document().blocks[sentence.block];
      if (block.kind == BlockKind::kTableCell || block.boilerplate) continue;
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      const auto match = pattern.Find(lower);
      if (!match || (named && !draft_.MentionedIn(lower))) continue;
      static const Pattern kCompared(R"(\bproprietary\b|\bevaluat\w+|\bmodels? (?:like|such as)\b)");
      if (own && kCompared.Matches(lower)) continue;
      if (own && kOthers.Matches(lower) && !(draft_.MentionedIn(lower) && seen <= 10)) continue;
      if (own && !IsModel() && !draft_.MentionedIn(lower)) continue;
      return Span{sentence.text.begin + match->all().begin, sentence.text.begin + match->all().end};
    }
    return std::nullopt;
  }

  Draft& draft_;
  const Source& source_;
  Span best_;
  std::string unit_;
};

}  // namespace

void ExtractPrice(Draft* draft) { PriceFinder(draft).Run(); }

}  // namespace seaworthy
