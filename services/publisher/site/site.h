// The public site: only what editors approved, rendered on the server.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/publisher/access/router.h"
#include "services/publisher/pages/published.h"
#include "services/publisher/pages/template_set.h"
#include "services/publisher/site/assets.h"

namespace seaworthy {

// A page's bytes depend only on what is published, the templates and the
// configuration: never on the time or on who asks. Thread-safe.
class Site {
 public:
  struct Options {
    Published* published = nullptr;          // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    Assets assets;
    std::vector<v1::Persona> personas;
    std::string public_url;  // Without a trailing slash; empty: no canonical links.
  };
  struct Page {
    std::string media_type;
    std::string body;
    std::string moved_to;  // Set where the page has another address.
  };

  explicit Site(Options options) : options_(std::move(options)) {}

  // Every page and asset, sorted.
  absl::StatusOr<std::vector<std::string>> Paths() const;
  // One of them. Errors: NOT_FOUND; what the aggregator answers.
  absl::StatusOr<Page> Render(const std::string& path) const;
  // A comparison as its public page will be once it is approved.
  std::string Preview(const v1::ComparisonContent& content) const;
  // The page of an error: 404 looks the same whatever was asked for.
  std::string ErrorBody(int status) const;

  // The public routes.
  std::vector<Route> Routes() const;
  // Answers with a page of Render, 304 where the client has it.
  HttpResponse Serve(const HttpRequest& request, const std::string& path) const;

 private:
  nlohmann::json Frame(const std::string& path, const std::string& title,
                       const std::string& description) const;
  absl::StatusOr<Page> RenderHome() const;
  absl::StatusOr<Page> RenderComparison(const std::string& id) const;
  absl::StatusOr<Page> RenderTool(const std::string& id) const;
  absl::StatusOr<Page> RenderPredictions() const;
  Page RenderMethod() const;
  std::string ComparisonBody(const v1::ComparisonContent& content, const v1::Decision* decision) const;

  const Options options_;
};

}  // namespace seaworthy
