#include "services/publisher/accounts/token_pages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kTokens[] = "/desk/tokens";
constexpr size_t kRows = 50;

// What each scope lets its bearer do, as docs/api.md says.
const char* ScopeText(Scope scope) {
  switch (scope) {
    case Scope::kRead:
      return "see everything, drafts and costs included";
    case Scope::kIngest:
      return "hand announcements in";
    case Scope::kSources:
      return "add, change and read sources";
    case Scope::kDecide:
      return "decide, ask for pairs, amend verdicts";
    case Scope::kDeskLinks:
      return "make links that sign in as owner: as good as all of them";
    case Scope::kAdmin:
      return "webhooks that go out; what is kept of a mail address, and its erasure";
  }
  return "";
}

std::string Day(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()); }

// To the hour, as it is kept.
std::string UseText(absl::Time used) {
  if (used == absl::InfinitePast()) return "not yet";
  return absl::FormatTime("%Y-%m-%d %H:00", used, absl::UTCTimeZone());
}

json TokenRow(const ApiToken& token, absl::Time now) {
  return {{"id", token.id},
          {"name", token.name},
          {"scopes", token.scopes.Names()},
          {"made", Day(token.created)},
          {"ends", token.expires == absl::InfiniteFuture() ? "never" : Day(token.expires)},
          {"ended", token.expires <= now},
          {"used", UseText(token.used)}};
}

json ScopeChoices() {
  json choices = json::array();
  for (const Scope scope : kScopes) {
    choices.push_back({{"scope", std::string(ScopeName(scope))}, {"said", ScopeText(scope)}});
  }
  return choices;
}

}  // namespace

ChangedBy TokenPages::ByOf(const Call& call) const {
  return {call.session->editor, options_.gate->ClientOf(call.request).address};
}

HttpResponse TokenPages::Page(const Call& call, size_t skip, const ApiTokens::Made* made) const {
  std::vector<ApiToken> tokens = options_.tokens->List();
  std::reverse(tokens.begin(), tokens.end());
  json view = frame_.View(call, "tokens", "API tokens");
  view["tab_tokens"] = true;
  view["choices"] = ScopeChoices();
  view["rows"] = json::array();
  const size_t end = std::min(tokens.size(), skip + kRows);
  for (size_t i = skip; i < end; ++i) view["rows"].push_back(TokenRow(tokens[i], options_.clock->Now()));
  view["empty"] = view["rows"].empty();
  view["total"] = GroupedText(tokens.size());
  view["made_secret"] = made == nullptr ? "" : made->secret;
  view["made_name"] = made == nullptr ? "" : made->token.name;
  AddPaging(call, kTokens, end < tokens.size() ? absl::StrCat(end) : "", view);
  return frame_.Page("desk_tokens", view);
}

HttpResponse TokenPages::Show(const Call& call) const {
  size_t skip = 0;
  if (!call.Query("cursor").empty() && !absl::SimpleAtoi(call.Query("cursor"), &skip)) {
    return frame_.Message(400, "No such page", "That is no place in the list.", kTokens,
                          "Back to the tokens");
  }
  return Page(call, skip, nullptr);
}

absl::StatusOr<ApiTokens::Made> TokenPages::Add(const Call& call) const {
  std::vector<std::string> names;
  for (const Scope scope : kScopes) {
    const std::string name(ScopeName(scope));
    if (!call.Form("may-" + name).empty()) names.push_back(name);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const ScopeSet scopes, ScopeSet::Parse(names));
  int64_t days = 0;
  if (!absl::SimpleAtoi(call.Form("days"), &days)) {
    return absl::InvalidArgumentError("choose how many days the token holds");
  }
  return options_.tokens->Add(call.Form("name"), scopes, absl::Hours(24) * days, ByOf(call));
}

HttpResponse TokenPages::Make(const Call& call) const {
  const auto made = Add(call);
  if (!made.ok()) return frame_.Failed(made.status(), "No token was made", kTokens, "Back to the tokens");
  return Page(call, 0, &*made);
}

HttpResponse TokenPages::Revoke(const Call& call) const {
  constexpr char kWhat[] = "No token was revoked";
  if (call.Form("action") != "revoke") {
    return frame_.Message(400, kWhat, "The form asks for nothing that can be done with a token.", kTokens,
                          "Back to the tokens");
  }
  const absl::Status revoked = options_.tokens->Revoke(call.Path("id"), ByOf(call));
  if (absl::IsNotFound(revoked)) {
    return frame_.Message(404, kWhat, "There is none of that id: it was revoked already.", kTokens,
                          "Back to the tokens");
  }
  if (!revoked.ok()) return frame_.Failed(revoked, kWhat, kTokens, "Back to the tokens");
  return Redirect(303, absl::StrCat(kTokens, "?done=token-revoked"));
}

std::vector<Route> TokenPages::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (TokenPages::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = Access::kDeskAdmin,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", kTokens, &TokenPages::Show), route("POST", kTokens, &TokenPages::Make),
          route("POST", "/desk/tokens/{id}", &TokenPages::Revoke)};
}

}  // namespace seaworthy
