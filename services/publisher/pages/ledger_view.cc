#include "services/publisher/pages/ledger_view.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

// Empty while it is open.
std::string OutcomeText(const v1::PredictionResolution& resolution) {
  switch (resolution.outcome()) {
    case v1::PredictionResolution::CAME_TRUE:
      return "Came true";
    case v1::PredictionResolution::DID_NOT:
      return "Did not";
    case v1::PredictionResolution::VOID:
      return "Cannot be told";
    default:
      return "";
  }
}

}  // namespace

nlohmann::json PredictionViews(const v1::ListPredictionsResponse& ledger,
                               const std::vector<v1::Persona>& personas, const std::string& tools_path) {
  nlohmann::json views = nlohmann::json::array();
  for (const v1::Prediction& prediction : ledger.predictions()) {
    std::string title = Capitalised(prediction.persona_id());
    for (const v1::Persona& persona : personas) {
      if (persona.persona_id() == prediction.persona_id()) title = persona.title();
    }
    views.push_back(
        {{"due", prediction.due_date()},
         {"text", prediction.text()},
         {"decided_by", prediction.decided_by()},
         {"outcome", OutcomeText(prediction.resolution())},
         {"outcome_note", prediction.resolution().note()},
         {"outcome_url", SafeHttpUrl(prediction.resolution().source_url()).value_or("")},
         {"persona", title},
         {"probability", prediction.has_probability() ? PercentText(prediction.probability()) : ""},
         {"tool", prediction.tool_name().empty() ? prediction.tool_id() : prediction.tool_name()},
         {"url", absl::StrCat(tools_path, PercentEncode(prediction.tool_id()))}});
  }
  return views;
}

}  // namespace seaworthy
