#include "services/ingest/media_type.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "services/ingest/charset.h"
#include "services/ingest/document.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view what;
};

constexpr Magic kMagics[] = {
    {{"PK\x03\x04", 4}, "a ZIP archive"},
    {{"PK\x05\x06", 4}, "a ZIP archive"},
    {{"\x1f\x8b", 2}, "gzip data"},
    {{"BZh", 3}, "bzip2 data"},
    {{"\xfd\x37zXZ", 5}, "xz data"},
    {{"7z\xbc\xaf", 4}, "a 7-Zip archive"},
    {{"\x28\xb5\x2f\xfd", 4}, "zstd data"},
    {{"%PDF-", 5}, "a PDF file"},
    {{"\x89PNG", 4}, "a PNG picture"},
    {{"\xff\xd8\xff", 3}, "a JPEG picture"},
    {{"GIF8", 4}, "a GIF picture"},
    {{"\x7f"
      "ELF",
      4},
     "a program"},
    {{"Rar!", 4}, "a RAR archive"},
    {{"GGUF", 4}, "a GGUF weights file"},
    {{"SQLite format 3", 15}, "a SQLite database"},
};

// Control characters that no text needs.
size_t CountControls(std::string_view bytes) {
  size_t count = 0;
  for (char c : bytes) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) continue;
    if (c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != '\v') ++count;
  }
  return count;
}

absl::Status CheckEncoding(std::string_view bytes, std::string_view declared) {
  if (StartsWith(bytes, "\xff\xfe") || StartsWith(bytes, "\xfe\xff")) {
    return Reject("invalid_encoding", "the document is UTF-16; convert it to UTF-8 and send it again");
  }
  if (const size_t nul = bytes.find('\0'); nul != bytes.npos) {
    return Reject("binary_content", Cat("byte ", nul, " is NUL; send text, Markdown or HTML in UTF-8"));
  }
  if (const size_t bad = FindInvalidUtf8(bytes); bad != bytes.npos) {
    // Says more where a charset is declared.
    if (auto converted = ToUtf8(bytes, declared); !converted.ok()) return converted.status();
    return Reject("invalid_encoding",
                  Cat("byte ", bad, " is not valid UTF-8; convert the document to UTF-8"));
  }
  const size_t controls = CountControls(bytes);
  if (controls > 16 + bytes.size() / 64) {
    return Reject("binary_content",
                  Cat("the document has ", controls, " control characters; send text, Markdown or HTML"));
  }
  return absl::OkStatus();
}

// The first 4 KiB without byte order mark and leading white space, lower case.
std::string Head(std::string_view bytes) {
  if (StartsWith(bytes, "\xef\xbb\xbf")) bytes.remove_prefix(3);
  bytes = Strip(bytes.substr(0, 8192));
  return Lower(bytes.substr(0, 4096));
}

constexpr std::string_view kFeedReason =
    "the document is a feed of many announcements; send the page or file of one entry instead";

absl::Status CheckFeed(const std::string& head, std::string_view declared) {
  const bool xml = StartsWith(head, "<?xml") || StartsWith(head, "<rss") || StartsWith(head, "<feed") ||
                   StartsWith(head, "<rdf:rdf");
  const bool html = Contains(head, "<html") || Contains(head, "<!doctype html");
  if (Contains(head, "<!entity") && !html) {
    return Reject("xml_entities_forbidden",
                  "the document declares XML entities, which are never expanded; send it without a DTD");
  }
  const bool json = StartsWith(head, "{");
  if (json && Contains(head, "jsonfeed.org/version")) return Reject("feed_not_supported", kFeedReason);
  if (declared == "application/rss+xml" || declared == "application/atom+xml" ||
      declared == "application/feed+json") {
    return Reject("feed_not_supported", kFeedReason);
  }
  if (!xml || html) return absl::OkStatus();
  if (Contains(head, "<rss") || Contains(head, "<feed") || Contains(head, "<rdf:rdf")) {
    return Reject("feed_not_supported", kFeedReason);
  }
  return Reject("unsupported_media_type", "the document is XML but no page; send text, Markdown or HTML");
}

bool HasExtension(std::string_view file_name, std::initializer_list<std::string_view> extensions) {
  const std::string lower = Lower(file_name);
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](std::string_view extension) { return EndsWith(lower, extension); });
}

bool LooksLikeHtml(const std::string& head) {
  for (std::string_view start : {"<!doctype html", "<html", "<head", "<body", "<?xml"}) {
    if (StartsWith(head, start)) return true;
  }
  return StartsWith(head, "<!--") && Contains(head, "<html");
}

}  // namespace

absl::Status CheckBinary(std::string_view bytes) {
  for (const Magic& magic : kMagics) {
    if (StartsWith(bytes, magic.bytes)) {
      return Reject("unsupported_media_type",
                    Cat("the document is ", magic.what, "; send text, Markdown or HTML"));
    }
  }
  return absl::OkStatus();
}

size_t FindInvalidUtf8(std::string_view bytes) {
  size_t i = 0;
  const auto continues = [&](size_t at, unsigned char low, unsigned char high) {
    if (at >= bytes.size()) return false;
    const unsigned char c = static_cast<unsigned char>(bytes[at]);
    return c >= low && c <= high;
  };
  while (i < bytes.size()) {
    // Eight characters of ASCII at once.
    for (uint64_t eight; i + sizeof eight <= bytes.size(); i += sizeof eight) {
      std::memcpy(&eight, bytes.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080) != 0) break;
    }
    if (i >= bytes.size()) break;
    const unsigned char c = static_cast<unsigned char>(bytes[i]);
    size_t length = 1;
    bool valid = true;
    if (c >= 0xC2 && c <= 0xDF) {
      length = 2;
    } else if (c >= 0xE0 && c <= 0xEF) {
      length = 3;
      valid = continues(i + 1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF);
    } else if (c >= 0xF0 && c <= 0xF4) {
      length = 4;
      valid = continues(i + 1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF);
    } else if (c >= 0x80) {
      return i;
    }
    for (size_t k = 1; valid && k < length; ++k) valid = continues(i + k, 0x80, 0xBF);
    if (!valid) return i;
    i += length;
  }
  return bytes.npos;
}

absl::StatusOr<std::string> DetectMediaType(std::string_view bytes, std::string_view declared,
                                            std::string_view file_name) {
  if (bytes.size() > kMaxDocumentBytes) {
    return Reject("document_too_large", Cat("the document has ", bytes.size(), " bytes, more than ",
                                            kMaxDocumentBytes, "; send the announcement only"));
  }
  if (absl::Status status = CheckBinary(bytes); !status.ok()) return status;
  if (absl::Status status = CheckEncoding(bytes, declared); !status.ok()) return status;
  const std::string head = Head(bytes);
  if (head.empty()) return Reject("empty_document", "the document holds no text; send the announcement");
  const std::string type = Lower(Strip(declared.substr(0, declared.find(';'))));
  if (absl::Status status = CheckFeed(head, type); !status.ok()) return status;

  if (type == "text/html" || type == "application/xhtml+xml") return "text/html";
  if (type == "text/markdown" || type == "text/x-markdown") return "text/markdown";
  const bool generic = type.empty() || type == "text/plain" || type == "application/octet-stream" ||
                       type == "application/x-www-form-urlencoded";
  if (!generic) {
    return Reject("unsupported_media_type", Cat("media type ", type.substr(0, 100),
                                                " is not read; send text/plain, text/markdown or text/html"));
  }
  if (HasExtension(file_name, {".html", ".htm", ".xhtml"})) return "text/html";
  if (HasExtension(file_name, {".md", ".mdx", ".markdown", ".mdown", ".qmd"})) return "text/markdown";
  if (HasExtension(file_name, {".json", ".jsonl", ".ndjson", ".csv", ".tsv"}) ||
      (StartsWith(head, "{\"") && file_name.empty())) {
    return Reject("unsupported_media_type", "the document is data; send text, Markdown or HTML");
  }
  if (LooksLikeHtml(head)) return "text/html";
  if (type == "text/plain" || HasExtension(file_name, {".txt", ".text"})) return "text/plain";
  return "text/markdown";
}

}  // namespace seaworthy
