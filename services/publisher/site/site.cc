#include "services/publisher/site/site.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/error_codes.h"
#include "common/hash.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/pages/ledger_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr absl::string_view kComparePrefix = "/compare/";
constexpr absl::string_view kToolPrefix = "/tools/";
// Home shows this many with their votes, the rest as a list.
constexpr size_t kCards = 24;
constexpr int kPredictions = 500;

struct ErrorText {
  std::string title;
  std::string message;
};

ErrorText TextOf(int status) {
  switch (status) {
    case 400:
      return {"That address does not parse", "Check the address for stray characters."};
    case 404:
      return {"Nothing published here",
              "There is no page at this address. A comparison appears once an editor has approved it, and "
              "goes when it is withdrawn."};
    case 405:
      return {"That cannot be done here", "This page can only be read."};
    case 413:
      return {"That was too much", "The request is larger than this page reads."};
    default:
      return {"The site cannot answer now", "Something behind it is not answering. Try again in a minute."};
  }
}

}  // namespace

json Site::Frame(const std::string& path, const std::string& title, const std::string& description) const {
  return {{"page_title", title},
          {"page_description", description},
          {"canonical", options_.public_url.empty() || path.empty() ? "" : options_.public_url + path},
          {"nav_home", path == "/"},
          {"nav_method", path == "/method"},
          {"nav_predictions", path == "/predictions"},
          {"cost", ""},
          {"preview", false},
          {"open_claims", false},
          {"approved_on", ""}};
}

absl::StatusOr<Site::Page> Site::RenderHome() const {
  const auto entries = options_.published->All();
  if (!entries.ok()) return entries.status();
  json view = Frame("/", "Seaworthy: which AI tool should you ship with?",
                    "AI models and developer tools side by side, reviewed by a panel of AI personas and "
                    "approved by an editor.");
  view["newest"] = json::array();
  view["earlier"] = json::array();
  for (const PublishedEntry& entry : **entries) {
    view[view["newest"].size() < kCards ? "newest" : "earlier"].push_back(EntryView(entry));
  }
  view["empty"] = (*entries)->empty();
  view["any_earlier"] = !view["earlier"].empty();
  view["count"] = (*entries)->size();
  return Page{kHtml, options_.templates->Render("home", view), ""};
}

std::string Site::ComparisonBody(const v1::ComparisonContent& content, const v1::Decision* decision) const {
  const json page = ComparisonPageView(content, options_.personas);
  json view = Frame(decision == nullptr ? "" : absl::StrCat(kComparePrefix, content.comparison_id()),
                    absl::StrCat(page["title"].get<std::string>(), " · Seaworthy"),
                    absl::StrCat(content.a().revision().name(), " and ", content.b().revision().name(),
                                 " side by side: panel verdicts, price, facts and the words they rest on."));
  view.update(page);
  view["preview"] = decision == nullptr;
  view["approved_on"] = decision == nullptr ? "" : DateText(decision->decide_time());
  return options_.templates->Render("comparison", view);
}

std::string Site::Preview(const v1::ComparisonContent& content) const {
  return ComparisonBody(content, nullptr);
}

absl::StatusOr<Site::Page> Site::RenderComparison(const std::string& id) const {
  const auto published = options_.published->Comparison(id);
  if (!published.ok()) return published.status();
  const std::string& canonical = published->content().comparison_id();
  if (canonical != id) return Page{kHtml, "", absl::StrCat(kComparePrefix, canonical)};
  return Page{kHtml, ComparisonBody(published->content(), &published->decision()), ""};
}

absl::StatusOr<Site::Page> Site::RenderTool(const std::string& id) const {
  const auto tool = options_.published->Tool(id);
  if (!tool.ok()) return tool.status();
  const std::string& name = tool->tool.revision().name();
  json view = Frame(absl::StrCat(kToolPrefix, id), absl::StrCat(name, " · Seaworthy"),
                    absl::StrCat(name, ": what four AI personas say about it, and the facts they rest on."));
  view["tool"] = ToolPageView(tool->tool, options_.personas);
  view["rule_based"] = view["tool"]["rule_based"];
  view["approved_on"] = DateText(tool->decision.decide_time());
  view["comparisons"] = json::array();
  for (const PublishedEntry& entry : tool->comparisons) view["comparisons"].push_back(EntryView(entry));
  return Page{kHtml, options_.templates->Render("tool", view), ""};
}

absl::StatusOr<Site::Page> Site::RenderPredictions() const {
  const auto ledger = options_.published->Predictions(kPredictions);
  if (!ledger.ok()) return ledger.status();
  json view = Frame("/predictions", "Predictions · Seaworthy",
                    "What the panel predicted in published comparisons, by the day it can be decided.");
  view["predictions"] = PredictionViews(*ledger, options_.personas, std::string(kToolPrefix));
  view["ledger_caption"] = "Earliest first, as an editor approved them";
  view["empty"] = ledger->predictions().empty();
  view["cut"] = ledger->next_page_token().empty() ? "" : absl::StrCat(kPredictions);
  return Page{kHtml, options_.templates->Render("predictions", view), ""};
}

Site::Page Site::RenderMethod() const {
  json view = Frame("/method", "Method · Seaworthy", "Who reviews, on what evidence, and who approves.");
  view["personas"] = json::array();
  for (const v1::Persona& persona : options_.personas) {
    json beats = json::array();
    for (const v1::BeatSpec& beat : persona.beats()) beats.push_back({{"title", beat.title()}});
    view["personas"].push_back(
        {{"title", persona.title()}, {"mandate", persona.mandate()}, {"beats", std::move(beats)}});
  }
  view["persona_count"] = options_.personas.size();
  return Page{kHtml, options_.templates->Render("method", view), ""};
}

std::string Site::ErrorBody(int status) const {
  const ErrorText text = TextOf(status);
  json view = Frame("", absl::StrCat(text.title, " · Seaworthy"), text.message);
  view["status"] = status;
  view["title"] = text.title;
  view["message"] = text.message;
  return options_.templates->Render("error", view);
}

absl::StatusOr<Site::Page> Site::Render(const std::string& path) const {
  if (path == "/") return RenderHome();
  if (path == "/method") return RenderMethod();
  if (path == "/predictions") return RenderPredictions();
  if (path == "/404") return Page{kHtml, ErrorBody(404), ""};
  if (const auto asset = options_.assets.find(path); asset != options_.assets.end()) {
    return Page{asset->second.media_type, asset->second.body, ""};
  }
  if (absl::StartsWith(path, kComparePrefix)) {
    return RenderComparison(std::string(absl::StripPrefix(path, kComparePrefix)));
  }
  if (absl::StartsWith(path, kToolPrefix)) {
    return RenderTool(std::string(absl::StripPrefix(path, kToolPrefix)));
  }
  return absl::NotFoundError(absl::StrCat("there is no public page ", path));
}

absl::StatusOr<std::vector<std::string>> Site::Paths() const {
  std::vector<std::string> paths = {"/", "/404", "/method", "/predictions"};
  for (const auto& [path, unused] : options_.assets) paths.push_back(path);
  const auto entries = options_.published->All();
  if (!entries.ok()) return entries.status();
  for (const PublishedEntry& entry : **entries) {
    paths.push_back(absl::StrCat(kComparePrefix, entry.id));
    paths.push_back(absl::StrCat(kToolPrefix, entry.a.id));
    paths.push_back(absl::StrCat(kToolPrefix, entry.b.id));
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

HttpResponse Site::Serve(const HttpRequest& request, const std::string& path) const {
  const auto page = Render(path);
  if (!page.ok()) {
    const int status = ToHttpStatus(page.status().code());
    if (status >= 500) LogFailure(path, page.status());
    return HtmlResponse(status, ErrorBody(status));
  }
  if (!page->moved_to.empty()) return Redirect(301, page->moved_to);
  const std::string etag = absl::StrCat("\"", Sha256Hex(page->body).substr(0, 32), "\"");
  HttpResponse response;
  // Asked for anew each time, so that what is withdrawn is gone at once.
  response.headers = {{"ETag", etag}, {"Cache-Control", "public, max-age=0, must-revalidate"}};
  if (request.Header("If-None-Match").value_or("") == etag) {
    response.status = 304;
    return response;
  }
  response.status = path == "/404" ? 404 : 200;
  response.SetHeader("Content-Type", page->media_type);
  response.body = page->body;
  return response;
}

std::vector<Route> Site::Routes() const {
  const auto page = [this](const std::string& pattern) {
    return Route{.method = "GET",
                 .pattern = pattern,
                 .access = Access::kAnyone,
                 .handler = [this, pattern](const Call& call) { return Serve(call.request, pattern); }};
  };
  std::vector<Route> routes = {page("/"), page("/method"), page("/predictions"), page("/404")};
  for (const auto& [path, unused] : options_.assets) routes.push_back(page(path));
  for (const absl::string_view prefix : {kComparePrefix, kToolPrefix}) {
    routes.push_back({.method = "GET",
                      .pattern = absl::StrCat(prefix, "{id}"),
                      .access = Access::kAnyone,
                      .handler = [this, prefix](const Call& call) {
                        return Serve(call.request, absl::StrCat(prefix, call.Path("id")));
                      }});
  }
  return routes;
}

}  // namespace seaworthy
