#include "services/publisher/access/router.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

template <typename Map>
std::string ValueOr(const Map& map, const std::string& name) {
  const auto it = map.find(name);
  return it == map.end() ? "" : it->second;
}

bool IsName(const std::string& segment) { return segment.size() > 2 && segment.front() == '{'; }

// The parts a path gives a pattern's names, or nothing where it is not its.
std::optional<std::map<std::string, std::string>> Match(const std::vector<std::string>& pattern,
                                                        const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  std::map<std::string, std::string> parts;
  for (size_t i = 0; i < path.size(); ++i) {
    if (IsName(pattern[i])) {
      parts[pattern[i].substr(1, pattern[i].size() - 2)] = path[i];
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return parts;
}

}  // namespace

bool NeedsDeskSession(Access access) {
  return access == Access::kDesk || access == Access::kDeskOperator || access == Access::kDeskEditor ||
         access == Access::kDeskAdmin;
}

Access AccessByMethod(absl::string_view method, Access write) {
  return method == "POST" ? write : Access::kDesk;
}

std::string Call::Query(const std::string& name) const { return ValueOr(query, name); }
std::string Call::Form(const std::string& name) const { return ValueOr(form, name); }
std::string Call::Path(const std::string& name) const { return ValueOr(path, name); }

Router::Router(std::vector<Route> routes, Gate gate, ErrorPage error_page)
    : routes_(std::move(routes)), gate_(std::move(gate)), error_page_(std::move(error_page)) {
  for (const Route& route : routes_) {
    const absl::string_view pattern = route.pattern;
    std::vector<std::string> segments;
    if (pattern != "/") segments = absl::StrSplit(pattern.substr(1), '/');
    compiled_.push_back({&route, std::move(segments)});
  }
}

HttpResponse Router::Handle(const HttpRequest& request) const {
  const auto path = SplitPath(request.RawPath());
  if (!path.ok()) return error_page_(request, 404, "not_found", path.status().message());
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::vector<std::string> allowed;
  for (const Compiled& candidate : compiled_) {
    auto parts = Match(candidate.segments, *path);
    if (!parts.has_value()) continue;
    if (candidate.route->method == method) return Run(*candidate.route, request, *std::move(parts));
    allowed.push_back(candidate.route->method == "GET" ? "GET, HEAD" : candidate.route->method);
  }
  if (allowed.empty()) return error_page_(request, 404, "not_found", "there is nothing at this address");
  HttpResponse response = error_page_(request, 405, "method_not_allowed",
                                      absl::StrCat("this address takes ", absl::StrJoin(allowed, ", ")));
  response.SetHeader("Allow", absl::StrJoin(allowed, ", "));
  return response;
}

HttpResponse Router::Run(const Route& route, const HttpRequest& request,
                         std::map<std::string, std::string> path) const {
  Call call{.request = request, .path = std::move(path), .query = {}, .form = {}, .session = {}};
  auto query = ParseForm(request.RawQuery());
  if (!query.ok()) return error_page_(request, 400, "invalid_argument", query.status().message());
  call.query = *std::move(query);
  if (request.body.size() > route.max_body) {
    return error_page_(request, 413, "too_large",
                       absl::StrCat("the body has ", request.body.size(), " bytes; at most ", route.max_body,
                                    " are read here: shorten it or send its text only"));
  }
  if (auto answer = gate_(route, call)) return *std::move(answer);
  return route.handler(call);
}

}  // namespace seaworthy
