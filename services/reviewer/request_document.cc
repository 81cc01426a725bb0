#include "services/reviewer/request_document.h"

#include <nlohmann/json.hpp>

namespace seaworthy {
namespace {

using Json = nlohmann::ordered_json;

Json FactJson(const v1::Fact& fact) {
  return {{"field", fact.field()},
          {"value", fact.value()},
          {"evidence",
           {{"announcement_id", fact.evidence().announcement_id()},
            {"begin", fact.evidence().begin()},
            {"end", fact.evidence().end()},
            {"text", fact.evidence().text()}}}};
}

Json CompetitorJson(const v1::KnownCompetitor& rival) {
  Json json = {
      {"tool_id", rival.tool_id()},          {"name", rival.name()},          {"vendor", rival.vendor()},
      {"license", rival.license()},          {"parameters_b", Json::array()}, {"entry_price_usd", nullptr},
      {"release_date", rival.release_date()}};
  for (double size : rival.parameters_b()) json["parameters_b"].push_back(size);
  if (rival.has_entry_price_usd()) json["entry_price_usd"] = rival.entry_price_usd();
  return json;
}

}  // namespace

std::string RequestDocument(const LlmRequest& request, const std::string& endpoint,
                            const std::string& prompt_object) {
  const v1::Revision& revision = request.revision;
  Json document = {{"endpoint", endpoint},
                   {"persona_id", request.persona->persona_id()},
                   {"prompt_hash", request.persona->prompt_hash()},
                   {"prompt_object", prompt_object},
                   {"tool_id", revision.tool_id()},
                   {"revision", revision.number()},
                   {"name", revision.name()},
                   {"category", revision.category()},
                   {"language", revision.language()},
                   {"text_object", revision.text_object()},
                   {"facts", Json::array()},
                   {"competitors", Json::array()}};
  for (const v1::Fact& fact : revision.facts()) document["facts"].push_back(FactJson(fact));
  for (const v1::KnownCompetitor& rival : request.competitors) {
    document["competitors"].push_back(CompetitorJson(rival));
  }
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace seaworthy
