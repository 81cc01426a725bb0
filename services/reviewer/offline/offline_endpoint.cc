#include "services/reviewer/offline/offline_endpoint.h"

#include <nlohmann/json.hpp>

#include "services/reviewer/offline/composer.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using Json = nlohmann::ordered_json;
using offline::Composition;
using offline::Sentence;

std::string_view KindName(v1::Claim::Kind kind) {
  if (kind == v1::Claim::FACT) return "fact";
  return kind == v1::Claim::PREDICTION ? "prediction" : "judgment";
}

Json EvidenceJson(const Sentence& sentence) {
  Json evidence = Json::array();
  for (const v1::Fact* fact : sentence.facts) {
    if (fact->evidence().text().empty()) continue;
    evidence.push_back({{"field", fact->field()}, {"quote", fact->evidence().text()}});
  }
  return evidence;
}

Json ClaimJson(const Sentence& sentence) {
  Json claim = {{"text", sentence.text}, {"kind", std::string(KindName(sentence.kind))}};
  claim["fields"] = sentence.fields;
  claim["evidence"] = EvidenceJson(sentence);
  if (!sentence.absent.empty()) claim["absent"] = sentence.absent;
  if (!sentence.due_date.empty()) claim["due_date"] = sentence.due_date;
  if (sentence.probability.has_value()) claim["probability"] = *sentence.probability;
  if (!sentence.decided_by.empty()) claim["decided_by"] = sentence.decided_by;
  return claim;
}

Json ToJson(const v1::Persona& persona, const Composition& composition) {
  std::vector<std::string> beats(static_cast<size_t>(persona.beats_size()));
  std::string quote;
  Json claims = Json::array();
  for (const Sentence& sentence : composition.sentences) {
    std::string& beat = beats[static_cast<size_t>(sentence.beat)];
    text::Append(&beat, beat.empty() ? "" : " ", sentence.text);
    text::Append(&quote, quote.empty() ? "" : " ", sentence.text);
    claims.push_back(ClaimJson(sentence));
  }
  Json answer = {
      {"vote", composition.ship ? "ship" : "skip"}, {"confidence", composition.confidence}, {"quote", quote}};
  answer["beats"] = Json::array();
  for (int i = 0; i < persona.beats_size(); ++i) {
    answer["beats"].push_back({{"id", persona.beats(i).beat_id()}, {"text", beats[static_cast<size_t>(i)]}});
  }
  answer["claims"] = std::move(claims);
  answer["competitors"] = composition.competitors;
  if (!composition.flip.empty()) answer["flip"] = composition.flip;
  return answer;
}

}  // namespace

absl::StatusOr<InstantEndpoint::Answer> OfflineEndpoint::Complete(const LlmRequest& request) {
  auto rubric = rubrics_.Get(*request.persona);
  if (!rubric.ok()) return rubric.status();
  offline::FactTable facts(request);
  auto composition = offline::Compose(request, **rubric, &facts);
  if (!composition.ok()) return composition.status();
  Answer answer;
  answer.raw = ToJson(*request.persona, *composition).dump(-1, ' ', false, Json::error_handler_t::replace);
  answer.model =
      text::Cat("rules ", request.persona->persona_id(), " ", request.persona->prompt_hash().substr(0, 12));
  return answer;
}

}  // namespace seaworthy
