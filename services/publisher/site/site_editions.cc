// The archive of editions: approved ones only.
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/publisher/pages/edition_view.h"
#include "services/publisher/site/listing.h"
#include "services/publisher/site/site.h"
#include "services/publisher/site/sitemap.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kHtml[] = "text/html; charset=utf-8";
constexpr char kEditions[] = "/editions";
// On a page of the archive: a year.
constexpr int kListed = 52;
constexpr int kMapPage = 500;

std::string PathOf(const v1::Edition& edition) { return absl::StrCat(kEditions, "/", edition.edition_id()); }

}  // namespace

absl::StatusOr<std::vector<SitemapAddress>> Site::EditionAddresses() const {
  std::vector<SitemapAddress> addresses;
  v1::ListEditionsRequest request;
  request.set_approved_only(true);
  request.set_page_size(kMapPage);
  do {
    if (options_.aggregator == nullptr) break;
    SEAWORTHY_ASSIGN_OR_RETURN(const auto page, options_.aggregator->ListEditions(request));
    for (const v1::Edition& edition : page.editions()) {
      addresses.push_back({PathOf(edition), TimeOf(edition.decide_time())});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return addresses;
}

absl::Status Site::AddEditionPaths(std::vector<std::string>& paths) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<SitemapAddress> editions, EditionAddresses());
  for (const SitemapAddress& edition : editions) paths.push_back(edition.path);
  for (size_t page = 2; page <= PagesFor(editions.size(), kListed); ++page) {
    paths.push_back(PageAddress(kEditions, page));
  }
  return absl::OkStatus();
}

absl::StatusOr<Site::Page> Site::RenderEditionMap() const {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<SitemapAddress> editions, EditionAddresses());
  std::vector<SitemapAddress> addresses = {
      {kEditions, editions.empty() ? absl::InfinitePast() : editions.front().changed}};
  addresses.insert(addresses.end(), editions.begin(), editions.end());
  return Page{"application/xml; charset=utf-8", SitemapOf(addresses, options_.base_url()), ""};
}

absl::StatusOr<Site::Page> Site::RenderEditions(size_t number) const {
  v1::ListEditionsRequest first;
  first.set_approved_only(true);
  first.set_page_size(kListed);
  if (options_.aggregator == nullptr) return absl::UnavailableError("no aggregator");
  SEAWORTHY_ASSIGN_OR_RETURN(const auto page, ReadPage(first, number, [this](const auto& request) {
                               return options_.aggregator->ListEditions(request);
                             }));
  json view = PagerView(kEditions, number, !page.next_page_token().empty());
  view["title"] = "Editions";
  view["page_title"] = absl::StrCat("Editions", PageSuffix(number), " · Seaworthy");
  view["page_description"] = "What was published, changed, corrected and resolved, week by week.";
  view["editions"] = json::array();
  for (const v1::Edition& edition : page.editions()) view["editions"].push_back(EditionView(edition, ""));
  view["empty"] = page.editions().empty();
  return Page{kHtml, Body("editions", PageAddress(kEditions, number), view), ""};
}

absl::StatusOr<Site::Page> Site::RenderEdition(const std::string& id) const {
  // `/editions/2` is a page of the list, `/editions/2026-W47` an edition.
  if (const auto number = PageNumber(id); number.has_value()) return RenderEditions(*number);
  v1::GetEditionRequest request;
  request.set_edition_id(id);
  if (options_.aggregator == nullptr) return absl::UnavailableError("no aggregator");
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::Edition edition, options_.aggregator->GetEdition(request));
  // A draft is as if it were not there.
  if (edition.state() != v1::Edition::APPROVED) {
    return absl::NotFoundError(absl::StrCat("no edition is out as ", id));
  }
  json view = EditionView(edition, "");
  view["page_title"] = absl::StrCat(edition.title(), " · Seaworthy");
  view["page_description"] = absl::StrCat("The edition of ", edition.edition_id(), ": ", edition.items_size(),
                                          " things that changed on Seaworthy.");
  return Page{kHtml, Body("edition", PathOf(edition), view), ""};
}

}  // namespace seaworthy
