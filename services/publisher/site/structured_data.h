// JSON-LD (schema.org) of the pages, made from what their templates show: a
// machine reads the words a reader reads.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace seaworthy {

// `page` and `tool` are the views of ComparisonPageView and ToolPageView,
// `base` the site's address without a trailing slash, `approved_on` a day.

// An ItemList of the two tools, each with the address of its page.
nlohmann::json ComparisonData(const nlohmann::json& page, const std::string& base);
// A SoftwareApplication with one Review: by the publishing organisation, the
// personas its contributors, as software, never in an aggregateRating.
nlohmann::json ToolData(const nlohmann::json& tool, const std::string& base, const std::string& approved_on);
// A ClaimReview for each prediction that came true or did not; null for none.
nlohmann::json PredictionsData(const nlohmann::json& predictions, const std::string& base);

}  // namespace seaworthy
