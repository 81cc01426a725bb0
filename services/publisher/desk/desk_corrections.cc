#include "services/publisher/desk/desk_corrections.h"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/error_codes.h"
#include "common/hash.h"
#include "services/publisher/desk/desk_view.h"
#include "services/publisher/desk/word_diff.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr int kRows = 25;
constexpr int kPage = 50;
constexpr size_t kMaxReached = 200;
constexpr char kListPath[] = "/desk/corrections";
constexpr char kBack[] = "Back to the corrections";

const v1::Verdict* VerdictById(const v1::ToolView& tool, const std::string& verdict_id) {
  for (const v1::Verdict& verdict : tool.verdicts()) {
    if (verdict.verdict_id() == verdict_id) return &verdict;
  }
  return nullptr;
}

const v1::ToolView* ToolById(const v1::ComparisonContent& content, const std::string& tool_id) {
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    if (tool->revision().tool_id() == tool_id) return tool;
  }
  return nullptr;
}

std::vector<std::string> ValuesOf(const v1::Revision& revision, const std::string& field) {
  std::vector<std::string> values;
  for (const v1::Fact& fact : revision.facts()) {
    if (fact.field() == field) values.push_back(fact.value());
  }
  return values;
}

json CorrectionRow(const v1::Correction& correction, const std::vector<v1::Persona>& personas) {
  json pages = json::array();
  for (const std::string& id : correction.comparison_ids()) {
    pages.push_back({{"id", id}, {"path", ComparisonPath(id)}});
  }
  const bool quote = !correction.verdict_id().empty();
  const std::string persona = correction.verdict_id().substr(correction.verdict_id().find('/') + 1);
  return {{"id", correction.correction_id()},
          {"note", correction.note()},
          {"about", quote ? absl::StrCat("A quote of ", PersonaTitle(personas, persona), " on ",
                                         correction.verdict_id().substr(0, correction.verdict_id().find('@')))
                          : absl::StrCat(FieldLabel(correction.field()), " of ", correction.tool_id())},
          {"who", correction.editor()},
          {"first", correction.first_editor()},
          {"when", TimeText(correction.correct_time())},
          {"runs",
           WordDiff(correction.was(), quote ? correction.quote() : absl::StrJoin(correction.values(), ", "))},
          {"pages", std::move(pages)},
          {"page_count", correction.comparison_ids_size()},
          {"running", !correction.complete() && !correction.correct_time().seconds()}};
}

// A field's facts of two revisions, those that differ.
json FactDiffs(const v1::Revision& was, const v1::Revision& is) {
  std::set<std::string> fields;
  for (const v1::Revision* revision : {&was, &is}) {
    for (const v1::Fact& fact : revision->facts()) fields.insert(fact.field());
  }
  json rows = json::array();
  for (const std::string& field : fields) {
    const std::string before = absl::StrJoin(ValuesOf(was, field), ", ");
    const std::string after = absl::StrJoin(ValuesOf(is, field), ", ");
    if (before == after) continue;
    rows.push_back({{"label", FieldLabel(field)}, {"was", OrDash(before)}, {"is", OrDash(after)}});
  }
  return rows;
}

json VerdictDiffs(const v1::ToolView& was, const v1::ToolView& is, const std::vector<v1::Persona>& personas) {
  std::map<std::string, std::pair<const v1::Verdict*, const v1::Verdict*>> pairs;
  for (const v1::Verdict& verdict : was.verdicts()) pairs[verdict.persona_id()].first = &verdict;
  for (const v1::Verdict& verdict : is.verdicts()) pairs[verdict.persona_id()].second = &verdict;
  const auto word = [](const v1::Verdict* verdict) {
    return verdict == nullptr ? "none" : verdict->vote() == v1::SHIP ? "Ship" : "Skip";
  };
  json rows = json::array();
  for (const auto& [persona, pair] : pairs) {
    const auto& [before, after] = pair;
    const std::string old_quote = before == nullptr ? "" : before->quote();
    const std::string new_quote = after == nullptr ? "" : after->quote();
    if (old_quote == new_quote && std::string(word(before)) == word(after)) continue;
    rows.push_back({{"persona", PersonaTitle(personas, persona)},
                    {"vote_was", word(before)},
                    {"vote_is", word(after)},
                    {"flipped", std::string(word(before)) != word(after)},
                    {"runs", WordDiff(old_quote, new_quote)}});
  }
  return rows;
}

json ToolDiff(const v1::ToolView& was, const v1::ToolView& is, const std::vector<v1::Persona>& personas) {
  json facts = FactDiffs(was.revision(), is.revision());
  json verdicts = VerdictDiffs(was, is, personas);
  const bool same = facts.empty() && verdicts.empty();
  return {{"name", is.revision().name()},
          {"any_facts", !facts.empty()},
          {"fact_diffs", std::move(facts)},
          {"verdict_diffs", std::move(verdicts)},
          {"unchanged", same}};
}

}  // namespace

template <typename Carries>
json DeskCorrections::Reached(const std::string& tool_id, Carries carries) const {
  json pages = json::array();
  v1::ListPublishedComparisonsRequest request;
  request.set_tool_id(tool_id);
  request.set_page_size(kPage);
  do {
    const auto response = options_.aggregator->ListPublishedComparisons(request);
    if (!response.ok()) break;
    for (const v1::PublishedComparison& published : response->comparisons()) {
      const v1::ToolView* tool = ToolById(published.content(), tool_id);
      if (tool == nullptr || !carries(*tool)) continue;
      const std::string& id = published.content().comparison_id();
      pages.push_back({{"title", absl::StrCat(published.content().a().revision().name(), " vs ",
                                              published.content().b().revision().name())},
                       {"path", absl::StrCat("/compare/", id)}});
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty() && pages.size() < kMaxReached);
  return pages;
}

HttpResponse DeskCorrections::ShowList(const Call& call) const {
  v1::ListCorrectionsRequest request;
  request.set_page_size(kRows);
  request.set_page_token(call.Query("cursor"));
  const auto response = options_.aggregator->ListCorrections(request);
  if (!response.ok()) return frame_.Failed(response.status(), "The corrections cannot be shown");
  json view = frame_.View(call, "published", "Corrections");
  view["rows"] = json::array();
  for (const v1::Correction& correction : response->corrections()) {
    view["rows"].push_back(CorrectionRow(correction, options_.personas));
  }
  view["empty"] = view["rows"].empty();
  AddPaging(call, kListPath, response->next_page_token(), view);
  return frame_.Page("desk_corrections", view);
}

HttpResponse DeskCorrections::ShowNew(const Call& call) const {
  constexpr char kWhat[] = "There is nothing public to correct";
  v1::GetPublishedComparisonRequest request;
  request.set_comparison_id(call.Query("comparison"));
  const auto published = options_.aggregator->GetPublishedComparison(request);
  if (!published.ok()) return frame_.Failed(published.status(), kWhat, kListPath, kBack);
  const v1::ToolView* tool = ToolById(published->content(), call.Query("tool"));
  if (tool == nullptr) {
    return frame_.Message(404, kWhat, "The public page does not hold that tool.", kListPath, kBack);
  }
  const std::string field = call.Query("field");
  const v1::Verdict* verdict = VerdictById(*tool, call.Query("verdict"));
  if (verdict == nullptr && field.empty()) {
    return frame_.Message(404, kWhat,
                          "The public page does not hold that verdict. It may be drafted only: edit it on "
                          "its comparison's page instead.",
                          kListPath, kBack);
  }
  json view = frame_.View(call, "published", "Correct in public");
  const std::string& tool_id = tool->revision().tool_id();
  view["is_quote"] = verdict != nullptr;
  view["tool_id"] = tool_id;
  view["tool_name"] = tool->revision().name();
  view["comparison_id"] = published->content().comparison_id();
  view["comparison_path"] = ComparisonPath(published->content().comparison_id());
  view["field"] = field;
  view["field_label"] = FieldLabel(field);
  view["verdict_id"] = verdict == nullptr ? "" : verdict->verdict_id();
  view["persona"] = verdict == nullptr ? "" : PersonaTitle(options_.personas, verdict->persona_id());
  view["quote"] = verdict == nullptr ? "" : verdict->quote();
  view["base_hash"] = verdict == nullptr ? "" : Sha256Hex(verdict->quote());
  const std::vector<std::string> values = ValuesOf(tool->revision(), field);
  view["values"] = absl::StrJoin(values, "\n");
  view["values_line"] = OrDash(absl::StrJoin(values, ", "));
  view["request_id"] = RandomHex(16);
  view["reached"] =
      verdict == nullptr
          ? Reached(tool_id,
                    [&](const v1::ToolView& other) { return ValuesOf(other.revision(), field) == values; })
          : Reached(tool_id, [&](const v1::ToolView& other) {
              for (const v1::Verdict& said : other.verdicts()) {
                if (said.persona_id() == verdict->persona_id() && said.quote() == verdict->quote()) {
                  return true;
                }
              }
              return false;
            });
  view["reached_count"] = view["reached"].size();
  view["reached_one"] = view["reached"].size() == 1;
  return frame_.Page("desk_correct", view);
}

HttpResponse DeskCorrections::Issue(const Call& call) const {
  v1::IssueCorrectionRequest request;
  v1::Correction& correction = *request.mutable_correction();
  correction.set_note(std::string(absl::StripAsciiWhitespace(call.Form("note"))));
  correction.set_editor(call.session->editor);
  correction.set_request_id(call.Form("request_id"));
  if (!call.Form("verdict_id").empty()) {
    correction.set_verdict_id(call.Form("verdict_id"));
    correction.set_base_hash(call.Form("base_hash"));
    correction.set_quote(absl::StrReplaceAll(call.Form("quote"), {{"\r\n", " "}, {"\n", " "}, {"\r", " "}}));
  } else {
    correction.set_tool_id(call.Form("tool_id"));
    correction.set_field(call.Form("field"));
    for (const absl::string_view line : absl::StrSplit(call.Form("values"), '\n')) {
      const absl::string_view value = absl::StripAsciiWhitespace(line);
      if (!value.empty()) correction.add_values(std::string(value));
    }
  }
  const std::string back = LocalPath(call.Form("back"), kListPath);
  if (correction.note().empty()) {
    return frame_.Message(400, "Nothing was corrected", "Say for readers what was wrong and what is right.",
                          back, "Back");
  }
  const auto issued = options_.aggregator->IssueCorrection(request);
  if (!issued.ok()) return frame_.Failed(issued.status(), "Nothing was corrected", back, "Back");
  const bool waits =
      issued->four_eyes() && issued->first_editor().empty() && issued->comparison_ids().empty();
  return Redirect(303, WithDone(kListPath, waits ? "first-correction" : "correction"));
}

HttpResponse DeskCorrections::ShowPublication(const Call& call) const {
  const std::string back = ComparisonPath(call.Path("id"));
  v1::GetPublicationRequest request;
  request.set_comparison_id(call.Path("id"));
  request.set_content_hash(call.Path("hash"));
  const auto publication = options_.aggregator->GetPublication(request);
  if (!publication.ok()) {
    return frame_.Failed(publication.status(), "There is no such publication", back,
                         "Back to the comparison");
  }
  v1::GetComparisonRequest now_request;
  now_request.set_comparison_id(call.Path("id"));
  const auto now = options_.aggregator->GetComparison(now_request);
  if (!now.ok()) return frame_.Failed(now.status(), "There is no such comparison");
  json view = frame_.View(call, "queue", "Publication");
  view["title"] = absl::StrCat(publication->content().a().revision().name(), " vs ",
                               publication->content().b().revision().name());
  view["comparison_id"] = now->comparison().comparison_id();
  view["comparison_path"] = back;
  view["short"] = publication->content_hash().substr(0, 12);
  view["content_hash"] = publication->content_hash();
  view["public_from"] = TimeText(publication->publish_time());
  view["decision"] = DecisionView(publication->decision());
  view["current"] = now->comparison().published_hash() == publication->content_hash();
  view["same"] = now->comparison().content_hash() == publication->content_hash();
  view["request_id"] = RandomHex(16);
  view["tools"] = json::array({ToolDiff(publication->content().a(), now->content().a(), options_.personas),
                               ToolDiff(publication->content().b(), now->content().b(), options_.personas)});
  return frame_.Page("desk_publication", view);
}

std::vector<Route> DeskCorrections::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (DeskCorrections::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = AccessByMethod(method, Access::kDeskEditor),
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", kListPath, &DeskCorrections::ShowList),
          route("GET", "/desk/corrections/new", &DeskCorrections::ShowNew),
          route("POST", kListPath, &DeskCorrections::Issue),
          route("GET", "/desk/comparisons/{id}/publications/{hash}", &DeskCorrections::ShowPublication)};
}

}  // namespace seaworthy
