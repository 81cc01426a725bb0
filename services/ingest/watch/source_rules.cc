#include "services/ingest/watch/source_rules.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxTitleBytes = 480;  // 120 characters of UTF-8.
constexpr char kFeedAccept[] =
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";
constexpr char kPageAccept[] = "text/html, text/markdown, text/plain;q=0.9, */*;q=0.5";

bool IsGraph(char c) { return c > 0x20 && c < 0x7F; }

// Scheme, authority and the rest; empty authority where it is no web address.
struct UrlParts {
  bool https = false;
  std::string authority;  // Lower case.
  std::string_view path;  // With query and fragment.
};

UrlParts SplitUrl(std::string_view url) {
  UrlParts parts;
  const std::string start = Lower(url.substr(0, 8));
  parts.https = StartsWith(start, "https://");
  if (!parts.https && !StartsWith(start, "http://")) return {};
  url.remove_prefix(parts.https ? 8 : 7);
  const size_t end = std::min(url.find_first_of("/?#"), url.size());
  parts.authority = Lower(url.substr(0, end));
  parts.path = url.substr(end);
  return parts;
}

// The parts of a path, without query and fragment.
std::vector<std::string> PathParts(std::string_view path) {
  std::vector<std::string> parts;
  for (const std::string_view part : Split(path.substr(0, path.find_first_of("?#")), '/')) {
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

bool IsHost(const UrlParts& parts, std::string_view host) {
  return parts.authority == host || parts.authority == Cat("www.", host);
}

std::string Bad(std::string_view field, std::string_view reason) {
  return Cat("the source's ", field, " ", reason);
}

absl::Status CheckUrl(const v1::Source& source) {
  const std::string& url = source.url();
  if (source.kind() == v1::Source::WEBHOOK) {
    if (url.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        Bad("url", "is set, but nothing is read for a webhook; leave it out, or choose another kind"));
  }
  const bool graph = std::all_of(url.begin(), url.end(), IsGraph) && url.find_first_of("<>\"") == url.npos;
  if (url.size() > kMaxUrlBytes || !graph || HostKeyOf(url).empty()) {
    return absl::InvalidArgumentError(
        Bad("url",
            "is no http or https address of at most 2000 characters without spaces and credentials; "
            "give the address of a feed or page"));
  }
  if (source.kind() == v1::Source::GITHUB_RELEASES && GithubRepository(url).empty()) {
    return absl::InvalidArgumentError(Bad("url", "names no repository; give https://github.com/OWNER/NAME"));
  }
  return absl::OkStatus();
}

absl::Status CheckSignature(const v1::Source& source) {
  const std::string& signature = source.signature();
  if (source.kind() != v1::Source::WEBHOOK) {
    if (signature.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(Bad("signature", "is for webhooks only; leave it out"));
  }
  if (signature == "github" || signature == "generic") return absl::OkStatus();
  return absl::InvalidArgumentError(Bad("signature", "must be `github` or `generic`"));
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// A card or README where it stands raw; else the address as it is.
ReadAddress PageAddress(const std::string& url) {
  ReadAddress address{.url = url, .host = "", .accept = kPageAccept, .authorization = "", .media_type = ""};
  const UrlParts parts = SplitUrl(url);
  const std::vector<std::string> path = PathParts(parts.path);
  if (IsHost(parts, "huggingface.co") && path.size() == 2 && path[0] != "datasets" && path[0] != "spaces" &&
      path[0] != "docs" && path[0] != "blog" && path[0] != "papers" && path[0] != "collections") {
    address.url = Cat("https://huggingface.co/", path[0], "/", path[1], "/raw/main/README.md");
  } else if (IsHost(parts, "github.com") && path.size() == 2) {
    address.url = Cat("https://raw.githubusercontent.com/", path[0], "/", path[1], "/HEAD/README.md");
  }
  const std::string_view plain = std::string_view(address.url).substr(0, address.url.find_first_of("?#"));
  if (EndsWith(plain, ".md") || EndsWith(plain, ".markdown")) address.media_type = "text/markdown";
  return address;
}

// Not releases.atom: robots.txt of github.com disallows every `.atom`.
ReadAddress ReleasesAddress(const std::string& url, const std::string& token) {
  ReadAddress address;
  address.url = Cat("https://api.github.com/repos/", GithubRepository(url), "/releases?per_page=50");
  address.accept = "application/vnd.github+json";
  if (!token.empty()) address.authorization = Cat("Bearer ", token);
  address.ignore_robots = true;
  return address;
}

}  // namespace

bool IsSourceId(std::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
}

std::string HostKeyOf(std::string_view url) {
  const UrlParts parts = SplitUrl(url);
  const std::string& authority = parts.authority;
  if (authority.empty() || authority.front() == ':' || authority.find_first_of("@\\ ") != authority.npos) {
    return "";
  }
  const size_t colon = authority.find_last_of(":]");
  const bool has_port = colon != authority.npos && authority[colon] == ':';
  if (has_port && colon + 1 < authority.size()) return authority;
  return Cat(has_port ? authority.substr(0, colon) : authority, parts.https ? ":443" : ":80");
}

std::string GithubRepository(std::string_view url) {
  const UrlParts parts = SplitUrl(url);
  std::vector<std::string> path = PathParts(parts.path);
  if (parts.authority == "api.github.com") {
    if (path.size() < 3 || path[0] != "repos") return "";
    path.erase(path.begin());
  } else if (!IsHost(parts, "github.com") || path.size() < 2) {
    return "";
  }
  std::string name = path[1];
  if (EndsWith(name, ".git")) name.resize(name.size() - 4);
  return name.empty() ? "" : Cat(path[0], "/", name);
}

absl::StatusOr<v1::Source> CheckedSource(v1::Source source) {
  if (!IsSourceId(source.source_id())) {
    return absl::InvalidArgumentError("a source's id is 1 to 64 of a-z, 0-9 and `-`, such as `acme-blog`");
  }
  if (!v1::Source::Kind_IsValid(source.kind()) || !v1::SourceTier_IsValid(source.tier())) {
    return absl::InvalidArgumentError("the source's kind or tier is none this version knows");
  }
  if (absl::Status status = CheckUrl(source); !status.ok()) return status;
  if (absl::Status status = CheckSignature(source); !status.ok()) return status;
  if (source.title().size() > kMaxTitleBytes || HasControl(source.title())) {
    return absl::InvalidArgumentError(Bad("title", "is longer than 120 characters or not one line"));
  }
  if (source.interval_seconds() == 0) source.set_interval_seconds(kDefaultIntervalSeconds);
  if (source.interval_seconds() < 60 || source.interval_seconds() > 604800) {
    return absl::InvalidArgumentError(Bad("interval_seconds", "must be 60 to 604800 (a week)"));
  }
  return source;
}

ReadAddress AddressOf(const v1::Source& source, v1::Source::Kind kind, const std::string& github_token) {
  ReadAddress address;
  if (kind == v1::Source::GITHUB_RELEASES) {
    address = ReleasesAddress(source.url(), github_token);
  } else if (kind == v1::Source::PAGE) {
    address = PageAddress(source.url());
  } else {
    address.url = source.url();
    address.accept = kFeedAccept;
  }
  address.host = HostKeyOf(address.url);
  return address;
}

}  // namespace seaworthy
