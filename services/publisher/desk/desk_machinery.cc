#include "services/publisher/desk/desk_machinery.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kRows = 25;
constexpr char kLetters[] = "/desk/dead-letters";
constexpr char kPredictions[] = "/desk/predictions";

json LetterRow(const v1::DeadLetterView& view) {
  return {{"subscription", view.letter().subscription()},
          {"sequence", view.letter().sequence()},
          {"subject", view.letter().subject()},
          {"attempts", view.letter().attempts()},
          {"reason", view.letter().reason()},
          {"when", TimeText(view.time())},
          {"about", view.about()},
          {"replayed", view.replayed()}};
}

v1::PredictionResolution::Outcome OutcomeOf(const std::string& word) {
  if (word == "came-true") return v1::PredictionResolution::CAME_TRUE;
  if (word == "did-not") return v1::PredictionResolution::DID_NOT;
  if (word == "void") return v1::PredictionResolution::VOID;
  if (word == "open-again") return v1::PredictionResolution::OPEN_AGAIN;
  return v1::PredictionResolution::OUTCOME_UNSPECIFIED;
}

const char* OutcomeText(v1::PredictionResolution::Outcome outcome) {
  if (outcome == v1::PredictionResolution::CAME_TRUE) return "Came true";
  if (outcome == v1::PredictionResolution::DID_NOT) return "Did not";
  return outcome == v1::PredictionResolution::VOID ? "Cannot be told" : "";
}

json PredictionRow(const v1::Prediction& prediction, const std::vector<v1::Persona>& personas) {
  const v1::PredictionResolution& resolution = prediction.resolution();
  const char* outcome = prediction.has_resolution() ? OutcomeText(resolution.outcome()) : "";
  return {{"id", prediction.prediction_id()},
          {"due", prediction.due_date()},
          {"text", prediction.text()},
          {"decided_by", prediction.decided_by()},
          {"persona", PersonaTitle(personas, prediction.persona_id())},
          {"probability", prediction.has_probability() ? PercentText(prediction.probability()) : ""},
          {"tool", prediction.tool_name().empty() ? prediction.tool_id() : prediction.tool_name()},
          {"url", absl::StrCat("/desk/tools/", PercentEncode(prediction.tool_id()))},
          {"outcome", outcome},
          {"resolvable", *outcome == '\0' && !prediction.prediction_id().empty()},
          {"resolved", *outcome != '\0'},
          {"source", resolution.source_url()},
          {"source_link", SafeHttpUrl(resolution.source_url()).value_or("")},
          {"note", resolution.note()},
          {"who", resolution.editor()},
          {"when", TimeText(resolution.resolve_time())},
          {"request_id", RandomHex(16)}};
}

}  // namespace

HttpResponse DeskMachinery::ShowDeadLetters(const Call& call) const {
  v1::ListDeadLettersRequest request;
  request.set_page_size(kRows);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListDeadLetters(request);
  if (!response.ok()) return frame_.Failed(response.status(), "What was given up on cannot be shown");
  json view = frame_.View(call, "status", "Given up on");
  view["rows"] = json::array();
  for (const v1::DeadLetterView& letter : response->letters()) view["rows"].push_back(LetterRow(letter));
  view["empty"] = view["rows"].empty();
  AddPaging(call, kLetters, response->next_page_token(), view);
  return frame_.Page("desk_dead_letters", view);
}

HttpResponse DeskMachinery::Replay(const Call& call) const {
  constexpr char kWhat[] = "It was not delivered again";
  v1::ReplayDeadLetterRequest request;
  uint64_t sequence = 0;
  if (!absl::SimpleAtoi(call.Form("sequence"), &sequence)) {
    return frame_.Message(400, kWhat, "The record's place is no number.", kLetters, "Back");
  }
  request.set_subscription(call.Form("subscription"));
  request.set_sequence(sequence);
  request.set_editor(call.session->editor);
  const auto replayed = options_.aggregator->ReplayDeadLetter(request);
  if (!replayed.ok()) return frame_.Failed(replayed.status(), kWhat, kLetters, "Back");
  return Redirect(303, absl::StrCat(kLetters, "?done=replay"));
}

HttpResponse DeskMachinery::ShowPredictions(const Call& call) const {
  const std::string show = call.Query("show").empty() ? "due" : call.Query("show");
  if (show != "due" && show != "open" && show != "resolved") {
    return frame_.Message(400, "No such list", "There is no such list. Choose one of the tabs.", kPredictions,
                          "Back to the predictions");
  }
  v1::ListPredictionsRequest request;
  request.set_page_size(kRows);
  request.set_page_token(call.Query("cursor"));
  request.set_resolved(show == "resolved" ? 2 : 1);
  if (show == "due") {
    request.set_due_until(absl::FormatTime("%Y-%m-%d", options_.clock->Now(), absl::UTCTimeZone()));
  }
  const auto response = options_.aggregator->ListPredictions(request);
  if (!response.ok()) return frame_.Failed(response.status(), "The predictions cannot be shown");
  json view = frame_.View(call, "predictions", "Predictions");
  view["tabs"] = json::array();
  for (const auto& [id, label] : {std::pair{"due", "Due"}, {"open", "All open"}, {"resolved", "Resolved"}}) {
    view["tabs"].push_back({{"id", id}, {"label", label}, {"current", show == id}});
  }
  view["predictions"] = json::array();
  for (const v1::Prediction& prediction : response->predictions()) {
    view["predictions"].push_back(PredictionRow(prediction, options_.personas));
  }
  view["none"] = view["predictions"].empty();
  view["empty"] = !view["none"].get<bool>() ? ""
                  : show == "due"           ? "Nothing is due. A prediction lands here on its day."
                  : show == "open"          ? "No verdict predicts anything with a date yet."
                                            : "None has been resolved yet.";
  const std::string path = absl::StrCat(kPredictions, "?show=", show);
  view["back"] = path;
  AddPaging(call, path, response->next_page_token(), view);
  return frame_.Page("desk_predictions", view);
}

HttpResponse DeskMachinery::Resolve(const Call& call) const {
  const std::string back = LocalPath(call.Form("back"), kPredictions);
  v1::ResolvePredictionRequest request;
  v1::PredictionResolution& resolution = *request.mutable_resolution();
  resolution.set_prediction_id(call.Form("prediction_id"));
  resolution.set_outcome(OutcomeOf(call.Form("outcome")));
  resolution.set_source_url(std::string(absl::StripAsciiWhitespace(call.Form("source_url"))));
  resolution.set_note(call.Form("note"));
  resolution.set_editor(call.session->editor);
  resolution.set_request_id(call.Form("request_id"));
  if (resolution.outcome() == v1::PredictionResolution::OUTCOME_UNSPECIFIED) {
    return frame_.Message(400, "Nothing was resolved", "Choose how it came out.", back,
                          "Back to the predictions");
  }
  const auto resolved = options_.aggregator->ResolvePrediction(request);
  if (!resolved.ok()) {
    return frame_.Failed(resolved.status(), "Nothing was resolved", back, "Back to the predictions");
  }
  return Redirect(303, WithDone(back, call.Form("outcome") == "open-again" ? "open-again" : "resolved"));
}

std::vector<Route> DeskMachinery::Routes() const {
  const auto route = [this](const char* method, const char* path, Access write,
                            HttpResponse (DeskMachinery::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, write),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", kLetters, Access::kDeskOperator, &DeskMachinery::ShowDeadLetters),
          route("POST", kLetters, Access::kDeskOperator, &DeskMachinery::Replay),
          route("GET", kPredictions, Access::kDeskEditor, &DeskMachinery::ShowPredictions),
          route("POST", kPredictions, Access::kDeskEditor, &DeskMachinery::Resolve)};
}

}  // namespace seaworthy
