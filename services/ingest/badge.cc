#include "services/ingest/badge.h"

#include "services/ingest/text.h"

namespace seaworthy {

std::string LicenseOfBadge(std::string_view url) {
  if (url.size() > 300) url = url.substr(0, 300);
  const std::string lower = Lower(url);
  if (!Contains(lower, "shields.io/badge/")) return "";
  size_t at = lower.find("license-");
  if (at == lower.npos) return "";
  at += 8;
  std::string shown;
  for (size_t i = at; i < url.size(); ++i) {
    if (url[i] == '?' || url[i] == '/' || url[i] == '&') break;
    if (url[i] == '-') {
      // Two hyphens stand for one; one ends the text.
      if (i + 1 >= url.size() || url[i + 1] != '-') break;
      ++i;
    }
    if (StartsWith(url.substr(i), "%20") || url[i] == '_') {
      if (url[i] == '%') i += 2;
      shown.push_back(' ');
    } else {
      shown.push_back(url[i]);
    }
  }
  return shown.size() <= 60 ? shown : "";
}

}  // namespace seaworthy
