#include "services/publisher/api/api_public.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/api/api.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/api/api_page.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxWords = 200;
constexpr int kMaxFound = 100;

}  // namespace

HttpResponse ApiPublic::Search(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  const std::string words = call.Query("q");
  if (words.empty() || words.size() > kMaxWords) {
    return StatusError(absl::InvalidArgumentError(
        absl::StrCat("`q` must hold 1 to ", kMaxWords, " bytes of words to find")));
  }
  v1::SearchRequest request;
  request.set_text(words);
  request.set_published(true);
  request.set_page_size(std::min(*limit, kMaxFound));
  const auto found = aggregator_->Search(request);
  if (!found.ok()) return StatusError(found.status());
  json tools = json::array();
  for (const v1::PublishedToolSummary& tool : found->tools()) tools.push_back(ToolSummaryJson(tool));
  json comparisons = json::array();
  for (const v1::PublishedSummary& row : found->comparisons()) comparisons.push_back(SummaryJson(row));
  return JsonResponse(200, DumpJson({{"tools", tools}, {"comparisons", comparisons}}));
}

HttpResponse ApiPublic::ListChanges(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  uint64_t after = 0;
  if (!call.Query("after").empty() && !absl::SimpleAtoi(call.Query("after"), &after)) {
    return StatusError(
        absl::InvalidArgumentError("`after` must be a `sequence` or `next_after` of this list"));
  }
  v1::ListPublishedChangesRequest request;
  request.set_after_sequence(after);
  request.set_page_size(*limit);
  const auto response = aggregator_->ListPublishedChanges(request);
  if (!response.ok()) return StatusError(response.status());
  json changes = json::array();
  for (const v1::PublishedChange& change : response->changes()) changes.push_back(ChangeJson(change));
  HttpResponse answer = JsonResponse(200, DumpJson({{"changes", changes},
                                                    {"next_after", response->next_sequence()},
                                                    {"more", response->more()}}));
  if (response->more()) {
    answer.SetHeader("Link", absl::StrCat("</api/v1/changes?after=", response->next_sequence(),
                                          "&limit=", *limit, ">; rel=\"next\""));
  }
  return answer;
}

HttpResponse ApiPublic::ListCorrections(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  v1::ListCorrectionsRequest request;
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  const auto response = aggregator_->ListCorrections(request);
  if (!response.ok()) return StatusError(response.status());
  json list = json::array();
  for (const v1::Correction& correction : response->corrections()) {
    list.push_back(CorrectionJson(correction));
  }
  return PageResponse(call, "corrections", std::move(list), response->next_page_token());
}

HttpResponse ApiPublic::ListEditions(const Call& call) const {
  const auto limit = PageLimit(call);
  if (!limit.ok()) return StatusError(limit.status());
  v1::ListEditionsRequest request;
  request.set_page_size(*limit);
  request.set_page_token(call.Query("cursor"));
  request.set_approved_only(true);
  const auto response = aggregator_->ListEditions(request);
  if (!response.ok()) return StatusError(response.status());
  json list = json::array();
  for (const v1::Edition& edition : response->editions()) list.push_back(EditionJson(edition));
  return PageResponse(call, "editions", std::move(list), response->next_page_token());
}

HttpResponse ApiPublic::GetEdition(const Call& call) const {
  v1::GetEditionRequest request;
  request.set_edition_id(call.Path("id"));
  const auto edition = aggregator_->GetEdition(request);
  if (!edition.ok()) return StatusError(edition.status());
  if (edition->state() != v1::Edition::APPROVED) {
    return StatusError(absl::NotFoundError(absl::StrCat("no edition ", call.Path("id"), " went out")));
  }
  return JsonResponse(200, DumpJson(EditionJson(*edition)));
}

std::vector<Route> ApiPublic::Routes() const {
  const auto route = [this](const char* path, HttpResponse (ApiPublic::*handler)(const Call&) const) {
    return Route{.method = "GET",
                 .pattern = absl::StrCat("/api/v1", path),
                 .access = Access::kApiReader,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("/search", &ApiPublic::Search), route("/changes", &ApiPublic::ListChanges),
          route("/corrections", &ApiPublic::ListCorrections), route("/editions", &ApiPublic::ListEditions),
          route("/editions/{id}", &ApiPublic::GetEdition)};
}

}  // namespace seaworthy
