#include "services/ingest/document.h"

#include <utility>

#include "services/ingest/document_builder.h"
#include "services/ingest/front_matter.h"
#include "services/ingest/html_guard.h"
#include "services/ingest/html_reader.h"
#include "services/ingest/markdown_reader.h"
#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Plain text: the first short line is the title; blank lines part paragraphs.
class PlainTextReader {
 public:
  explicit PlainTextReader(Document* document) : document_(document), builder_(document) {}

  void Read(size_t start) {
    const std::string_view bytes = document_->bytes;
    size_t at = start;
    while (at < bytes.size()) {
      size_t end = bytes.find('\n', at);
      if (end == bytes.npos) end = bytes.size();
      Line({at, end});
      at = end + 1;
    }
    builder_.End();
  }

 private:
  void Line(Span span) {
    const std::string_view line = Strip(std::string_view(document_->bytes).substr(span.begin, span.size()));
    if (line.empty()) {
      builder_.End();
      return;
    }
    const size_t at = static_cast<size_t>(line.data() - document_->bytes.data());
    const bool heading = document_->blocks.empty() && !builder_.open() && line.size() <= 100 &&
                         line.back() != '.' && !Contains(line, ": ");
    if (!builder_.open() || heading) Open(line, heading);
    builder_.AddBreak();
    const size_t text = builder_.position();
    builder_.Add(line, OffsetMap::Identity(at, line.size()));
    Links(text);
    if (heading) builder_.End();
  }

  void Open(std::string_view line, bool heading) {
    Block block;
    if (heading) {
      block.kind = BlockKind::kHeading;
      block.level = 1;
    } else if (StartsWith(line, "- ") || StartsWith(line, "* ")) {
      block.kind = BlockKind::kListItem;
    }
    builder_.Begin(std::move(block));
  }

  // Addresses in the text added from `from` on.
  void Links(size_t from) {
    const std::string_view text = document_->text;
    size_t at = from;
    while ((at = text.find("http", at)) != text.npos) {
      size_t end = text.find_first_of(" \t\n\"'<>()[]", at);
      if (end == text.npos) end = text.size();
      while (end > at && Contains(".,;:!?", text.substr(end - 1, 1))) --end;
      const std::string_view url = text.substr(at, end - at);
      if (StartsWith(url, "http://") || StartsWith(url, "https://")) {
        const Span span{at, end};
        builder_.AddLink({span, std::string(url), document_->map.Raw(span).value_or(Span{}), false});
      }
      at = std::max(end, at + 4);
    }
  }

  Document* document_;
  DocumentBuilder builder_;
};

}  // namespace

absl::StatusOr<Document> ReadDocument(std::string bytes, std::string_view media_type,
                                      std::string_view file_name) {
  auto type = DetectMediaType(bytes, media_type, file_name);
  if (!type.ok()) return type.status();
  Document document;
  document.media_type = *std::move(type);
  document.bytes = std::move(bytes);
  const size_t start = StartsWith(document.bytes, "\xef\xbb\xbf") ? 3 : 0;
  const std::string_view all = document.bytes;
  if (document.media_type == "text/html") {
    if (absl::Status status = CheckHtmlShape(all.substr(start)); !status.ok()) return status;
    DocumentBuilder builder(&document);
    const OffsetMap map = OffsetMap::Identity(start, all.size() - start);
    ReadHtml(all.substr(start), map, {}, &builder, &document);
    builder.End();
  } else {
    const size_t body = ReadFrontMatter(all, start, &document);
    if (document.media_type == "text/markdown") {
      if (absl::Status status = ReadMarkdown(body, &document); !status.ok()) return status;
    } else {
      PlainTextReader(&document).Read(body);
    }
  }
  if (document.blocks.empty() && document.fields.empty()) {
    return Reject("empty_document", "the document shows no text to a reader; send the announcement itself");
  }
  return document;
}

}  // namespace seaworthy
