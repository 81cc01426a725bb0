#include "services/publisher/site/site.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/error_codes.h"
#include "common/hash.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/pages/charts.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/pages/tally_view.h"
#include "services/publisher/site/listing.h"
#include "services/publisher/site/structured_data.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr absl::string_view kComparePrefix = "/compare/";
constexpr absl::string_view kToolPrefix = "/tools/";
constexpr absl::string_view kPersonaPrefix = "/personas/";
constexpr absl::string_view kCategoryPrefix = "/categories/";
constexpr absl::string_view kListPrefix = "/comparisons/";
constexpr absl::string_view kSocialPrefix = "/social/";
constexpr absl::string_view kEditionPrefix = "/editions/";
constexpr absl::string_view kCorrectionPrefix = "/corrections/";

// Of a tool's page.
constexpr size_t kMaxComparisons = 24;

// Pages that are always there and the same for everybody.
constexpr const char* kPages[] = {
    "/",         "/404",    "/categories",  "/comparisons",         "/corrections",
    "/editions", "/method", "/predictions", "/predictions/resolved"};

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
          {"nav_comparisons", path == "/" || absl::StartsWith(path, "/comparisons")},
          {"nav_method", path == "/method"},
          {"nav_predictions", absl::StartsWith(path, "/predictions")},
          {"nav_search", path == "/search"},
          {"noindex", false},
          {"structured", nullptr},
          {"hero", path == "/"},
          {"social_image", SocialUrl("")},
          {"subscribe", !options_.consent.empty()},
          {"consent", options_.consent},
          {"cost", ""},
          {"preview", false},
          {"open_claims", false},
          {"approved_on", ""}};
}

void Site::AddTallies(std::initializer_list<json*> tools, const std::string& back) const {
  v1::ListTalliesRequest request;
  for (const json* tool : tools) request.add_tool_ids((*tool)["id"].get<std::string>());
  v1::ListTalliesResponse tallies;
  if (options_.aggregator != nullptr) {
    // Without the votes a page still says what the panel says.
    if (auto answer = options_.aggregator->ListTallies(request); answer.ok()) tallies = *std::move(answer);
  }
  int place = 0;
  for (json* tool : tools) {
    const v1::VoteTally none;
    const bool given = tallies.tallies_size() > place;
    (*tool)["community"] = TallyView(given ? tallies.tallies(place) : none, true);
    (*tool)["back"] = back;
    ++place;
  }
}

std::string Site::ComparisonBody(const v1::ComparisonContent& content,
                                 const v1::PublishedComparison* published) const {
  json page = ComparisonPageView(content, options_.personas);
  const std::string path = absl::StrCat(kComparePrefix, content.comparison_id());
  json view =
      Frame(published == nullptr ? "" : path, absl::StrCat(page["title"].get<std::string>(), " · Seaworthy"),
            absl::StrCat(content.a().revision().name(), " and ", content.b().revision().name(),
                         " side by side: panel verdicts, price, facts and the words they rest on."));
  AddTallies({&page["a"], &page["b"]}, path);
  page["a"]["chart"]["chart_id"] = "split-a";
  page["b"]["chart"]["chart_id"] = "split-b";
  page["corrections"] = json::array();
  if (published != nullptr) {
    for (const v1::Correction& correction : published->corrections()) {
      page["corrections"].push_back(CorrectionView(correction));
    }
  }
  page["any_corrections"] = !page["corrections"].empty();
  view.update(page);
  view["preview"] = published == nullptr;
  view["social_image"] = SocialUrl(content.comparison_id());
  view["approved_on"] = published == nullptr ? "" : DateText(published->decision().decide_time());
  view["noindex"] = published != nullptr && !HasUniqueEvidence(content);
  view["structured"] = published == nullptr ? json(nullptr) : ComparisonData(view, options_.public_url);
  return options_.templates->Render("comparison", view);
}

std::string Site::Preview(const v1::ComparisonContent& content) const {
  return ComparisonBody(content, nullptr);
}

std::string Site::RenderAs(const v1::PublishedComparison& published) const {
  return ComparisonBody(published.content(), &published);
}

absl::StatusOr<Site::Page> Site::RenderComparison(const std::string& id) const {
  const auto published = options_.published->Comparison(id);
  if (!published.ok()) return published.status();
  const std::string& canonical = published->content().comparison_id();
  if (canonical != id) return Page{kHtml, "", absl::StrCat(kComparePrefix, canonical)};
  return Page{kHtml, ComparisonBody(published->content(), &*published), ""};
}

absl::StatusOr<Site::Page> Site::RenderTool(const std::string& id) const {
  const auto tool = options_.published->Tool(id);
  if (!tool.ok()) return tool.status();
  const std::string& name = tool->tool.revision().name();
  json view = Frame(absl::StrCat(kToolPrefix, id), absl::StrCat(name, " · Seaworthy"),
                    absl::StrCat(name, ": what four AI personas say about it, and the facts they rest on."));
  view["social_image"] = SocialUrl(id);
  view["tool"] = ToolPageView(tool->tool, options_.personas);
  AddTallies({&view["tool"]}, absl::StrCat(kToolPrefix, id));
  view["tool"]["chart"] = FloatChart(VotesOf(tool->tool), "split", name, options_.personas);
  for (json& verdict : view["tool"]["verdicts"]) verdict["own_beats"] = true;
  view["rule_based"] = view["tool"]["rule_based"];
  view["approved_on"] = DateText(tool->decision.decide_time());
  view["comparisons"] = json::array();
  std::map<uint32_t, RevisionShare> shares;
  for (const PublishedEntryPtr& entry : tool->comparisons) {
    const PublishedTool& own = entry->a->id == id ? *entry->a : *entry->b;
    shares.emplace(own.revision, RevisionShare{own.revision, ShipPercent(own)});
    if (view["comparisons"].size() < kMaxComparisons) view["comparisons"].push_back(EntryView(*entry));
  }
  std::vector<RevisionShare> over_time;
  for (const auto& [unused, share] : shares) over_time.push_back(share);
  view["revisions"] = RevisionChart(over_time);
  const size_t more = tool->comparisons.size() - view["comparisons"].size();
  view["more_comparisons"] = more == 0 ? "" : GroupedText(more);
  view["structured"] = ToolData(view["tool"], options_.public_url, view["approved_on"]);
  return Page{kHtml, options_.templates->Render("tool", view), ""};
}

Site::Page Site::RenderMethod() const {
  json view = Frame("/method", "Method · Seaworthy", "Who reviews, on what evidence, and who approves.");
  view["personas"] = json::array();
  for (const v1::Persona& persona : options_.personas) {
    json beats = json::array();
    for (const v1::BeatSpec& beat : persona.beats()) beats.push_back({{"title", beat.title()}});
    view["personas"].push_back({{"id", persona.persona_id()},
                                {"title", persona.title()},
                                {"mandate", persona.mandate()},
                                {"beats", std::move(beats)}});
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

std::string Site::Body(const std::string& name, const std::string& path, const json& view) const {
  const std::string title = view.value("title", "");
  json page = Frame(path, view.value("page_title", absl::StrCat(title, " · Seaworthy")),
                    view.value("page_description", title));
  page["noindex"] = path.empty();
  page.update(view);
  return options_.templates->Render(name, page);
}

std::string Site::VotedBody(const json& view) const {
  const std::string title = view.value("title", "");
  json page = Frame("", absl::StrCat(title, " · Seaworthy"), view.value("message", ""));
  page["noindex"] = true;
  page.update(view);
  return options_.templates->Render("voted", page);
}

absl::StatusOr<Site::Page> Site::RenderPrefixed(const std::string& path) const {
  using Renderer = absl::StatusOr<Page> (Site::*)(const std::string&) const;
  constexpr std::pair<absl::string_view, Renderer> kRenderers[] = {
      {kComparePrefix, &Site::RenderComparison}, {kToolPrefix, &Site::RenderTool},
      {kPersonaPrefix, &Site::RenderPersona},    {kCategoryPrefix, &Site::RenderCategory},
      {kListPrefix, &Site::RenderList},          {kSocialPrefix, &Site::RenderSocial},
      {kEditionPrefix, &Site::RenderEdition},    {kCorrectionPrefix, &Site::RenderOlderCorrections},
  };
  for (const auto& [prefix, renderer] : kRenderers) {
    if (absl::StartsWith(path, prefix)) return (this->*renderer)(path.substr(prefix.size()));
  }
  return absl::NotFoundError(absl::StrCat("there is no public page ", path));
}

absl::StatusOr<Site::Page> Site::Render(const std::string& path) const {
  if (path == "/") return RenderHome();
  if (path == "/comparisons") return RenderList("1");
  if (path == "/categories") return RenderCategories();
  if (path == "/method") return RenderMethod();
  if (path == "/search") return RenderSearch("");
  if (path == "/corrections") return RenderCorrections(1);
  if (path == "/editions") return RenderEditions(1);
  if (path == kEditionMap) return RenderEditionMap();
  if (path == "/predictions") return RenderPredictions(false);
  if (path == "/predictions/resolved") return RenderPredictions(true);
  if (path == "/404") return Page{kHtml, ErrorBody(404), ""};
  if (const auto asset = options_.assets.find(path); asset != options_.assets.end()) {
    return Page{asset->second.media_type, asset->second.body, ""};
  }
  auto document = conventions_.Render(path);
  if (!document.ok()) return document.status();
  if (document->has_value()) return **std::move(document);
  return RenderPrefixed(path);
}

absl::StatusOr<std::vector<std::string>> Site::Paths() const {
  std::vector<std::string> paths(std::begin(kPages), std::end(kPages));
  for (const auto& [path, unused] : options_.assets) paths.push_back(path);
  const auto entries = options_.published->All();
  if (!entries.ok()) return entries.status();
  for (const PublishedEntryPtr& entry : *entries) {
    paths.push_back(absl::StrCat(kComparePrefix, entry->id));
    paths.push_back(absl::StrCat(kToolPrefix, entry->a->id));
    paths.push_back(absl::StrCat(kToolPrefix, entry->b->id));
  }
  for (size_t page = 2; page <= PagesFor(entries->size()); ++page) {
    paths.push_back(absl::StrCat(kListPrefix, page));
  }
  const auto index = options_.published->Index();
  if (!index.ok()) return index.status();
  for (const auto& [category, count] : (*index)->Categories()) {
    const std::string shelf = absl::StrCat(kCategoryPrefix, CategorySlug(category));
    paths.push_back(shelf);
    for (size_t page = 2; page <= PagesFor(count); ++page) paths.push_back(absl::StrCat(shelf, "/", page));
  }
  for (const v1::Persona& persona : options_.personas) {
    paths.push_back(absl::StrCat(kPersonaPrefix, persona.persona_id()));
  }
  const absl::Status editions = AddEditionPaths(paths);
  if (!editions.ok()) return editions;
  const auto corrections = CountCorrectionPages();
  if (!corrections.ok()) return corrections.status();
  for (size_t page = 2; page <= *corrections; ++page) paths.push_back(absl::StrCat(kCorrectionPrefix, page));
  const std::vector<std::string> pictures = SocialPaths(**index);
  paths.insert(paths.end(), pictures.begin(), pictures.end());
  const auto documents = conventions_.Paths();
  if (!documents.ok()) return documents.status();
  paths.insert(paths.end(), documents->begin(), documents->end());
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

HttpResponse Site::Serve(const HttpRequest& request, const std::string& path) const {
  // From before rendering: what changes meanwhile makes the page old.
  // Editions and corrections are not of the index, so nothing tells that they changed.
  const bool lasting =
      path != kEditionMap && !absl::StartsWith(path, "/editions") && !absl::StartsWith(path, "/corrections");
  const uint64_t generation = lasting ? options_.published->generation() : 0;
  return Respond(request, path, Render(path), generation);
}

std::string Site::Moved(const std::string& path) const {
  const std::string plain(absl::StripSuffix(path, "/"));
  if (plain != path && std::find(std::begin(kPages), std::end(kPages), plain) != std::end(kPages))
    return plain;
  const auto canonical = conventions_.Canonical(path);
  return canonical.ok() && *canonical != path ? *canonical : "";
}

HttpResponse Site::Respond(const HttpRequest& request, const std::string& path, absl::StatusOr<Page> page,
                           uint64_t generation) const {
  if (absl::IsNotFound(page.status())) {
    const std::string moved = Moved(path);
    if (!moved.empty()) return Redirect(301, moved);
  }
  if (!page.ok()) {
    const int status = ToHttpStatus(page.status().code());
    if (status >= 500) LogFailure(path, page.status());
    return HtmlResponse(status, ErrorBody(status));
  }
  if (!page->moved_to.empty()) return Redirect(301, page->moved_to);
  const auto asset = options_.assets.find(path);
  const bool immutable = asset != options_.assets.end() && asset->second.immutable;
  HttpResponse response{path == "/404" ? 404 : 200, {}, std::move(page->body)};
  response.headers = {{"Content-Type", page->media_type},
                      // Pages are asked for anew each time, so that what is withdrawn is gone at once.
                      {"Cache-Control", immutable ? "public, max-age=31536000, immutable"
                                                  : "public, max-age=0, must-revalidate"}};
  if (options_.cache == nullptr) return response;
  return options_.cache->Answer(request, generation, std::move(response));
}

std::vector<Route> Site::Routes() const {
  std::vector<Route> routes;
  const auto add = [&routes](const std::string& pattern, std::function<HttpResponse(const Call&)> handler) {
    routes.push_back(
        {.method = "GET", .pattern = pattern, .access = Access::kAnyone, .handler = std::move(handler)});
  };
  for (const char* path : kPages) {
    add(path, [this, path](const Call& call) { return Serve(call.request, path); });
  }
  for (const auto& [path, unused] : options_.assets) {
    add(path, [this, path = path](const Call& call) { return Serve(call.request, path); });
  }
  for (const std::string& path : Conventions::FixedPaths()) {
    add(path, [this, path](const Call& call) { return Serve(call.request, path); });
  }
  for (const absl::string_view prefix :
       {absl::string_view("/facts/"), absl::string_view("/sitemaps/"), kComparePrefix, kToolPrefix,
        kPersonaPrefix, kCategoryPrefix, kListPrefix, kSocialPrefix, kEditionPrefix, kCorrectionPrefix}) {
    add(absl::StrCat(prefix, "{id}"), [this, prefix](const Call& call) {
      return Serve(call.request, absl::StrCat(prefix, call.Path("id")));
    });
  }
  add(absl::StrCat(kCategoryPrefix, "{id}/{page}"), [this](const Call& call) {
    return Serve(call.request, absl::StrCat(kCategoryPrefix, call.Path("id"), "/", call.Path("page")));
  });
  add("/search",
      [this](const Call& call) { return Respond(call.request, "/search", RenderSearch(call.Query("q"))); });
  return routes;
}

}  // namespace seaworthy
