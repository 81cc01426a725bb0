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
  for (const Link& link : source.document().links) {
    if (!IsWebLink(link.url) || IsPicture(link.url) || link.raw.empty() || !source.TrustedAt(link.text.begin))
      continue;
    const size_t block = source.BlockAt(link.text.begin);
    if (block < source.document().blocks.size() && source.document().blocks[block].boilerplate) continue;
    const std::string text = Lower(source.Text(link.text));
    if (const auto repository = kSource.Find(link.url);
        repository && !HandleOfTool(link.url, *draft).empty()) {
      draft->Add("repository", link.url, link.raw);
    }
    if (link.image_only) continue;
    if (kDocs.Matches(text) || kDocsUrl.Matches(link.url)) draft->Add("documentation", link.url, link.raw);
    if (kDemo.Matches(text) || kDemo.Matches(link.url)) draft->Add("demo", link.url, link.raw);
    if (IsAside(link.url)) continue;
    const bool named = !HandleOfTool(link.url, *draft).empty() ||
                       Contains(NameKey(link.url), NameKey(draft->name)) ||
                       Contains(NameKey(text), NameKey(draft->name)) || StartsWith(text, "download") ||
                       StartsWith(text, "http");
    (named ? own : others).push_back(&link);
  }
  for (const Link* link : own) draft->Add("links", link->url, link->raw);
  for (const Link* link : others) {
    if (draft->Count("links") < 4) draft->Add("links", link->url, link->raw);
  }
}

}  // namespace seaworthy
