#include "services/ingest/charset.h"

#include <iconv.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "services/ingest/media_type.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kHeadBytes = 4096;
constexpr size_t kMaxLabel = 40;

struct Label {
  std::string_view declared;
  const char* iconv_name;
};

// Labels of the Encoding Standard (https://encoding.spec.whatwg.org/) and the
// names glibc knows them by.
constexpr Label kLabels[] = {
    {"iso-8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"l1", "WINDOWS-1252"},
    {"us-ascii", "WINDOWS-1252"},
    {"ascii", "WINDOWS-1252"},
    {"windows-1252", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"latin2", "ISO-8859-2"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"iso-8859-15", "ISO-8859-15"},
    {"windows-1250", "WINDOWS-1250"},
    {"windows-1251", "WINDOWS-1251"},
    {"cp1251", "WINDOWS-1251"},
    {"windows-1253", "WINDOWS-1253"},
    {"windows-1254", "WINDOWS-1254"},
    {"windows-1255", "WINDOWS-1255"},
    {"windows-1256", "WINDOWS-1256"},
    {"windows-1257", "WINDOWS-1257"},
    {"windows-1258", "WINDOWS-1258"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"euc-jp", "EUC-JP"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"euc-kr", "CP949"},
    {"ks_c_5601-1987", "CP949"},
    {"macintosh", "MACINTOSH"},
    {"utf-16", "UTF-16LE"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
};

const char* IconvName(std::string_view charset) {
  for (const Label& label : kLabels) {
    if (label.declared == charset) return label.iconv_name;
  }
  return nullptr;
}

bool IsUtf8Name(std::string_view charset) {
  return charset == "utf-8" || charset == "utf8" || charset == "unicode-1-1-utf-8";
}

std::string CleanLabel(std::string_view label) {
  label = Strip(label);
  const size_t end = label.find_first_of("\"'; \t\r\n>?/");
  return Lower(label.substr(0, std::min({end, label.size(), kMaxLabel})));
}

// What follows `name`, white space and `=`, without a quote; empty if nothing.
std::string ValueAfter(std::string_view lower, std::string_view name) {
  for (size_t at = 0; (at = lower.find(name, at)) != lower.npos; at += name.size()) {
    std::string_view rest = Strip(lower.substr(at + name.size(), 80));
    if (!StartsWith(rest, "=")) continue;
    rest = Strip(rest.substr(1));
    if (!rest.empty() && (rest[0] == '"' || rest[0] == '\'')) rest.remove_prefix(1);
    return CleanLabel(rest);
  }
  return "";
}

std::string CharsetInMeta(std::string_view lower) {
  for (size_t at = 0; (at = lower.find("<meta", at)) != lower.npos; at += 5) {
    const size_t end = std::min(lower.find('>', at), lower.size());
    std::string charset = ValueAfter(lower.substr(at, end - at), "charset");
    if (!charset.empty()) return charset;
  }
  return "";
}

absl::Status Invalid(std::string_view reason) { return Reject("invalid_encoding", reason); }

struct CloseIconv {
  void operator()(void* converter) const { iconv_close(converter); }
};

absl::StatusOr<std::string> Convert(std::string_view bytes, const char* from, std::string_view name) {
  const iconv_t opened = iconv_open("UTF-8", from);
  // iconv's own failure value is no pointer.
  if (opened == reinterpret_cast<iconv_t>(-1)) {  // NOLINT(performance-no-int-to-ptr)
    return Invalid(Cat("the charset ", name, " cannot be read here; convert the document to UTF-8"));
  }
  const std::unique_ptr<void, CloseIconv> converter(opened);
  std::string text;
  char buffer[16384];
  std::string input(bytes);
  char* in = input.data();
  size_t left = input.size();
  while (left > 0) {
    char* out = buffer;
    size_t room = sizeof buffer;
    const size_t done = iconv(converter.get(), &in, &left, &out, &room);
    text.append(buffer, static_cast<size_t>(out - buffer));
    if (done != static_cast<size_t>(-1) || errno == E2BIG) continue;
    const size_t at = input.size() - left;
    if (errno == EINVAL) {
      return Invalid(Cat("the document ends within a character of ", name, ", which begins at byte ", at,
                         "; send all of it"));
    }
    return Invalid(Cat("byte ", at, " is no character of ", name,
                       ", the charset that the document declares; convert it to UTF-8"));
  }
  return text;
}

// Whether bytes that are not UTF-8 hold characters that can hardly be anything
// else: two encodings in one document.
bool MixesUtf8(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const unsigned char lead = static_cast<unsigned char>(bytes[at]);
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead == 0xC2 || lead == 0xC3 ? 2 : 1;
    if (length > 1 && at + length <= bytes.size() &&
        FindInvalidUtf8(bytes.substr(at, length)) == bytes.npos) {
      return true;
    }
    ++at;
  }
  return false;
}

bool StartsLikeUtf16(std::string_view bytes, bool little) {
  if (bytes.size() < 4) return false;
  const size_t text = little ? 0 : 1;
  const size_t zero = little ? 1 : 0;
  for (size_t i = 0; i < 4; i += 2) {
    if (bytes[i + zero] != '\0') return false;
  }
  return (bytes[text] == '<' || bytes[text] == '{' || bytes[text] == '[' || bytes[text] == '#') &&
         static_cast<unsigned char>(bytes[2 + text]) < 0x80 && bytes[2 + text] != '\0';
}

// Whether the bytes end within the character that begins at `bad`.
bool IsCut(std::string_view bytes, size_t bad) {
  const unsigned char lead = static_cast<unsigned char>(bytes[bad]);
  const size_t left = bytes.size() - bad;
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || left >= length) return false;
  for (size_t i = 1; i < left; ++i) {
    if ((static_cast<unsigned char>(bytes[bad + i]) & 0xC0) != 0x80) return false;
  }
  return true;
}

absl::StatusOr<std::string> ConvertDeclared(std::string_view bytes, std::string_view content_type,
                                            size_t bad) {
  const std::string charset = DeclaredCharset(bytes, content_type);
  if ((charset.empty() || IsUtf8Name(charset)) && IsCut(bytes, bad)) {
    return Invalid(Cat("the document ends within the character at byte ", bad, "; send all of it"));
  }
  if (charset.empty()) {
    return Invalid(Cat("byte ", bad, " is not valid UTF-8 and no charset is declared; convert the document ",
                       "to UTF-8 or declare its charset"));
  }
  if (IsUtf8Name(charset)) {
    return Invalid(
        Cat("byte ", bad, " is not valid UTF-8, which the document declares; convert it to UTF-8"));
  }
  const char* name = IconvName(charset);
  if (name == nullptr) {
    return Invalid(Cat("byte ", bad, " is not valid UTF-8 and the declared charset ",
                       Utf8Prefix(FindInvalidUtf8(charset) == charset.npos ? charset : "?", kMaxLabel),
                       " is not known; convert the document to UTF-8"));
  }
  if (std::string_view(name) == "WINDOWS-1252" && MixesUtf8(bytes)) {
    return Invalid(Cat("the document declares ", charset, " but mixes it with UTF-8 (byte ", bad,
                       " is not UTF-8); convert all of it to UTF-8"));
  }
  return Convert(bytes, name, charset);
}

}  // namespace

std::string DeclaredCharset(std::string_view bytes, std::string_view content_type) {
  const size_t parameters = content_type.find(';');
  if (parameters != content_type.npos) {
    std::string charset = ValueAfter(Lower(content_type.substr(parameters)), "charset");
    if (!charset.empty()) return charset;
  }
  const std::string head = Lower(Strip(bytes.substr(0, kHeadBytes)));
  if (StartsWith(head, "<?xml")) {
    const size_t end = std::min(head.find("?>"), head.size());
    std::string charset = ValueAfter(std::string_view(head).substr(0, end), "encoding");
    if (!charset.empty()) return charset;
  }
  return CharsetInMeta(head);
}

absl::StatusOr<std::string> ToUtf8(std::string_view bytes, std::string_view content_type) {
  if (StartsWith(bytes, "\xff\xfe")) return Convert(bytes.substr(2), "UTF-16LE", "utf-16");
  if (StartsWith(bytes, "\xfe\xff")) return Convert(bytes.substr(2), "UTF-16BE", "utf-16");
  if (StartsLikeUtf16(bytes, true)) return Convert(bytes, "UTF-16LE", "utf-16");
  if (StartsLikeUtf16(bytes, false)) return Convert(bytes, "UTF-16BE", "utf-16");
  const bool marked = StartsWith(bytes, "\xef\xbb\xbf");
  const std::string_view body = marked ? bytes.substr(3) : bytes;
  const size_t bad = FindInvalidUtf8(body);
  if (bad != body.npos) {
    if (marked) {
      return Invalid(Cat("byte ", bad + 3, " is not valid UTF-8, which the byte order mark declares; ",
                         "convert the document to UTF-8"));
    }
    return ConvertDeclared(body, content_type, bad);
  }
  // The one encoding whose text is ASCII bytes throughout.
  if (body.find('\x1b') != body.npos && DeclaredCharset(body, content_type) == "iso-2022-jp") {
    return Convert(body, "ISO-2022-JP", "iso-2022-jp");
  }
  return std::string(body);
}

}  // namespace seaworthy
