#include "services/publisher/mcp/mcp_tools.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status_macros.h"
#include "common/utf8.h"
#include "services/publisher/api/api_json.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxWords = 200;
constexpr size_t kMaxIdBytes = 200;
constexpr size_t kMaxShown = 80;  // Of what a caller sent.
constexpr int kDefaultFound = 10;
constexpr int kMaxFound = 50;

json TextArgument(const char* description) {
  return {{"type", "string"}, {"description", description}, {"minLength", 1}, {"maxLength", kMaxWords}};
}

json ToolOf(const char* name, const char* title, const char* description, json properties, json required) {
  return {{"name", name},
          {"title", title},
          {"description", description},
          {"inputSchema",
           {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}}},
          {"annotations",
           {{"title", title}, {"readOnlyHint", true}, {"idempotentHint", true}, {"openWorldHint", false}}}};
}

// A string that has to be there. Errors: INVALID_ARGUMENT naming it.
absl::StatusOr<std::string> Text(const json& arguments, const char* name) {
  const auto it = arguments.find(name);
  if (it == arguments.end() || !it->is_string() || it->get_ref<const std::string&>().empty() ||
      it->get_ref<const std::string&>().size() > kMaxIdBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", name, "` must be a string of 1 to ", kMaxIdBytes, " bytes"));
  }
  return it->get<std::string>();
}

absl::StatusOr<int> Limit(const json& arguments) {
  const auto it = arguments.find("limit");
  if (it == arguments.end()) return kDefaultFound;
  if (!it->is_number_integer() || it->get<double>() < 1 || it->get<double>() > kMaxFound) {
    return absl::InvalidArgumentError(absl::StrCat("`limit` must be a whole number from 1 to ", kMaxFound));
  }
  return it->get<int>();
}

// Errors: INVALID_ARGUMENT naming what `tool` takes.
absl::Status OnlyThese(const json& arguments, const char* tool, std::initializer_list<const char*> names) {
  for (const auto& [key, value] : arguments.items()) {
    bool known = false;
    for (const char* name : names) known = known || key == name;
    if (known) continue;
    const std::string shown(Utf8Prefix(key, kMaxShown));
    return absl::InvalidArgumentError(absl::StrCat("there is no argument `", shown, "`; ", tool, " takes `",
                                                   absl::StrJoin(names, "`, `"), "`"));
  }
  return absl::OkStatus();
}

std::string TitleOf(const v1::PublishedSummary& row) {
  return absl::StrCat(row.a().name(), " vs ", row.b().name());
}

// What may be told of a failure.
absl::Status Told(const absl::Status& status, const std::string& what) {
  if (absl::IsNotFound(status) || absl::IsInvalidArgument(status)) {
    return absl::NotFoundError(absl::StrCat("Nothing is published about ", what,
                                            ". search_tools finds what is; use the ids it gives."));
  }
  LogFailure("MCP", status);
  return absl::UnavailableError("The server cannot answer just now. Try again in a few seconds.");
}

}  // namespace

json McpTools::List() {
  const json id = TextArgument("A tool's id as search_tools gives it, such as mistral-next-70b.");
  return json::array(
      {ToolOf("search_tools", "Search reviewed tools",
              "Find AI models and developer tools that Seaworthy's panel has reviewed, and published "
              "comparisons of "
              "them, by words of their names, vendors and categories. Says how many personas voted ship.",
              {{"query", TextArgument("Words to find; the last may be the beginning of one.")},
               {"limit",
                {{"type", "integer"}, {"minimum", 1}, {"maximum", kMaxFound}, {"default", kDefaultFound}}}},
              {"query"}),
       ToolOf(
           "get_tool", "Get a tool's facts and verdicts",
           "Everything published about one tool: facts with the evidence they stand in and the day they were "
           "checked, the four personas' verdicts with quotes and claims, and its comparisons.",
           {{"tool_id", id}}, {"tool_id"}),
       ToolOf("compare", "Compare two tools",
              "The published comparison of two tools, side by side: facts, votes and verdicts of both.",
              {{"tool_a", id}, {"tool_b", id}}, {"tool_a", "tool_b"})});
}

bool McpTools::Has(const std::string& name) {
  return name == "search_tools" || name == "get_tool" || name == "compare";
}

absl::StatusOr<json> McpTools::Run(const std::string& name, const json& arguments) const {
  if (name == "search_tools") return SearchTools(arguments);
  if (name == "get_tool") return GetTool(arguments);
  return Compare(arguments);
}

absl::StatusOr<json> McpTools::SearchTools(const json& arguments) const {
  SEAWORTHY_RETURN_IF_ERROR(OnlyThese(arguments, "search_tools", {"query", "limit"}));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string words, Text(arguments, "query"));
  SEAWORTHY_ASSIGN_OR_RETURN(const int limit, Limit(arguments));
  v1::SearchRequest request;
  request.set_text(words);
  request.set_published(true);
  request.set_page_size(limit);
  const auto found = options_.aggregator->Search(request);
  if (absl::IsInvalidArgument(found.status())) return found.status();
  if (!found.ok()) return Told(found.status(), "that");
  json tools = json::array();
  for (const v1::PublishedToolSummary& tool : found->tools()) {
    json row = ToolSummaryJson(tool);
    row["url"] = Url("/tools/" + tool.tool_id());
    tools.push_back(std::move(row));
  }
  json comparisons = json::array();
  for (const v1::PublishedSummary& row : found->comparisons()) {
    comparisons.push_back({{"id", row.comparison_id()},
                           {"title", TitleOf(row)},
                           {"url", Url("/compare/" + row.comparison_id())}});
  }
  return json{{"tools", tools}, {"comparisons", comparisons}};
}

absl::StatusOr<json> McpTools::GetTool(const json& arguments) const {
  SEAWORTHY_RETURN_IF_ERROR(OnlyThese(arguments, "get_tool", {"tool_id"}));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string asked, Text(arguments, "tool_id"));
  const auto id = options_.published->ToolOf(asked);
  if (!id.ok()) return Told(id.status(), asked);
  const auto tool = options_.published->Tool(*id);
  if (!tool.ok()) return Told(tool.status(), asked);
  json body = ToolJson(tool->tool);
  body["url"] = Url("/tools/" + *id);
  body["comparisons"] = json::array();
  for (const auto& entry : tool->comparisons) {
    body["comparisons"].push_back({{"id", entry->id}, {"url", Url("/compare/" + entry->id)}});
  }
  return body;
}

absl::StatusOr<json> McpTools::Compare(const json& arguments) const {
  SEAWORTHY_RETURN_IF_ERROR(OnlyThese(arguments, "compare", {"tool_a", "tool_b"}));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string a, Text(arguments, "tool_a"));
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string b, Text(arguments, "tool_b"));
  const std::string what = absl::StrCat("the pair of ", a, " and ", b);
  const auto published = options_.published->Comparison(absl::StrCat(a, "-vs-", b));
  if (!published.ok()) return Told(published.status(), what);
  json body = PublishedJson(*published);
  body["url"] = Url("/compare/" + published->content().comparison_id());
  return body;
}

}  // namespace seaworthy
