#include "services/publisher/site/structured_data.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kContext[] = "https://schema.org";
constexpr char kPublisher[] = "Seaworthy";
// Every public page says so of its reviewers.
constexpr char kPersonaKind[] = "AI persona";
// IPTC digital source types: what a model wrote, and what fixed rules wrote.
constexpr char kByModel[] = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
constexpr char kByRules[] = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia";
constexpr char kDash[] = "—";

std::string TextOf(const json& view, const char* key) {
  const auto found = view.find(key);
  return found == view.end() || !found->is_string() ? "" : found->get<std::string>();
}

void SetText(json& data, const char* property, const std::string& text) {
  if (!text.empty() && text != kDash) data[property] = text;
}

json Publisher(const std::string& base) {
  return {{"@type", "Organization"}, {"name", kPublisher}, {"url", base + "/"}};
}

// `$20 / month` as an Offer; null where the page shows no price.
json OfferOf(const std::string& price) {
  double usd = 0;
  const absl::string_view digits = absl::string_view(price).substr(0, price.find(' '));
  const bool is_number = digits.size() > 1 && digits[0] == '$' && absl::SimpleAtod(digits.substr(1), &usd);
  if (price != "Free" && !is_number) return nullptr;
  return {{"@type", "Offer"}, {"price", usd}, {"priceCurrency", "USD"}};
}

json ApplicationOf(const json& tool, const std::string& base) {
  json data = {{"@type", "SoftwareApplication"}, {"url", absl::StrCat(base, "/tools/", TextOf(tool, "id"))}};
  SetText(data, "name", TextOf(tool, "name"));
  SetText(data, "applicationCategory", TextOf(tool, "category"));
  json offer = OfferOf(TextOf(tool, "price"));
  if (!offer.is_null()) data["offers"] = std::move(offer);
  return data;
}

json ContributorsOf(const json& verdicts) {
  json contributors = json::array();
  for (const json& verdict : verdicts) {
    contributors.push_back({{"@type", "SoftwareApplication"},
                            {"name", TextOf(verdict, "persona_title")},
                            {"applicationCategory", kPersonaKind}});
  }
  return contributors;
}

json ReviewOf(const json& tool, const std::string& base, const std::string& approved_on) {
  const json& panel = tool.at("panel");
  json review = {{"@type", "Review"},
                 {"author", Publisher(base)},
                 {"publisher", Publisher(base)},
                 {"contributor", ContributorsOf(tool.at("verdicts"))},
                 {"digitalSourceType", tool.value("rule_based", false) ? kByRules : kByModel}};
  SetText(review, "datePublished", approved_on);
  SetText(review, "reviewBody", TextOf(panel, "said"));
  int percent = 0;
  if (absl::SimpleAtoi(absl::StripSuffix(TextOf(panel, "percent"), "%"), &percent)) {
    review["reviewRating"] = {
        {"@type", "Rating"}, {"ratingValue", percent}, {"bestRating", 100}, {"worstRating", 0}};
  }
  return review;
}

}  // namespace

json ComparisonData(const json& page, const std::string& base) {
  json items = json::array();
  int position = 0;
  for (const char* side : {"a", "b"}) {
    items.push_back(
        {{"@type", "ListItem"}, {"position", ++position}, {"item", ApplicationOf(page.at(side), base)}});
  }
  return {{"@context", kContext},
          {"@type", "ItemList"},
          {"name", TextOf(page, "title")},
          {"url", absl::StrCat(base, "/compare/", TextOf(page, "id"))},
          {"numberOfItems", 2},
          {"itemListElement", std::move(items)}};
}

json ToolData(const json& tool, const std::string& base, const std::string& approved_on) {
  json data = ApplicationOf(tool, base);
  data["@context"] = kContext;
  SetText(data, "description", TextOf(tool, "description"));
  data["review"] = ReviewOf(tool, base, approved_on);
  return data;
}

json PredictionsData(const json& predictions, const std::string& base) {
  json reviews = json::array();
  for (const json& prediction : predictions) {
    const std::string outcome = TextOf(prediction, "outcome");
    const bool came_true = outcome == "Came true";
    if (!came_true && outcome != "Did not") continue;
    json review = {{"@type", "ClaimReview"},
                   {"url", base + "/predictions/resolved"},
                   {"claimReviewed", TextOf(prediction, "text")},
                   {"author", Publisher(base)},
                   {"itemReviewed",
                    {{"@type", "Claim"},
                     {"author",
                      {{"@type", "SoftwareApplication"},
                       {"name", TextOf(prediction, "persona")},
                       {"applicationCategory", kPersonaKind}}}}},
                   {"reviewRating",
                    {{"@type", "Rating"},
                     {"ratingValue", came_true ? 1 : 0},
                     {"bestRating", 1},
                     {"worstRating", 0},
                     {"alternateName", outcome}}}};
    SetText(review, "reviewBody", TextOf(prediction, "outcome_note"));
    reviews.push_back(std::move(review));
  }
  if (reviews.empty()) return nullptr;
  return {{"@context", kContext}, {"@graph", std::move(reviews)}};
}

}  // namespace seaworthy
