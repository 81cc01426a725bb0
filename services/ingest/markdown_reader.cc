#include "services/ingest/markdown_reader.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/ingest/badge.h"
#include "services/ingest/document_builder.h"
#include "services/ingest/html_guard.h"
#include "services/ingest/html_reader.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using NodePtr = std::unique_ptr<cmark_node, void (*)(cmark_node*)>;

NodePtr Parse(std::string_view text) {
  static std::once_flag once;
  std::call_once(once, cmark_gfm_core_extensions_ensure_registered);
  std::unique_ptr<cmark_parser, void (*)(cmark_parser*)> parser(cmark_parser_new(CMARK_OPT_DEFAULT),
                                                                &cmark_parser_free);
  for (const char* name : {"table", "strikethrough", "autolink"}) {
    if (auto* extension = cmark_find_syntax_extension(name)) {
      cmark_parser_attach_syntax_extension(parser.get(), extension);
    }
  }
  cmark_parser_feed(parser.get(), text.data(), text.size());
  return {cmark_parser_finish(parser.get()), &cmark_node_free};
}

std::string_view Literal(cmark_node* node) {
  const char* literal = cmark_node_get_literal(node);
  return literal == nullptr ? std::string_view() : std::string_view(literal);
}

// Name of the tag that `html` begins with, lower case.
std::string TagName(std::string_view html) {
  size_t begin = StartsWith(html, "</") ? 2 : 1;
  size_t end = begin;
  while (end < html.size() && IsAlnum(html[end])) ++end;
  return Lower(html.substr(std::min(begin, html.size()), end - std::min(begin, end)));
}

class Reader {
 public:
  Reader(size_t start, Document* document) : raw_(document->bytes), document_(document), builder_(document) {
    lines_.push_back(start);
    for (size_t at = start; (at = raw_.find('\n', at)) != raw_.npos; ++at) lines_.push_back(at + 1);
    cursor_ = start;
    limit_ = raw_.size();
  }

  absl::Status Read(cmark_node* root) {
    std::unique_ptr<cmark_iter, void (*)(cmark_iter*)> iter(cmark_iter_new(root), &cmark_iter_free);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter.get())) != CMARK_EVENT_DONE) {
      cmark_node* node = cmark_iter_get_node(iter.get());
      if (event == CMARK_EVENT_EXIT) {
        Exit(node);
      } else if (absl::Status status = Enter(node); !status.ok()) {
        return status;
      }
    }
    builder_.End();
    return absl::OkStatus();
  }

 private:
  // cmark counts lines and columns from 1.
  size_t LineBegin(int line) const {
    const size_t index = static_cast<size_t>(std::max(line, 1) - 1);
    return index < lines_.size() ? lines_[index] : raw_.size();
  }

  void SetRange(cmark_node* node) {
    const size_t begin = LineBegin(cmark_node_get_start_line(node));
    cursor_ = std::max(cursor_, begin);
    limit_ = std::max(cursor_, LineBegin(cmark_node_get_end_line(node) + 1));
  }

  absl::Status Enter(cmark_node* node) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING) {
      OpenText(node, type);
    } else if (type == CMARK_NODE_CODE_BLOCK) {
      CodeBlock(node);
    } else if (type == CMARK_NODE_HTML_BLOCK) {
      return HtmlBlock(node);
    } else if (type == CMARK_NODE_ITEM) {
      ++items_;
    } else if (type == CMARK_NODE_BLOCK_QUOTE) {
      ++quotes_;
    } else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
      const size_t begin = builder_.position();
      Add(Literal(node));
      if (type == CMARK_NODE_CODE) builder_.AddEmphasis(begin);
    } else if (type == CMARK_NODE_STRONG || type == CMARK_NODE_EMPH) {
      emphasis_.push_back(builder_.position());
    } else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) {
      builder_.AddBreak();
    } else if (type == CMARK_NODE_HTML_INLINE) {
      return HtmlInline(node);
    } else if (type == CMARK_NODE_LINK) {
      links_.push_back({builder_.position(), images_seen_});
    } else if (type == CMARK_NODE_IMAGE) {
      ++images_;
      ++images_seen_;
    } else {
      EnterTable(node);
    }
    return absl::OkStatus();
  }

  void EnterTable(cmark_node* node) {
    const std::string_view name = cmark_node_get_type_string(node);
    if (name == "table") {
      table_ = builder_.NextTable();
      row_ = -1;
    } else if (name == "table_row" || name == "table_header") {
      ++row_;
      column_ = -1;
      SetRange(node);
    } else if (name == "table_cell") {
      Block block;
      block.kind = BlockKind::kTableCell;
      block.table = table_;
      block.row = row_;
      block.column = ++column_;
      if (hidden_.empty()) builder_.Begin(std::move(block));
    }
  }

  void OpenText(cmark_node* node, cmark_node_type type) {
    SetRange(node);
    Block block;
    if (type == CMARK_NODE_HEADING) {
      block.kind = BlockKind::kHeading;
      block.level = cmark_node_get_heading_level(node);
    } else {
      block.kind = items_ > 0    ? BlockKind::kListItem
                   : quotes_ > 0 ? BlockKind::kQuote
                                 : BlockKind::kParagraph;
    }
    if (hidden_.empty()) builder_.Begin(std::move(block));
  }

  void Exit(cmark_node* node) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING ||
        std::string_view(cmark_node_get_type_string(node)) == "table_cell") {
      builder_.End();
      inline_links_.clear();
    } else if (type == CMARK_NODE_ITEM) {
      --items_;
    } else if (type == CMARK_NODE_BLOCK_QUOTE) {
      --quotes_;
    } else if ((type == CMARK_NODE_STRONG || type == CMARK_NODE_EMPH) && !emphasis_.empty()) {
      builder_.AddEmphasis(emphasis_.back());
      emphasis_.pop_back();
    } else if (type == CMARK_NODE_LINK) {
      CloseLink(node);
    } else if (type == CMARK_NODE_IMAGE) {
      --images_;
      Report("link_title", Title(node));
      const char* url = cmark_node_get_url(node);
      const Span raw = SkipUrl(url);
      const std::string license = url == nullptr ? "" : LicenseOfBadge(url);
      if (!license.empty() && !raw.empty() && hidden_.empty()) {
        document_->fields.push_back({"badge.license", license, raw});
      }
    }
  }

  // Moves past a link's destination, so that text after it is not found in it.
  Span SkipUrl(const char* url) {
    const std::string_view target = url == nullptr ? "" : url;
    if (target.empty()) return {};
    OffsetMap map;
    const auto end = AlignAfter(raw_, cursor_, limit_, target, 0, &map);
    if (!end) return {};
    cursor_ = *end;
    return map.Raw({0, target.size()}).value_or(Span{});
  }

  void CloseLink(cmark_node* node) {
    if (links_.empty()) return;
    const OpenLink open = links_.back();
    links_.pop_back();
    const char* url = cmark_node_get_url(node);
    Report("link_title", Title(node));
    const size_t end = builder_.position();
    Link link;
    link.text = {std::min(open.begin, end), end};
    link.url = url == nullptr ? "" : url;
    const std::string_view shown = document_->TextOf(link.text);
    link.image_only = images_seen_ > open.images && Strip(shown).empty();
    // An autolink's text is its address.
    if (shown == link.url) {
      link.raw = document_->map.Raw(link.text).value_or(Span{});
    } else {
      link.raw = SkipUrl(url);
      if (link.raw.empty()) link.raw = document_->map.Raw(link.text).value_or(Span{});
    }
    if (hidden_.empty() && images_ == 0) builder_.AddLink(std::move(link));
  }

  void Add(std::string_view literal) {
    OffsetMap map;
    // White space at the ends may have been taken off by the parser.
    const auto end = AlignAfter(raw_, cursor_, limit_, literal, 0, &map);
    if (end) cursor_ = *end;
    if (!hidden_.empty()) return Report(hidden_.back().kind, literal);
    if (images_ > 0) return Report("alt_text", literal);
    builder_.Add(literal, map);
  }

  static std::string_view Title(cmark_node* node) {
    const char* title = cmark_node_get_title(node);
    return title == nullptr ? std::string_view() : std::string_view(title);
  }

  void Report(std::string_view kind, std::string_view text) {
    if (!kind.empty()) document_->hidden.Add(kind, text);
  }

  void CodeBlock(cmark_node* node) {
    SetRange(node);
    if (!hidden_.empty()) return Report(hidden_.back().kind, Literal(node));
    Block block;
    block.kind = BlockKind::kCode;
    const char* info = cmark_node_get_fence_info(node);
    const std::string_view language = info == nullptr ? "" : info;
    if (language.find(' ') != language.npos) Report("fence_info", language.substr(language.find(' ')));
    block.info = std::string(language.substr(0, std::min<size_t>(language.find_first_of(" \t{,"), 40)));
    if (!language.empty())
      cursor_ = std::max(cursor_, std::min(LineBegin(cmark_node_get_start_line(node) + 1), limit_));
    builder_.Begin(std::move(block));
    Add(Literal(node));
    builder_.End();
  }

  absl::Status HtmlBlock(cmark_node* node) {
    SetRange(node);
    std::string_view html = Literal(node);
    OffsetMap map;
    AlignAfter(raw_, cursor_, limit_, html, 0, &map);
    const size_t skipped = SkipHidden(html);
    if (!hidden_.empty()) return absl::OkStatus();
    const std::string_view rest = html.substr(skipped);
    if (absl::Status status = CheckHtmlShape(rest); !status.ok()) return status;
    OffsetMap shifted;
    OffsetMap::Identity(skipped, rest.size()).Compose(map, &shifted);
    hidden_ = ReadHtml(rest, shifted, {.fragment = true}, &builder_, document_);
    builder_.End();
    return absl::OkStatus();
  }

  // Past the end tags of what is hidden, as far as they stand in `html`.
  size_t SkipHidden(std::string_view html) {
    const std::string lower = Lower(html);
    size_t skipped = 0;
    while (!hidden_.empty()) {
      const size_t at = lower.find('<', skipped);
      const size_t end = at == lower.npos ? lower.size() : at;
      Report(hidden_.back().kind, html.substr(skipped, end - skipped));
      if (at == lower.npos) return html.size();
      const std::string_view tag = std::string_view(lower).substr(at);
      const size_t close = lower.find('>', at);
      skipped = close == lower.npos ? lower.size() : close + 1;
      CountHidden(tag, TagName(tag));
    }
    return skipped;
  }

  // Keeps `hidden_` up to date with a tag that stands in what is hidden.
  void CountHidden(std::string_view tag, const std::string& name) {
    if (name != hidden_.back().name) return;
    if (StartsWith(tag, "</")) {
      hidden_.pop_back();
    } else {
      hidden_.push_back(HiddenTag(hidden_.back()));
    }
  }

  // One tag or comment between words.
  absl::Status HtmlInline(cmark_node* node) {
    const std::string_view html = Literal(node);
    OffsetMap map;
    if (const auto end = AlignAfter(raw_, cursor_, limit_, html, 0, &map)) cursor_ = *end;
    if (StartsWith(html, "<!") || StartsWith(html, "<?")) {
      Report("html_comment", CommentText(html));
      return absl::OkStatus();
    }
    const std::string name = TagName(html);
    if (!hidden_.empty()) {
      CountHidden(html, name);
      if (name == "a" && StartsWith(html, "</")) CloseInlineLink();
      return absl::OkStatus();
    }
    if (StartsWith(html, "</")) {
      if (name == "a") CloseInlineLink();
      return absl::OkStatus();
    }
    if (name == "br") builder_.AddBreak();
    if (name == "img") ++images_seen_;
    return OpenInline(html, name, map);
  }

  // Lets gumbo read the tags that may hide text or open a link.
  absl::Status OpenInline(std::string_view html, const std::string& name, const OffsetMap& map) {
    static constexpr std::string_view kPlain[] = {"br", "b", "i", "em", "strong", "sub", "sup", "code", "p"};
    const bool plain = std::find(std::begin(kPlain), std::end(kPlain), name) != std::end(kPlain);
    if (name == "br" || (plain && html.find_first_of(" \t\r\n\f/") == html.npos)) return absl::OkStatus();
    if (absl::Status status = CheckHtmlShape(html); !status.ok()) return status;
    Document piece;
    DocumentBuilder builder(&piece);
    const std::string closed = Cat(html, "x");
    HiddenTags hidden = ReadHtml(closed, map, {.fragment = true}, &builder, &piece);
    hidden_.insert(hidden_.end(), hidden.begin(), hidden.end());
    ReportAttributes(piece);
    if (name == "a" && !piece.links.empty()) {
      Link link = std::move(piece.links.front());
      link.text = {builder_.position(), builder_.position()};
      inline_links_.push_back({std::move(link), images_seen_});
    }
    return absl::OkStatus();
  }

  // What a tag's attributes hide; its "x" is ours.
  void ReportAttributes(const Document& piece) {
    for (const auto& [kind, run] : piece.hidden.runs()) {
      if (kind == "alt_text") Report(kind, run.excerpt);
    }
  }

  static std::string_view CommentText(std::string_view html) {
    for (std::string_view begin : {"<!--", "<!", "<?"}) {
      if (!StartsWith(html, begin)) continue;
      html.remove_prefix(begin.size());
      break;
    }
    for (std::string_view end : {"-->", "?>", ">"}) {
      if (!EndsWith(html, end)) continue;
      html.remove_suffix(end.size());
      break;
    }
    return html;
  }

  void CloseInlineLink() {
    if (inline_links_.empty()) return;
    auto [link, images] = std::move(inline_links_.back());
    inline_links_.pop_back();
    link.text.end = builder_.position();
    link.text.begin = std::min(link.text.begin, link.text.end);
    link.image_only = images_seen_ > images && Strip(document_->TextOf(link.text)).empty();
    builder_.AddLink(std::move(link));
  }

  struct OpenLink {
    size_t begin;
    int images;
  };
  std::string_view raw_;
  Document* document_;
  DocumentBuilder builder_;
  std::vector<size_t> lines_;
  size_t cursor_ = 0;  // Everything before it has been read.
  size_t limit_ = 0;   // Where the block at hand ends.
  std::vector<OpenLink> links_;
  std::vector<size_t> emphasis_;
  std::vector<std::pair<Link, int>> inline_links_;
  HiddenTags hidden_;
  int items_ = 0;
  int quotes_ = 0;
  int images_ = 0;
  int images_seen_ = 0;
  int table_ = -1;
  int row_ = -1;
  int column_ = -1;
};

// Link definitions show nothing: `[//]: # (words for nobody)`.
void ReportDefinitions(std::string_view text, HiddenTexts* hidden) {
  bool code = false;
  for (std::string_view line : Split(text, '\n')) {
    const size_t indent = line.find_first_not_of(' ');
    if (indent > 3) continue;  // Nor where there is no letter: npos.
    line.remove_prefix(indent);
    if (StartsWith(line, "```") || StartsWith(line, "~~~")) code = !code;
    if (code || line[0] != '[') continue;
    const size_t label = line.find("]:");
    if (label > 200) continue;
    const std::string_view rest = Strip(line.substr(label + 2));
    const size_t title = rest.find_first_of(" \t");
    if (title == rest.npos || !Contains("\"'(", Strip(rest.substr(title)).substr(0, 1))) continue;
    hidden->Add("link_title",
                StartsWith(rest, "#") || StartsWith(rest, "<>") ? rest : Strip(rest.substr(title)));
  }
}

}  // namespace

absl::Status ReadMarkdown(size_t start, Document* document) {
  const std::string_view text = std::string_view(document->bytes).substr(start);
  if (absl::Status status = CheckMarkdownShape(text); !status.ok()) return status;
  const NodePtr root = Parse(text);
  ReportDefinitions(text, &document->hidden);
  return Reader(start, document).Read(root.get());
}

absl::StatusOr<std::string> MarkdownToHtml(std::string_view markdown) {
  if (absl::Status status = CheckMarkdownShape(markdown); !status.ok()) return status;
  const NodePtr root = Parse(markdown);
  const std::unique_ptr<char, void (*)(void*)> html(
      cmark_render_html(root.get(), CMARK_OPT_UNSAFE, /*extensions=*/nullptr), &std::free);
  return std::string(html.get());
}

}  // namespace seaworthy
