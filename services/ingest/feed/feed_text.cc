#include "services/ingest/feed/feed_text.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>

#include "services/ingest/html_reader.h"
#include "services/ingest/media_type.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxTitleInput = 4000;
constexpr size_t kTailBytes = 160;

bool IsWeb(std::string_view url) {
  return StartsWith(Lower(url.substr(0, 8)), "https://") || StartsWith(Lower(url.substr(0, 7)), "http://");
}

// As announcements' source_url must be.
std::string Checked(std::string url) {
  url = ReplaceAll(url, " ", "%20");
  if (url.size() > kMaxUrlBytes || !IsWeb(url)) return "";
  const size_t host = url.find("//") + 2;
  if (host >= url.size() || Contains("/?#", url.substr(host, 1))) return "";
  const bool bad = std::any_of(url.begin(), url.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '<' || c == '>' || c == '"';
  });
  if (bad || FindInvalidUtf8(url) != url.npos) return "";
  for (char& c : url) {
    if (c == ':') break;
    c = IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return url;
}

bool IsHtmlTag(std::string_view name) {
  static constexpr std::array<std::string_view, 36> kNames = {
      "a",      "abbr",   "article", "b",   "blockquote", "br", "code", "div",  "em",
      "figure", "font",   "h1",      "h2",  "h3",         "h4", "hr",   "i",    "img",
      "li",     "ol",     "p",       "pre", "q",          "s",  "sec",  "span", "strike",
      "small",  "strong", "sub",     "sup", "table",      "tt", "u",    "ul",   "mark"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Whether an HTML tag begins at `at`, where `<` stands.
bool TagAt(std::string_view text, size_t at) {
  size_t begin = at + 1;
  if (begin < text.size() && text[begin] == '/') ++begin;
  size_t end = begin;
  while (end < text.size() && end - begin < 12 && IsAlnum(text[end])) ++end;
  if (end == begin || end >= text.size()) return false;
  return (text[end] == '>' || text[end] == '/' || IsSpace(text[end])) &&
         IsHtmlTag(Lower(text.substr(begin, end - begin)));
}

bool HasTag(std::string_view text) {
  for (size_t at = 0; (at = text.find('<', at)) != text.npos; ++at) {
    if (TagAt(text, at)) return true;
  }
  return false;
}

bool HasEntity(std::string_view text) {
  for (size_t at = 0; (at = text.find('&', at)) != text.npos; ++at) {
    size_t end = at + 1;
    while (end < text.size() && end - at < 12 && (IsAlnum(text[end]) || text[end] == '#')) ++end;
    if (end > at + 1 && end < text.size() && text[end] == ';') return true;
  }
  return false;
}

// The last bytes a reader sees, lower case, tags left out.
std::string VisibleTail(std::string_view content, bool html) {
  std::string tail;
  bool in_tag = false;
  for (size_t i = content.size(); i > 0 && tail.size() < kTailBytes; --i) {
    const char c = content[i - 1];
    if (html && c == '>') in_tag = true;
    if (!in_tag) tail.push_back(c);
    if (html && c == '<') in_tag = false;
  }
  std::reverse(tail.begin(), tail.end());
  return Lower(Strip(tail));
}

}  // namespace

std::string CleanText(std::string_view text, size_t size) {
  std::string clean;
  clean.reserve(std::min(text.size(), size));
  while (!text.empty() && clean.size() < size) {
    const size_t good = std::min(FindInvalidUtf8(text), text.size());
    for (char c : text.substr(0, good)) {
      const unsigned char byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 ? byte != 0x7F : c == '\n' || c == '\t' || c == '\r') clean.push_back(c);
    }
    if (good == text.size()) break;
    clean.append("\xef\xbf\xbd");
    text.remove_prefix(good + 1);
    while (!text.empty() && (static_cast<unsigned char>(text[0]) & 0xC0) == 0x80) text.remove_prefix(1);
  }
  return std::string(Utf8Prefix(clean, size));
}

bool HasMarkup(std::string_view text) { return HasTag(text) || HasEntity(text); }

std::string TitleText(std::string_view text) {
  std::string title = CleanText(Strip(text), kMaxTitleInput);
  if (HasTag(title)) {
    std::string escaped;
    for (size_t i = 0; i < title.size(); ++i) {
      if (title[i] == '<' && !TagAt(title, i)) {
        escaped.append("&lt;");
      } else {
        escaped.push_back(title[i]);
      }
    }
    title = PlainText(escaped);
  } else if (HasEntity(title)) {
    title = PlainText(ReplaceAll(title, "<", "&lt;"));
  }
  return std::string(Strip(Utf8Prefix(OneLine(title), 500)));
}

std::string ResolveUrl(std::string_view base, std::string_view reference) {
  reference = Strip(reference);
  if (reference.empty() || reference.size() > kMaxUrlBytes) return "";
  if (IsWeb(reference)) return Checked(std::string(reference));
  if (base.empty()) return "";
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, std::string(base).c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, ReplaceAll(reference, " ", "%20").c_str(), 0) != CURLUE_OK) {
    return "";
  }
  char* resolved = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &resolved, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, void (*)(void*)> owned(resolved, curl_free);
  return Checked(resolved);
}

size_t VisibleLength(std::string_view content, bool html) {
  size_t length = 0;
  bool in_tag = false;
  for (char c : content) {
    if (html && c == '<') in_tag = true;
    if (!in_tag && !IsSpace(c)) ++length;
    if (html && c == '>') in_tag = false;
  }
  return length;
}

bool EndsAsTeaser(std::string_view content, bool html) {
  std::string tail = VisibleTail(content, html);
  // WordPress puts a line of its own below every teaser.
  const size_t footer = tail.rfind("the post ");
  if (footer != tail.npos && Contains(std::string_view(tail).substr(footer), "appeared first on")) {
    tail.resize(footer);
  }
  std::string_view rest = tail;
  for (bool more = true; more;) {
    more = false;
    for (std::string_view mark :
         {" ", "\n", "]", ")", "\xe2\x86\x92", "\xc2\xbb", "&rarr;", "&raquo;", "&nbsp;"}) {
      if (!EndsWith(rest, mark)) continue;
      rest.remove_suffix(mark.size());
      more = true;
    }
  }
  for (std::string_view end :
       {"\xe2\x80\xa6", "...", "&hellip;", "&#8230;", "&#x2026;", "read more", "read more.",
        "continue reading", "read the full post", "read the full article"}) {
    if (EndsWith(rest, end)) return true;
  }
  return false;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (char c : text) {
    switch (c) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

}  // namespace seaworthy
