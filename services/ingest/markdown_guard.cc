#include <algorithm>

#include "services/ingest/markdown_reader.h"
#include "services/ingest/rejection.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr int kMaxContainers = 100;
constexpr int kMaxColumns = 512;
constexpr int kMaxBrackets = 20'000;
constexpr size_t kLongWord = 2000;
constexpr size_t kMaxAddressScans = 128 * 1024 * 1024;
constexpr size_t kMaxScans = 64 * 1024 * 1024;

absl::Status TooDeep(size_t line, std::string_view what) {
  return Reject("nested_too_deeply", Cat("line ", line, " has ", what, "; send the text with less nesting"));
}

// Quote and list markers at the start of a line.
int Containers(std::string_view line) {
  int count = 0;
  size_t i = 0;
  while (i < line.size()) {
    const char c = line[i];
    const bool bullet = (c == '-' || c == '*' || c == '+') && i + 1 < line.size() && IsSpace(line[i + 1]);
    if (c == ' ' || c == '\t') {
      ++i;
    } else if (c == '>' || bullet) {
      ++count;
      ++i;
    } else if (IsDigit(c)) {
      while (i < line.size() && IsDigit(line[i])) ++i;
      if (i >= line.size() || (line[i] != '.' && line[i] != ')')) break;
      ++count;
      ++i;
    } else {
      break;
    }
  }
  return count;
}

// Steps that looking for bare addresses may take: each one begun within a word
// is scanned for to the word's end.
size_t AddressScans(std::string_view line) {
  size_t scans = 0;
  if (line.size() <= kLongWord) return scans;
  for (size_t at = 0; at < line.size();) {
    size_t end = line.find_first_of(" \t", at);
    if (end == line.npos) end = line.size();
    const std::string_view word = line.substr(at, end - at);
    size_t begun = 0;
    for (std::string_view start : {"www.", "://", "@"}) {
      for (size_t i = 0; word.size() > kLongWord && (i = word.find(start, i)) != word.npos; ++i) ++begun;
    }
    scans += begun * word.size();
    at = end + 1;
  }
  return scans;
}

bool IsDelimiterRow(std::string_view line) {
  return line.find_first_not_of("|-: \t>") == line.npos && Contains(line, "-");
}

// What is counted over one paragraph.
struct Paragraph {
  size_t begin = 0;
  int brackets = 0;
  size_t opens = 0;  // `<!`, `<?`: each may be scanned for to its end.
  size_t closes = 0;
};

}  // namespace

absl::Status CheckMarkdownShape(std::string_view markdown) {
  Paragraph paragraph;
  size_t scans = 0;
  size_t address_scans = 0;
  size_t number = 0;
  for (size_t at = 0; at < markdown.size();) {
    ++number;
    size_t end = markdown.find('\n', at);
    if (end == markdown.npos) end = markdown.size();
    const std::string_view line = markdown.substr(at, end - at);
    if (Containers(line) > kMaxContainers) {
      return TooDeep(number, Cat("more than ", kMaxContainers, " nested quotes or lists"));
    }
    if (IsDelimiterRow(line) && std::count(line.begin(), line.end(), '|') > kMaxColumns) {
      return TooDeep(number, Cat("a table of more than ", kMaxColumns, " columns"));
    }
    address_scans += AddressScans(line);
    if (address_scans > kMaxAddressScans) return TooDeep(number, "words of thousands of chained addresses");
    const bool blank = Strip(line).empty();
    if (blank) paragraph = {.begin = end};
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] < '<' || line[i] > '[') continue;
      if (line[i] == '[') ++paragraph.brackets;
      if (line[i] == '<' && i + 1 < line.size() && (line[i + 1] == '!' || line[i + 1] == '?'))
        ++paragraph.opens;
      if (line[i] == '>') ++paragraph.closes;
    }
    if (paragraph.brackets > kMaxBrackets) {
      return TooDeep(number, Cat("more than ", kMaxBrackets, " brackets in one paragraph"));
    }
    if (paragraph.opens > paragraph.closes + 8) scans += (paragraph.opens - paragraph.closes) * line.size();
    if (paragraph.opens > 4 && paragraph.opens * (end - paragraph.begin) > kMaxScans) {
      return TooDeep(number, "too many unclosed comments before it");
    }
    if (scans > kMaxScans) return TooDeep(number, "too many unclosed comments before it");
    at = end + 1;
  }
  return absl::OkStatus();
}

}  // namespace seaworthy
