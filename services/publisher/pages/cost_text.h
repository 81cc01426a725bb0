// What verdicts used and cost, in words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "seaworthy/v1/comparison.pb.h"
#include "seaworthy/v1/panel_health.pb.h"

namespace seaworthy {

// `$0.12`, `under $0.01`, `$0`.
std::string MoneyText(uint64_t micro_usd);
// `1,234 tokens, $0.01`; empty where it used none.
std::string UsageText(const v1::Usage& usage);
// The same for a sum; says where prices are not known.
std::string SpendText(const v1::Spend& spend);
// `Eight reviews: 41,200 tokens, $0.12; models: a, b`; `Eight reviews, by
// rules`. Empty without reviews.
std::string CostLine(const v1::ComparisonContent& content);

}  // namespace seaworthy
