#include "services/ingest/extract/tier.h"

#include <string>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kFirst = 12;

bool SaysEarly(const Source& source, const Pattern& pattern) {
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > kFirst) return false;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    if (pattern.Matches(lower)) return true;
  }
  return false;
}

bool Rumoured(const Source& source) {
  static const Pattern kRumour(
      R"(\b(?:rumou?r(?:s|ed)?|leak(?:s|ed)?|reportedly|allegedly|unconfirmed|according to (?:sources|people familiar)|angeblich|gerüchte\w*|selon des rumeurs)\b|传闻|爆料)");
  return SaysEarly(source, kRumour);
}

// "We release": somebody speaks of what is their own. A card does so by being
// one.
bool SpeaksAsMaker(const Source& source) {
  static const Pattern kWe(
      R"(\b(?:we|i)(?:['’]re| are| have|['’]ve)? (?:(?:also |now |just |today |proud(?:ly)? (?:to )?|excited (?:to )?|thrilled (?:to )?|happy (?:to )?|pleased (?:to )?)*)(?:introduc\w+|announc\w+|releas\w+|launch\w*|open[- ]?sourc\w+|unveil\w*|present|trained|built|developed)\b|\bour (?:new|first|latest|most|next|own|model|library|team)\b|\b(?:is|are) (?:proud|excited|thrilled|happy|pleased) to\b|\bwir (?:veröffentlichen|stellen|präsentieren|freuen)|(?:veröffentlichen|präsentieren|stellen) wir|\bnous (?:présentons|publions|lançons|annonçons|sommes)|我们(?:正式)?(?:发布|推出|开源|很高兴))");
  static const Pattern kOthers(
      R"(\b(?:gguf (?:version|conversion|quants?)|quanti[sz]ed by|powered by .{0,40}conversion|mirror of)\b)");
  if (SaysEarly(source, kOthers)) return false;
  if (SaysEarly(source, kWe)) return true;
  return source.FindLabelled({"pipeline_tag", "base_model", "library_name"}) != nullptr;
}

// Lower-case host and path of an http(s) address.
bool SplitUrl(std::string_view url, std::string* host, std::string* path) {
  const size_t at = url.find("://");
  if (at == url.npos) return false;
  const std::string_view rest = url.substr(at + 3);
  const size_t slash = rest.find_first_of("/?#");
  *host = Lower(rest.substr(0, slash));
  *path = slash == rest.npos ? "/" : Lower(rest.substr(slash));
  return !host->empty();
}

bool SameOwner(std::string_view handle, std::string_view vendor) {
  const std::string key = NameKey(handle);
  const std::string maker = NameKey(vendor);
  if (key.size() < 2 || maker.size() < 2) return false;
  if (key == maker || StartsWith(key, maker) || StartsWith(maker, key)) return true;
  const auto known = VendorOfHandle(handle);
  return known && NameKey(*known) == maker;
}

v1::SourceTier OfHub(std::string_view path, std::string_view vendor) {
  const auto parts = Split(path.substr(1), '/');
  size_t owner = 0;
  while (owner < parts.size() && IsDistributorHandle(parts[owner])) ++owner;
  return owner < parts.size() && SameOwner(parts[owner], vendor) ? v1::VENDOR : v1::THIRD_PARTY;
}

v1::SourceTier OfHost(const std::string& host, const std::string& path, std::string_view vendor,
                      std::string_view name) {
  static const Pattern kHub(
      R"(^(?:www\.)?(?:github\.com|huggingface\.co|hf\.co|gitlab\.com|modelscope\.cn)$)");
  if (kHub.Matches(host)) return OfHub(path, vendor);
  static const Pattern kDocs(
      R"(^(?:docs?|developers?|help|support|learn|platform)\.|(?:readthedocs|gitbook)\.io$)");
  static const Pattern kDocsPath(
      R"(^/(?:[a-z-]{2,5}/)?(?:docs?|documentation|pricing|preise|prix|help|api)(?:/|$|[.?#]))");
  const bool own = [&] {
    for (std::string_view label : Split(host, '.')) {
      if (label.size() >= 3 &&
          (SameOwner(label, vendor) || (NameKey(name).size() >= 4 && NameKey(label) == NameKey(name))))
        return true;
    }
    return false;
  }();
  if (!own) return v1::THIRD_PARTY;
  return kDocs.Matches(host) || kDocsPath.Matches(path) ? v1::DOCUMENTATION : v1::VENDOR;
}

}  // namespace

v1::SourceTier TierOf(const Source& source, std::string_view url, std::string_view vendor,
                      std::string_view name) {
  if (Rumoured(source)) return v1::RUMOUR;
  std::string host;
  std::string path;
  if (SplitUrl(url, &host, &path)) return OfHost(host, path, vendor, name);
  return SpeaksAsMaker(source) ? v1::VENDOR : v1::THIRD_PARTY;
}

}  // namespace seaworthy
