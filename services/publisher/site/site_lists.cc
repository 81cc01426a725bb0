// Lists of what is published.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/publisher/pages/ledger_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"
#include "services/publisher/site/listing.h"
#include "services/publisher/site/site.h"
#include "services/publisher/site/structured_data.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr size_t kNewest = 8;
constexpr size_t kSplits = 4;
// Disagreement is looked for among so many of the newest.
constexpr size_t kSplitWindow = 500;
constexpr int kPredictions = 500;
constexpr int kCorrections = 50;
constexpr char kCorrectionsPath[] = "/corrections";
constexpr size_t kMaxSearch = 200;

v1::ListCorrectionsRequest FirstCorrections() {
  v1::ListCorrectionsRequest request;
  request.set_page_size(kCorrections);
  return request;
}

json EntryViews(const PublishedEntries& entries) {
  json views = json::array();
  for (const PublishedEntryPtr& entry : entries) views.push_back(EntryView(*entry));
  return views;
}

// Shelves by name, those of one slug as one.
json ShelfViews(const std::map<std::string, size_t>& categories) {
  std::map<std::string, json> shelves;
  for (const auto& [category, count] : categories) {
    const std::string slug = CategorySlug(category);
    const std::string title = category.empty() ? "Not said" : category;
    json& shelf = shelves.emplace(slug, json{{"slug", slug}, {"title", title}, {"count", 0}}).first->second;
    shelf["count"] = shelf["count"].get<size_t>() + count;
  }
  json views = json::array();
  for (auto& [unused, shelf] : shelves) views.push_back(std::move(shelf));
  return views;
}

PublishedEntries BiggestSplits(const PublishedIndex& index) {
  PublishedEntries entries = index.Newest(kSplitWindow);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& x, const auto& y) { return SplitCount(*x) > SplitCount(*y); });
  if (entries.size() > kSplits) entries.resize(kSplits);
  std::erase_if(entries, [](const auto& entry) { return SplitCount(*entry) == 0; });
  return entries;
}

json FoundTool(const v1::PublishedToolSummary& tool) {
  int ships = 0;
  for (const v1::PersonaVote& vote : tool.votes()) ships += vote.vote() == v1::SHIP ? 1 : 0;
  return {{"id", tool.tool_id()},
          {"name", tool.name()},
          {"category", tool.category()},
          {"tagline", tool.tagline()},
          {"said", absl::StrCat(ships, " of ", tool.votes_size(), " ship")}};
}

}  // namespace

absl::StatusOr<Site::Page> Site::RenderHome() const {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  json view = Frame("/", "Seaworthy: which AI tool should you ship with?",
                    "AI models and developer tools side by side, reviewed by a panel of AI personas and "
                    "approved by an editor.");
  const size_t count = index->size();
  view["newest"] = EntryViews(index->Newest(kNewest));
  view["splits"] = EntryViews(BiggestSplits(*index));
  view["any_splits"] = !view["splits"].empty();
  view["shelves"] = ShelfViews(index->Categories());
  view["empty"] = count == 0;
  view["more"] = count > kNewest ? GroupedText(count) : "";
  view["query"] = "";
  return Page{kHtml, options_.templates->Render("home", view), ""};
}

json Site::PagedEntries(const PublishedEntries& entries, const std::string& path, size_t page) const {
  // One more is read than shown, to know whether there is a next page.
  const bool more = entries.size() > kListedPerPage;
  json view = PagerView(path, page, more);
  view["entries"] = json::array();
  view["empty"] = entries.empty();
  for (size_t i = 0; i < std::min(entries.size(), kListedPerPage); ++i) {
    view["entries"].push_back(EntryView(*entries[i]));
  }
  return view;
}

absl::StatusOr<Site::Page> Site::RenderList(const std::string& rest) const {
  const auto number = rest == "1" ? std::optional<size_t>(1) : PageNumber(rest);
  if (!number.has_value()) return absl::NotFoundError(absl::StrCat("there is no page ", rest));
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  const PublishedEntries entries = index->Newest(kListedPerPage + 1, (*number - 1) * kListedPerPage);
  if (entries.empty() && *number > 1) return absl::NotFoundError(absl::StrCat("there is no page ", rest));
  const std::string path = "/comparisons";
  json view =
      Frame(PageAddress(path, *number), absl::StrCat("All comparisons", PageSuffix(*number), " · Seaworthy"),
            "Every published comparison of two AI tools, newest approval first.");
  view.update(PagedEntries(entries, path, *number));
  view["title"] = "All comparisons";
  view["eyebrow"] = "Register";
  view["lead"] = index->size() == 0
                     ? ""
                     : absl::StrCat(GroupedText(index->size()), " published, newest approval first.");
  return Page{kHtml, options_.templates->Render("list", view), ""};
}

absl::StatusOr<Site::Page> Site::RenderCategories() const {
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  json view =
      Frame("/categories", "Categories · Seaworthy", "Published comparisons by what the tools are for.");
  view["shelves"] = ShelfViews(index->Categories());
  view["empty"] = view["shelves"].empty();
  return Page{kHtml, options_.templates->Render("categories", view), ""};
}

absl::StatusOr<Site::Page> Site::RenderCategory(const std::string& rest) const {
  const size_t slash = rest.find('/');
  const std::string slug = rest.substr(0, slash);
  const auto number =
      slash == std::string::npos ? std::optional<size_t>(1) : PageNumber(rest.substr(slash + 1));
  SEAWORTHY_ASSIGN_OR_RETURN(const PublishedIndex* index, options_.published->Index());
  for (const auto& [category, count] : index->Categories()) {
    if (CategorySlug(category) != slug || !number.has_value()) continue;
    const PublishedEntries entries =
        index->OfCategory(category, kListedPerPage + 1, (*number - 1) * kListedPerPage);
    if (entries.empty()) break;
    const std::string path = absl::StrCat("/categories/", slug);
    const std::string title = category.empty() ? "Not said" : category;
    json view = Frame(PageAddress(path, *number),
                      absl::StrCat(title, " compared", PageSuffix(*number), " · Seaworthy"),
                      absl::StrCat("Published comparisons in ", title, ", newest approval first."));
    view.update(PagedEntries(entries, path, *number));
    view["title"] = title;
    view["eyebrow"] = "Category";
    view["lead"] = absl::StrCat(GroupedText(count), count == 1 ? " comparison" : " comparisons",
                                ", newest approval first.");
    return Page{kHtml, options_.templates->Render("list", view), ""};
  }
  return absl::NotFoundError(absl::StrCat("nothing is published in the category ", rest));
}

absl::StatusOr<Site::Page> Site::RenderSearch(const std::string& text) const {
  const std::string query(absl::StripAsciiWhitespace(text));
  json view =
      Frame("/search",
            query.empty() ? "Search · Seaworthy" : absl::StrCat(query.substr(0, 80), " · Search · Seaworthy"),
            "Find published tools and comparisons.");
  view["noindex"] = true;
  view["query"] = query.size() > kMaxSearch ? "" : query;
  view["asked"] = !query.empty() && query.size() <= kMaxSearch;
  view["too_long"] = query.size() > kMaxSearch;
  view["failed"] = false;
  view["tools"] = json::array();
  view["entries"] = json::array();
  if (view["asked"].get<bool>() && options_.aggregator != nullptr) {
    v1::SearchRequest request;
    request.set_text(query);
    request.set_published(true);
    const auto found = options_.aggregator->Search(request);
    if (!found.ok() && !absl::IsInvalidArgument(found.status())) view["failed"] = true;
    if (found.ok()) {
      for (const auto& tool : found->tools()) view["tools"].push_back(FoundTool(tool));
      for (const auto& entry : found->comparisons()) {
        view["entries"].push_back(EntryView(*MakePublishedEntry(entry)));
      }
    }
  }
  const size_t count = view["tools"].size() + view["entries"].size();
  view["any_tools"] = !view["tools"].empty();
  view["any_entries"] = !view["entries"].empty();
  view["nothing"] = view["asked"].get<bool>() && count == 0 && !view["failed"].get<bool>();
  view["found"] = count == 0 ? "" : absl::StrCat(count, count == 1 ? " result" : " results");
  return Page{kHtml, options_.templates->Render("search", view), ""};
}

absl::StatusOr<Site::Page> Site::RenderCorrections(size_t number) const {
  if (options_.aggregator == nullptr) return absl::UnavailableError("no aggregator");
  SEAWORTHY_ASSIGN_OR_RETURN(const auto page,
                             ReadPage(FirstCorrections(), number, [this](const auto& request) {
                               return options_.aggregator->ListCorrections(request);
                             }));
  json view = Frame(PageAddress(kCorrectionsPath, number),
                    absl::StrCat("Corrections", PageSuffix(number), " · Seaworthy"),
                    "What was wrong on this site and was put right.");
  view["corrections"] = json::array();
  for (const v1::Correction& correction : page.corrections()) {
    view["corrections"].push_back(CorrectionView(correction));
  }
  view["empty"] = view["corrections"].empty();
  view.update(PagerView(kCorrectionsPath, number, !page.next_page_token().empty()));
  return Page{kHtml, options_.templates->Render("corrections", view), ""};
}

absl::StatusOr<Site::Page> Site::RenderOlderCorrections(const std::string& rest) const {
  const auto number = PageNumber(rest);
  if (!number.has_value()) return absl::NotFoundError(absl::StrCat("there is no page ", rest));
  return RenderCorrections(*number);
}

absl::StatusOr<size_t> Site::CountCorrectionPages() const {
  v1::ListCorrectionsRequest request = FirstCorrections();
  for (size_t pages = 1; options_.aggregator != nullptr; ++pages) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto page, options_.aggregator->ListCorrections(request));
    if (page.next_page_token().empty()) return pages;
    request.set_page_token(page.next_page_token());
  }
  return 1;
}

absl::StatusOr<Site::Page> Site::RenderPredictions(bool resolved) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto ledger, options_.published->Predictions(kPredictions));
  v1::ListPredictionsResponse chosen;
  for (const v1::Prediction& prediction : ledger.predictions()) {
    if (prediction.has_resolution() == resolved) *chosen.add_predictions() = prediction;
  }
  json view =
      Frame(resolved ? "/predictions/resolved" : "/predictions",
            resolved ? "Predictions and how they came out · Seaworthy" : "Predictions · Seaworthy",
            "What the panel predicted in published comparisons, by the day it can be decided, and how "
            "it came out.");
  view["predictions"] = PredictionViews(chosen, options_.personas, "/tools/");
  view["ledger_caption"] = "Earliest first, as an editor approved them";
  view["structured"] = PredictionsData(view["predictions"], options_.public_url);
  view["resolved"] = resolved;
  view["empty"] = chosen.predictions().empty();
  view["cut"] = ledger.next_page_token().empty() ? "" : absl::StrCat(kPredictions);
  return Page{kHtml, options_.templates->Render("predictions", view), ""};
}

}  // namespace seaworthy
