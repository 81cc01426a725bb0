#include "services/publisher/pages/ledger_view.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {

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
         {"persona", title},
         {"probability", prediction.has_probability() ? PercentText(prediction.probability()) : ""},
         {"tool", prediction.tool_name().empty() ? prediction.tool_id() : prediction.tool_name()},
         {"url", absl::StrCat(tools_path, PercentEncode(prediction.tool_id()))}});
  }
  return views;
}

}  // namespace seaworthy
