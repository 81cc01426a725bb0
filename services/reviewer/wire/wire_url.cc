#include "services/reviewer/wire/wire_url.h"

#include <algorithm>

#include "services/reviewer/text.h"

namespace seaworthy {

std::string WireUrl::At(std::string_view below) const { return text::Cat(origin, path, below, query); }

absl::StatusOr<WireUrl> ParseWireUrl(std::string_view url) {
  const bool odd = std::any_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f;
  });
  if (odd || url.size() > 2000)
    return absl::InvalidArgumentError("holds white space or characters a URL must escape");
  const std::string_view scheme = url.substr(0, url.find("://"));
  if (scheme != "http" && scheme != "https")
    return absl::InvalidArgumentError("must go on with http:// or https://");
  const size_t begin = scheme.size() + 3;
  const size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::string_view authority = url.substr(begin, end - begin);
  if (authority.find('@') != std::string_view::npos)
    return absl::InvalidArgumentError(
        "holds a user or password; keys go into the environment (key_env) or a file (key_file)");
  if (url.find('#') != std::string_view::npos) return absl::InvalidArgumentError("holds a fragment (#)");
  WireUrl parsed;
  const size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  parsed.host = text::Lower(authority.substr(0, has_port ? colon : authority.size()));
  if (has_port) parsed.port = std::string(authority.substr(colon + 1));
  if (parsed.host.empty()) return absl::InvalidArgumentError("names no host");
  parsed.origin = text::Cat(scheme, "://", authority);
  const size_t query = std::min(url.find('?', end), url.size());
  parsed.query = std::string(url.substr(query));
  std::string_view path = url.substr(end, query - end);
  while (path.ends_with('/')) path.remove_suffix(1);
  parsed.path = std::string(path);
  return parsed;
}

}  // namespace seaworthy
