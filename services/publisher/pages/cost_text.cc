#include "services/publisher/pages/cost_text.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

constexpr uint64_t kCent = 10'000;

std::string NumberWord(size_t number) {
  static constexpr const char* kWords[] = {"No",    "One",   "Two",  "Three", "Four",   "Five",  "Six",
                                           "Seven", "Eight", "Nine", "Ten",   "Eleven", "Twelve"};
  return number < std::size(kWords) ? kWords[number] : absl::StrCat(number);
}

// What of a comparison's verdicts is summed.
struct Sum {
  size_t verdicts = 0;
  size_t by_rules = 0;
  v1::Spend spend;
  std::set<std::string> models;
};

void Add(const v1::Verdict& verdict, Sum& sum) {
  const v1::Provenance& from = verdict.provenance();
  ++sum.verdicts;
  if (from.rule_based()) {
    ++sum.by_rules;
    return;
  }
  if (!from.model().empty()) sum.models.insert(from.model());
  const v1::Usage& usage = from.usage();
  if (usage.input_tokens() + usage.output_tokens() == 0) return;
  sum.spend.set_input_tokens(sum.spend.input_tokens() + usage.input_tokens());
  sum.spend.set_output_tokens(sum.spend.output_tokens() + usage.output_tokens());
  sum.spend.set_cost_micro_usd(sum.spend.cost_micro_usd() + usage.cost_micro_usd());
  sum.spend.set_verdicts(sum.spend.verdicts() + 1);
  if (!usage.has_cost_micro_usd()) sum.spend.set_unpriced(sum.spend.unpriced() + 1);
}

}  // namespace

std::string MoneyText(uint64_t micro_usd) {
  if (micro_usd == 0) return "$0";
  if (micro_usd < kCent) return "under $0.01";
  const uint64_t cents = (micro_usd + kCent / 2) / kCent;
  return absl::StrFormat("$%s.%02d", GroupedText(cents / 100), cents % 100);
}

std::string SpendText(const v1::Spend& spend) {
  if (spend.verdicts() == 0) return "";
  std::string text = absl::StrCat(GroupedText(spend.input_tokens() + spend.output_tokens()), " tokens");
  if (spend.unpriced() == spend.verdicts()) return absl::StrCat(text, ", price not known");
  absl::StrAppend(&text, ", ", spend.unpriced() > 0 ? "at least " : "", MoneyText(spend.cost_micro_usd()));
  return text;
}

std::string UsageText(const v1::Usage& usage) {
  v1::Spend spend;
  if (usage.input_tokens() + usage.output_tokens() == 0) return "";
  spend.set_verdicts(1);
  spend.set_input_tokens(usage.input_tokens());
  spend.set_output_tokens(usage.output_tokens());
  spend.set_cost_micro_usd(usage.cost_micro_usd());
  spend.set_unpriced(usage.has_cost_micro_usd() ? 0 : 1);
  return SpendText(spend);
}

std::string CostLine(const v1::ComparisonContent& content) {
  Sum sum;
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) Add(verdict, sum);
  }
  if (sum.verdicts == 0) return "";
  std::string line = absl::StrCat(NumberWord(sum.verdicts), sum.verdicts == 1 ? " review" : " reviews");
  if (sum.by_rules == sum.verdicts) return absl::StrCat(line, ", by rules");
  if (sum.by_rules > 0) absl::StrAppend(&line, ", ", sum.by_rules, " of them by rules");
  const std::string spent = SpendText(sum.spend);
  if (!spent.empty()) absl::StrAppend(&line, ": ", spent);
  if (!sum.models.empty()) {
    absl::StrAppend(&line, "; ",
                    sum.models.size() == 1 ? "model: " : "models: ", absl::StrJoin(sum.models, ", "));
  }
  return line;
}

}  // namespace seaworthy
