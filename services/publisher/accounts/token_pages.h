// The desk's page on tokens of the API.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock.h"
#include "services/publisher/access/access.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"
#include "services/publisher/tokens/api_tokens.h"

namespace seaworthy {

// Admins see, make and revoke tokens: `/desk/tokens`. A token is on the page
// that answers its making and nowhere else. Thread-safe.
class TokenPages {
 public:
  struct Options {
    ApiTokens* tokens = nullptr;  // None is owned.
    const AccessGate* gate = nullptr;
    const TemplateSet* templates = nullptr;
    Clock* clock = nullptr;
  };
  explicit TokenPages(Options options) : options_(options), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse Show(const Call& call) const;
  HttpResponse Make(const Call& call) const;
  HttpResponse Revoke(const Call& call) const;
  absl::StatusOr<ApiTokens::Made> Add(const Call& call) const;
  // The page; `made` is null where none was made just now.
  HttpResponse Page(const Call& call, size_t skip, const ApiTokens::Made* made) const;
  ChangedBy ByOf(const Call& call) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
