#include <optional>
#include <string>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/numbers.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// ISO 4217 of a sign or word; empty for none that is known.
std::string CurrencyOf(std::string_view said) {
  struct Currency {
    std::string_view said, code;
  };
  static constexpr Currency kCurrencies[] = {
      {"$", "USD"},   {"us$", "USD"},    {"usd", "USD"},  {"dollar", "USD"}, {"dollars", "USD"},
      {"€", "EUR"},   {"eur", "EUR"},    {"euro", "EUR"}, {"euros", "EUR"},  {"£", "GBP"},
      {"gbp", "GBP"}, {"¥", "CNY"},      {"￥", "CNY"},   {"cny", "CNY"},    {"rmb", "CNY"},
      {"元", "CNY"},  {"人民币", "CNY"}, {"jpy", "JPY"},  {"円", "JPY"},     {"₹", "INR"},
      {"inr", "INR"}, {"chf", "CHF"}};
  const std::string lower = Lower(Strip(said));
  for (const Currency& currency : kCurrencies) {
    if (currency.said == lower) return std::string(currency.code);
  }
  return "";
}

struct Term {
  double amount = 0;
  std::string unit;  // `per month`, `per million tokens`, `per minute` …
  bool seat = false;
};

// What an amount is for, read right after it; amounts a year become amounts a
// month, amounts a thousand tokens amounts a million.
std::optional<Term> TermAfter(double amount, std::string_view after) {
  static const Pattern kSeat(
      R"(^.{0,24}?(?:/|\bper\b|\bpro\b|\bpar\b|\ba\b) ?(?:user|seat|member|developer|editor|license|nutzer|platz|utilisateur)|^ ?(?:每|/)用户)");
  static const Pattern kTokens(
      R"(^.{0,12}?(?:/|\bper\b|\bpro\b|\bpar\b|\ba\b|每) ?(?:1 ?)?(million|mio\.?|m|mtok|1m|1,000,000|百万|thousand|k|1k|1,000|1000|千) ?(?:input |output |prompt |completion |eingabe-?|ausgabe-?)*(?:tokens?|tok)?\b)");
  static const Pattern kTime(
      R"(^.{0,30}?(?:/|\bper\b|\bpro\b|\bpar\b|\ba\b|\ban\b|每) ?(month|mo|monat|mois|月|year|yr|jahr|an|année|年|hour|hr|stunde|heure|小时|minute|min|second|image|request|page|character|gb)\b|^ ?(?:/|每) ?(月|年)|^.{0,12}?\b(monthly|yearly|annually)\b)");
  Term term{amount, "", kSeat.Matches(after)};
  if (const auto tokens = kTokens.Find(after); tokens && !term.seat) {
    const std::string_view many = after.substr(tokens->groups[1].begin, tokens->groups[1].size());
    const bool thousand = StartsWith(many, "thousand") || many == "k" || many == "1k" || many == "1,000" ||
                          many == "1000" || many == "千";
    // "$3/m" alone may be a month.
    const std::string_view all = after.substr(0, tokens->all().end);
    if (Contains(all, "tok") || many == "mtok" || many == "1m") {
      if (thousand) term.amount *= 1000;
      term.unit = "per million tokens";
      return term;
    }
  }
  const auto time = kTime.Find(after);
  if (!time) return term.seat ? std::optional(Term{amount, "per month", true}) : std::nullopt;
  std::string word;
  for (size_t group = 1; group < time->groups.size(); ++group) {
    if (time->Has(group)) word = after.substr(time->groups[group].begin, time->groups[group].size());
  }
  if (StartsWith(word, "mo") || word == "月") {
    term.unit = "per month";
  } else if (StartsWith(word, "y") || word == "jahr" || word == "an" || word == "année" || word == "年" ||
             word == "annually") {
    term.unit = "per month";
    term.amount /= 12;
  } else if (word == "hr" || word == "stunde" || word == "heure" || word == "小时") {
    term.unit = "per hour";
  } else {
    term.unit = Cat("per ", word == "min" ? "minute" : word);
  }
  return term;
}

class TermFinder {
 public:
  explicit TermFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run() {
    for (const Sentence& sentence : source_.sentences()) {
      Amounts(sentence);
      Words(sentence);
    }
    if (best_) {
      const double amount = best_->amount;
      draft_.AddText("entry_price", Cat(PlainNumber(amount), " ", currency_, " ", best_->unit), span_);
      draft_.AddText("currency", currency_, span_);
    }
    const FoundFact* pricing = draft_.First("pricing");
    if (pricing != nullptr && pricing->value != "paid") draft_.Add("pricing_kind", "free", pricing->raw);
  }

 private:
  void Amounts(const Sentence& sentence) {
    static const Pattern kAmount(
        R"((US\$|\$|€|£|¥|￥|₹|\b(?:USD|EUR|GBP|CNY|RMB|CHF|INR|JPY) ?) ?(\d+(?:,\d{3})*(?:\.\d+)?)|(\d+(?:[.,]\d+)*) ?(€|USD|EUR|CHF|GBP|元|人民币|円|euros?|dollars?))");
    static const Pattern kNot(
        R"(\b(?:train\w*|budget|fund\w*|rais\w+|prizes?|award\w*|worth|valuation|revenue|invest\w*|grants?|credits?|save[sd]?|saving|salary|compute cost|estimated)\b|训练成本)");
    const std::string_view text = source_.Text(sentence);
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    if (kNot.Matches(lower)) return;
    for (const Match& match : kAmount.FindAll(text, 8)) {
      const bool before = match.Has(2) && !match.groups[2].empty();
      const auto part = [&](size_t group) {
        return text.substr(match.groups[group].begin, match.groups[group].size());
      };
      const std::string currency = CurrencyOf(part(before ? 1 : 4));
      const auto number = ParseNumber(before ? std::string(part(2)) : ReplaceAll(part(3), ",", "."));
      if (currency.empty() || !number || *number <= 0) continue;
      const auto term = TermAfter(*number, lower.substr(match.all().end, 60));
      if (!term || term->unit.empty()) continue;
      Take(*term, currency, {sentence.text.begin + match.all().begin, sentence.text.begin + match.all().end});
    }
  }

  void Take(const Term& term, const std::string& currency, Span span) {
    if (term.seat) draft_.AddText("pricing_kind", "seat", span);
    if (!term.seat && term.unit != "per month") draft_.AddText("pricing_kind", "usage", span);
    if (!term.seat && term.unit == "per month") draft_.AddText("pricing_kind", "subscription", span);
    // The lowest in the unit that comes first.
    if (best_ && (best_->unit != term.unit || currency_ != currency || best_->amount <= term.amount)) return;
    best_ = term;
    currency_ = currency;
    span_ = span;
  }

  void Words(const Sentence& sentence) {
    struct Kind {
      const char* expression;
      std::string_view kind;
    };
    static constexpr Kind kKinds[] = {
        {R"(\bfree (?:tier|plan|version|users)\b|\bfree endpoints?\b|kostenlose version|offre gratuite|免费版)",
         "free"},
        {R"(\b(?:free trial|trial (?:period|credits|version)|\d+[- ]day trial|try .{2,30} for free for \d+)\b|testphase|essai gratuit|试用)",
         "trial"},
        {R"(\b(?:pay[- ]as[- ]you[- ]go|pay[- ]per[- ](?:use|token|request|second)|usage-based|billed (?:by|per) (?:usage|token|second|hour)|per hour-instance|nutzungsbasiert|paiement à l'usage)\b|按量)",
         "usage"},
        {R"(\b(?:per[- ](?:seat|user)|for each seat|seat-based)\b|pro nutzer|par utilisateur)", "seat"}};
    static const std::vector<Pattern>* const kPatterns = [] {
      auto* patterns = new std::vector<Pattern>();
      for (const Kind& kind : kKinds) patterns->emplace_back(kind.expression);
      return patterns;
    }();
    const Block& block = source_.document().blocks[sentence.block];
    if (block.boilerplate) return;
    const std::string_view lower =
        std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
    for (size_t i = 0; i < kPatterns->size(); ++i) {
      const auto match = (*kPatterns)[i].Find(lower);
      if (!match) continue;
      draft_.AddText("pricing_kind", kKinds[i].kind,
                     {sentence.text.begin + match->all().begin, sentence.text.begin + match->all().end});
    }
  }

  Draft& draft_;
  const Source& source_;
  std::optional<Term> best_;
  std::string currency_;
  Span span_;
};

}  // namespace

void ExtractPriceTerms(Draft* draft) {
  const FoundFact* kind = draft->First("kind");
  // A library speaks of other people's prices more often than of its own.
  if (kind != nullptr && (kind->value == "library" || kind->value == "dataset")) return;
  TermFinder(draft).Run();
}

}  // namespace seaworthy
