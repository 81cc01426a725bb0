#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

bool IsWebLink(std::string_view url) {
  return (StartsWith(url, "https://") || StartsWith(url, "http://")) && url.size() > 10 &&
         url.find_first_of(" \t\n<>\"'`{}|\\^") == url.npos;
}

bool IsPicture(std::string_view url) {
  static const Pattern kPicture(
      R"(\.(?:png|jpe?g|gif|svg|webp|avif|ico|mp4|webm)(?:$|[?#])|img\.shields\.io|/badge|colab-badge)",
      true);
  return kPicture.Matches(url);
}

// Places that are about people, papers or talk rather than the tool.
bool IsAside(std::string_view url) {
  static const Pattern kAside(
      R"(^https?://(?:www\.)?(?:twitter\.com|x\.com|linkedin\.com|discord\.(?:gg|com)|t\.me|youtube\.com|youtu\.be|medium\.com|en\.wikipedia\.org|facebook\.com|reddit\.com|slack\.com|weixin\.qq\.com|mailto|creativecommons\.org|www\.apache\.org|opensource\.org|choosealicense\.com|arxiv\.org|doi\.org))",
      true);
  return kAside.Matches(url);
}

}  // namespace

void ExtractLinks(Draft* draft) {
  const Source& source = draft->source();
  static const Pattern kDocs(
      R"(\b(?:docs?|documentation|guides?|cookbook|quickstart|user guide|api reference|tutorials?|dokumentation)\b|文档)",
      true);
  static const Pattern kDocsUrl(
      R"(^https?://(?:docs|developers?|developer)\.|readthedocs|/docs?/|/documentation|/guides?/|cookbook)",
      true);
  static const Pattern kDemo(
      R"(\b(?:demo|playground|try (?:it|now|\w+)|chat|space)\b|huggingface\.co/spaces/|//chat\.)", true);
  static const Pattern kSource(
      R"(^https?://(?:www\.)?(?:github|gitlab|codeberg)\.(?:com|org)/([\w.-]+)/([\w.-]+)/?(?:\.git)?(?:$|[?#]|/tree|/releases))",
      true);
  std::vector<const Link*> own;
  std::vector<const Link*> others;
  std::vector<std::string_view> urls;
  for (const Link& link : source.document().links) urls.push_back(link.url);
  const IndexedTexts indexed(urls);
  const std::string own_key = NameKey(draft->name);
  for (size_t i = 0; i < urls.size(); ++i) {
    const Link& link = source.document().links[i];
    const std::string_view url = indexed.Text(i);
    if (!IsWebLink(url) || IsPicture(url) || link.raw.empty() || !source.TrustedAt(link.text.begin)) continue;
    const size_t block = source.BlockAt(link.text.begin);
    if (block < source.document().blocks.size() && source.document().blocks[block].boilerplate) continue;
    const std::string_view text = std::string_view(source.lower()).substr(link.text.begin, link.text.size());
    const bool hub_of_tool = !HandleOfTool(url, *draft).empty();
    if (hub_of_tool && kSource.Matches(url)) draft->Add("repository", url, link.raw);
    if (link.image_only) continue;
    if (kDocs.Matches(text) || kDocsUrl.Matches(url)) draft->Add("documentation", url, link.raw);
    if (kDemo.Matches(text) || kDemo.Matches(url)) draft->Add("demo", url, link.raw);
    if (IsAside(url)) continue;
    const bool named = hub_of_tool || Contains(NameKey(url), own_key) || Contains(NameKey(text), own_key) ||
                       StartsWith(text, "download") || StartsWith(text, "http");
    (named ? own : others).push_back(&link);
  }
  for (const Link* link : own) draft->Add("links", link->url, link->raw);
  for (const Link* link : others) {
    if (draft->Count("links") < 4) draft->Add("links", link->url, link->raw);
  }
}

}  // namespace seaworthy
