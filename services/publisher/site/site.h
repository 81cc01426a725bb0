// The public site: only what editors approved, rendered on the server.
#pragma once

#include <functional>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/publisher/access/router.h"
#include "services/publisher/http/page_cache.h"
#include "services/publisher/pages/published.h"
#include "services/publisher/pages/template_set.h"
#include "services/publisher/site/assets.h"
#include "services/publisher/site/conventions.h"
#include "services/publisher/site/sitemap.h"
#include "services/publisher/site/social_card.h"

namespace seaworthy {

// A page's bytes depend only on what is published, the templates and the
// configuration: never on the time or on who asks. Thread-safe.
class Site {
 public:
  struct Options {
    Published* published = nullptr;          // Not owned.
    AggregatorClient* aggregator = nullptr;  // Not owned; for search, votes and corrections.
    const TemplateSet* templates = nullptr;  // Not owned.
    Assets assets;
    std::vector<v1::Persona> personas;
    std::string public_url;  // Without a trailing slash; empty: no canonical links.
    // Absolute addresses in feeds and maps begin with this.
    std::function<std::string()> base_url = [] { return std::string("http://localhost"); };
    PageCache* cache = nullptr;     // Not owned; null: every answer is rendered.
    SocialCards* social = nullptr;  // Not owned; null: no pictures for links.
    // What a subscriber agrees to; empty: no form asks for an address.
    std::string consent = {};
  };
  using Page = SitePage;

  explicit Site(Options options)
      : options_(std::move(options)), conventions_({options_.published, options_.base_url}) {}

  // Every page, picture and asset, sorted.
  absl::StatusOr<std::vector<std::string>> Paths() const;
  // One of them. Errors: NOT_FOUND; what the aggregator answers.
  absl::StatusOr<Page> Render(const std::string& path) const;
  // A comparison as its public page will be once it is approved.
  std::string Preview(const v1::ComparisonContent& content) const;
  // A comparison's public page as it is, or would be, with this approval.
  std::string RenderAs(const v1::PublishedComparison& published) const;
  // The page of an error: 404 looks the same whatever was asked for.
  std::string ErrorBody(int status) const;
  // What a reader who voted is shown: the template `voted`.
  std::string VotedBody(const nlohmann::json& view) const;

  // A template of the site with this view, which names `page_title` and
  // `page_description`; an empty path has no canonical address and is kept from
  // indexes.
  std::string Body(const std::string& name, const std::string& path, const nlohmann::json& view) const;

  // The address of the page an odd spelling of a path stands for, empty where
  // there is none.
  std::string Moved(const std::string& path) const;

  // The public routes.
  std::vector<Route> Routes() const;
  // Answers with a page of Render, 304 where the client has it.
  HttpResponse Serve(const HttpRequest& request, const std::string& path) const;

 private:
  nlohmann::json Frame(const std::string& path, const std::string& title,
                       const std::string& description) const;
  // Lists: site_lists.cc.
  absl::StatusOr<Page> RenderHome() const;
  absl::StatusOr<Page> RenderList(const std::string& rest) const;
  absl::StatusOr<Page> RenderCategories() const;
  absl::StatusOr<Page> RenderCategory(const std::string& rest) const;
  absl::StatusOr<Page> RenderSearch(const std::string& text) const;
  absl::StatusOr<Page> RenderCorrections(size_t number) const;
  absl::StatusOr<Page> RenderOlderCorrections(const std::string& rest) const;
  absl::StatusOr<size_t> CountCorrectionPages() const;
  absl::StatusOr<Page> RenderPredictions(bool resolved) const;
  nlohmann::json PagedEntries(const PublishedEntries& entries, const std::string& path, size_t page) const;
  // Pictures links show, and their addresses: site_social.cc.
  absl::StatusOr<Page> RenderSocial(const std::string& name) const;
  std::string SocialUrl(const std::string& id) const;
  std::vector<std::string> SocialPaths(const PublishedIndex& index) const;
  // The archive: site_editions.cc.
  absl::StatusOr<std::vector<SitemapAddress>> EditionAddresses() const;
  // Each edition's page, and those of the list after the first.
  absl::Status AddEditionPaths(std::vector<std::string>& paths) const;
  absl::StatusOr<Page> RenderEditionMap() const;
  absl::StatusOr<Page> RenderEditions(size_t number) const;
  absl::StatusOr<Page> RenderEdition(const std::string& id) const;
  // A reviewer: site_persona.cc.
  absl::StatusOr<Page> RenderPersona(const std::string& id) const;

  absl::StatusOr<Page> RenderComparison(const std::string& id) const;
  absl::StatusOr<Page> RenderTool(const std::string& id) const;
  absl::StatusOr<Page> RenderPrefixed(const std::string& path) const;
  Page RenderMethod() const;
  // The page of content; `published` is null for a preview.
  std::string ComparisonBody(const v1::ComparisonContent& content,
                             const v1::PublishedComparison* published) const;
  // Puts readers' votes into views with `id`, and where a vote goes back to.
  void AddTallies(std::initializer_list<nlohmann::json*> tools, const std::string& back) const;
  // Nothing is kept of what was rendered in generation 0.
  HttpResponse Respond(const HttpRequest& request, const std::string& path, absl::StatusOr<Page> page,
                       uint64_t generation = 0) const;

  const Options options_;
  const Conventions conventions_;
};

}  // namespace seaworthy
