#include <algorithm>
#include <string>
#include <string_view>

#include "services/ingest/feed/feed.h"
#include "services/ingest/feed/feed_text.h"
#include "services/ingest/markdown_reader.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// `v1.2.0`, `1.2`, `2024-05-01`: no name of anything.
bool IsVersionOnly(std::string_view title) {
  if (!title.empty() && (title[0] == 'v' || title[0] == 'V')) title.remove_prefix(1);
  return !title.empty() && IsDigit(title[0]) && !Contains(title, " ");
}

// The R of `https://github.com/O/R/releases/...`.
std::string_view Repository(std::string_view link) {
  constexpr std::string_view kSite = "https://github.com/";
  if (!StartsWith(link, kSite)) return {};
  const auto parts = Split(link.substr(kSite.size()), '/');
  return parts.size() >= 3 && parts[2] == "releases" ? parts[1] : std::string_view();
}

// Release notes are often called by their version alone.
std::string Heading(const FeedEntry& entry) {
  const std::string_view repository = Repository(entry.link);
  if (repository.empty() || !IsVersionOnly(entry.title)) return entry.title;
  return Cat(repository, " ", entry.title);
}

std::string Paragraphs(std::string_view text) {
  std::string html;
  bool open = false;
  for (std::string_view line : Split(text, '\n')) {
    line = Strip(line);
    if (line.empty()) {
      if (open) html += "</p>\n";
      open = false;
      continue;
    }
    html += open ? "<br>\n" : "<p>";
    html += EscapeHtml(line);
    open = true;
  }
  if (open) html += "</p>\n";
  return html;
}

std::string Content(const FeedEntry& entry) {
  if (entry.content_type == "text/html") return entry.content;
  if (entry.content_type == "text/markdown") {
    auto html = MarkdownToHtml(entry.content);
    if (html.ok()) return *std::move(html);
  }
  return Paragraphs(entry.content);
}

}  // namespace

std::string EntryDocument(const Feed& feed, const FeedEntry& entry) {
  const std::string title = EscapeHtml(Heading(entry));
  std::string html = "<!DOCTYPE html>\n<html";
  const std::string& language = entry.language.empty() ? feed.language : entry.language;
  if (!language.empty()) html += Cat(" lang=\"", EscapeHtml(language), "\"");
  html += "><head><meta charset=\"utf-8\">";
  if (!title.empty()) html += Cat("<title>", title, "</title>");
  if (!feed.title.empty())
    html += Cat("<meta property=\"og:site_name\" content=\"", EscapeHtml(feed.title), "\">");
  if (!entry.author.empty()) html += Cat("<meta name=\"author\" content=\"", EscapeHtml(entry.author), "\">");
  if (!entry.link.empty()) html += Cat("<base href=\"", EscapeHtml(entry.link), "\">");
  html += "</head>\n<body><article>\n";
  if (!title.empty()) html += Cat("<h1>", title, "</h1>\n");
  if (!entry.published.empty()) {
    html += Cat("<p><time datetime=\"", entry.published, "\">", entry.published, "</time></p>\n");
  }
  html += Cat("<div>\n", Content(entry), "\n</div>\n</article></body></html>\n");
  return html;
}

}  // namespace seaworthy
