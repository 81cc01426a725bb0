#include "services/publisher/pages/page_text.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

namespace seaworthy {
namespace {

constexpr char kDash[] = "—";

std::string ParameterText(double billions) {
  if (billions >= 1000) return absl::StrFormat("%gT", billions / 1000);
  if (billions < 1) return absl::StrFormat("%gM", std::round(billions * 1e6) / 1e3);
  return absl::StrFormat("%gB", billions);
}

}  // namespace

std::string GroupedText(uint64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

std::string OrDash(const std::string& text) { return text.empty() ? kDash : text; }

std::string Capitalised(std::string text) {
  if (!text.empty()) text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  return text;
}

std::string PercentText(double share) {
  return absl::StrCat(std::lround(std::clamp(share, 0.0, 1.0) * 100), "%");
}

std::string ContextText(const v1::Revision& revision) {
  return revision.has_context_tokens() ? absl::StrCat(GroupedText(revision.context_tokens()), " tokens") : "";
}

std::string PriceText(const v1::Revision& revision) {
  if (revision.has_entry_price_usd()) {
    const double price = revision.entry_price_usd();
    if (price == 0) return "Free";
    const double cents = price * 100;
    const bool whole = price == std::floor(price);
    const bool in_cents = std::abs(cents - std::round(cents)) < 1e-6;
    std::string text = whole      ? absl::StrFormat("$%.0f", price)
                       : in_cents ? absl::StrFormat("$%.2f", price)
                                  : absl::StrFormat("$%g", price);
    if (!revision.entry_price_unit().empty()) absl::StrAppend(&text, " / ", revision.entry_price_unit());
    return text;
  }
  return revision.pricing() == "free" ? "Free" : kDash;
}

std::string ParametersText(const v1::Revision& revision) {
  return absl::StrJoin(revision.parameters_b(), ", ",
                       [](std::string* out, double billions) { out->append(ParameterText(billions)); });
}

std::string KindText(v1::ToolKind kind) {
  switch (kind) {
    case v1::MODEL:
      return "model";
    case v1::LIBRARY:
      return "library";
    case v1::APPLICATION:
      return "application";
    case v1::SERVICE:
      return "service";
    case v1::DATASET:
      return "dataset";
    case v1::OTHER:
      return "other";
    default:
      return "";
  }
}

std::string FieldLabel(const std::string& field) {
  static const auto* const kLabels =
      new std::map<std::string, std::string>{{"parameters_b", "Parameters (billions)"},
                                             {"license", "Licence"},
                                             {"context_tokens", "Context (tokens)"},
                                             {"entry_price_usd", "Entry price (USD)"},
                                             {"formats", "Format"},
                                             {"links", "Link"},
                                             {"base", "Made from"},
                                             {"use_case", "Use case"},
                                             {"fine_tuning", "Fine-tuning"},
                                             {"language", "Natural language"}};
  const auto it = kLabels->find(field);
  if (it != kLabels->end()) return it->second;
  return Capitalised(absl::StrReplaceAll(field, {{"_", " "}}));
}

std::string OutcomeAdvice(const std::string& outcome) {
  static const auto* const kAdvice = new std::map<std::string, std::string>{
      {"refused", "The model would not answer. Put another model into this persona's route."},
      {"truncated", "The answer was cut off. Raise max_output_tokens of the endpoint."},
      {"invalid_json", "The answer was no JSON, twice. Use a model that keeps to a schema."},
      {"schema_violation", "The answer left the schema, twice. Use a model that keeps to a schema."},
      {"rate_limited", "The provider limits requests. Lower max_in_flight, or add an endpoint."},
      {"spend_capped", "The money is spent. Raise the cap at the provider or in [budget]."},
      {"overloaded", "The provider was overloaded. Announce again later, or add an endpoint."},
      {"timeout", "No answer came in time. Raise deadline_seconds, or add an endpoint."},
      {"cut_stream", "The answer broke off. Announce again later, or add an endpoint."},
      {"transport", "The endpoint could not be reached. Run `seaworthy doctor`."},
      {"rejected", "The provider refused the request. Run `seaworthy endpoints test`."}};
  const auto it = kAdvice->find(outcome);
  return it == kAdvice->end() ? "The log says more; `seaworthy doctor` checks the endpoints." : it->second;
}

std::string DateText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

}  // namespace seaworthy
