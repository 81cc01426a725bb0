#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/vendor_finder.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Path of a hub address split at slashes, without the host.
std::vector<std::string_view> HubPath(std::string_view url) {
  for (std::string_view host :
       {"https://huggingface.co/", "https://github.com/", "https://hf.co/", "https://www.github.com/",
        "http://github.com/", "https://modelscope.cn/models/", "https://www.modelscope.cn/models/",
        "https://hub.docker.com/r/"}) {
    if (!StartsWith(url, host)) continue;
    std::string_view path = url.substr(host.size());
    path = path.substr(0, path.find_first_of("?#"));
    auto parts = Split(path, '/');
    if (!parts.empty() &&
        (parts[0] == "spaces" || parts[0] == "collections" || parts[0] == "datasets" || parts[0] == "orgs")) {
      parts.erase(parts.begin());
    }
    return parts;
  }
  return {};
}

}  // namespace

void VendorFinder::OwnSites() {
  static const Pattern kHost(
      R"(^https?://(?:[\w-]+\.)*?([\w-]+)\.(?:com|ai|io|org|co|dev|net|cn|fr|de|app|tech)(/[^?#]*))");
  static constexpr std::string_view kHubs[] = {
      "github",     "huggingface", "hf",         "arxiv",       "twitter", "x",         "youtube",
      "google",     "kaggle",      "modelscope", "readthedocs", "medium",  "linkedin",  "discord",
      "reddit",     "docker",      "pypi",       "npmjs",       "ollama",  "wikipedia", "acm",
      "openreview", "replicate",   "fal",        "runware",     "colab"};
  const std::string own = NameKey(draft_.name);
  for (const Link& link : source_.document().links) {
    if (link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
    if (!Contains(NameKey(link.url), own)) continue;
    const auto host = kHost.Find(link.url);
    if (!host) continue;
    const std::string name = link.url.substr(host->groups[1].begin, host->groups[1].size());
    const std::string path = NameKey(link.url.substr(host->groups[2].begin, host->groups[2].size()));
    if (std::find(std::begin(kHubs), std::end(kHubs), name) != std::end(kHubs)) continue;
    if (!Contains(path, NameKey(draft_.name))) continue;
    const std::string written = AsWritten(name);
    const size_t at = source_.document().bytes.find(name, link.raw.begin);
    if (written == name || at == std::string::npos || at >= link.raw.end) continue;
    // "Source: harbournews.com/lantern" tells of it.
    static const Pattern kTold(R"(\b(?:quelle|source|via|fuente|fonte|read more)\b[^\n]{0,40}$)", true);
    const size_t before = link.text.begin > 60 ? link.text.begin - 60 : 0;
    if (kTold.Matches(source_.Text({before, link.text.begin}))) continue;
    Vote(written, {at, at + name.size()}, 7);
    return;
  }
}

void VendorFinder::DocumentationSites() {
  static const Pattern kDocs(
      R"(^https?://(?:docs|api|platform|console|dashboard|developers?|help|support)\.([\w-]+)\.(?:com|ai|io|co|dev)(?:/|$))");
  static const Pattern kHome(R"(^https?://(?:www\.)?([\w-]+)\.(?:com|ai|io|co|dev|app)/?$)");
  bool docs = false;
  for (const Link& link : source_.document().links) {
    if (link.raw.empty() || !source_.TrustedAt(link.text.begin)) continue;
    const auto host = kDocs.Find(link.url);
    const auto home = kHome.Find(link.url);
    const Span part = host ? host->groups[1] : home ? home->groups[1] : Span{};
    const std::string name = link.url.substr(part.begin, part.size());
    const size_t at = part.empty() ? std::string::npos : source_.document().bytes.find(name, link.raw.begin);
    if (at >= link.raw.end || name == "huggingface" || name == "github") continue;
    if (const auto vendor = VendorOfHandle(name); host && vendor && !docs) {
      docs = true;
      Vote(*vendor, {at, at + name.size()}, 4.5);
    } else if (home && NameKey(name) == NameKey(draft_.name) &&
               NameKey(source_.Text(link.text)) == NameKey(name)) {
      Vote(draft_.name, link.raw, 9);
    }
  }
}

void VendorFinder::Links() {
  std::map<std::string, int> seen;
  for (const Link& link : source_.document().links) {
    if (!source_.TrustedAt(link.text.begin) || link.raw.empty()) continue;
    const std::string handle = HandleOfTool(link.url, draft_);
    if (handle.empty() || ++seen[handle] > 3) continue;
    const size_t at = source_.document().bytes.find(handle, link.raw.begin);
    const Span raw = at < link.raw.end ? Span{at, at + handle.size()} : link.raw;
    if (const auto vendor = VendorOfHandle(handle)) {
      Vote(*vendor, raw, 7);
    } else {
      Vote(AsWritten(handle), raw, 5);
    }
  }
  // Code that loads it: "org/Name".
  for (size_t i = 0; i < source_.document().blocks.size(); ++i) {
    const Block& block = source_.document().blocks[i];
    if (block.kind != BlockKind::kCode || !source_.Trusted(i)) continue;
    static const Pattern kRepository(R"(["' ]([A-Za-z0-9][\w.-]{1,40})/([A-Za-z0-9][\w.-]{1,80}))");
    for (const Match& match : kRepository.FindAll(source_.Text(block.text), 20)) {
      const auto group = [&](size_t g) {
        return source_.Text(
            {block.text.begin + match.groups[g].begin, block.text.begin + match.groups[g].end});
      };
      const std::string url = Cat("https://huggingface.co/", group(1), "/", group(2));
      const std::string handle = HandleOfTool(url, draft_);
      if (handle.empty() || ++seen[handle] > 3) continue;
      const Span span{block.text.begin + match.groups[1].begin, block.text.begin + match.groups[1].end};
      const auto raw = source_.Raw(span);
      if (!raw) continue;
      const auto vendor = VendorOfHandle(handle);
      Vote(vendor ? std::string(*vendor) : AsWritten(handle), *raw, vendor ? 6 : 4);
    }
  }
}

std::string HandleOfTool(std::string_view url, const Draft& draft) {
  const auto parts = HubPath(url);
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty() || IsDistributorHandle(parts[0])) return "";
  const std::string repository = NameKey(parts[1]);
  if (repository.size() < 3) return "";
  for (const std::string& key : draft.name_keys()) {
    if (StartsWith(repository, key) || StartsWith(key, repository)) return std::string(parts[0]);
  }
  return "";
}

}  // namespace seaworthy
