#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace seaworthy::cli {
namespace {

// Length of the well-formed UTF-8 sequence at `at`, 0 where there is none
// (RFC 3629, section 4).
size_t SequenceLength(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                        : (lead >> 4) == 0xE           ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(at + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;
  return length;
}

// C0 and C1 controls, and the marks that reorder what is shown.
bool IsControl(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
  if (sequence.size() == 2) return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
  return (sequence >= "\xE2\x80\xAA" && sequence <= "\xE2\x80\xAE") ||
         (sequence >= "\xE2\x81\xA6" && sequence <= "\xE2\x81\xA9");
}

const char* Code(Ink ink) {
  switch (ink) {
    case Ink::kBold:
      return "1";
    case Ink::kDim:
      return "2";
    case Ink::kGreen:
      return "32";
    case Ink::kRed:
      return "31";
    case Ink::kYellow:
      return "33";
    case Ink::kPlain:
      break;
  }
  return "0";
}

void WrapParagraph(std::string_view paragraph, size_t width, std::string_view indent, std::string& out) {
  std::string line;
  size_t used = 0;
  const auto flush = [&] {
    out.append(indent).append(line).push_back('\n');
    line.clear();
    used = 0;
  };
  for (const auto& piece :
       absl::StrSplit(absl::string_view(paragraph.data(), paragraph.size()), ' ', absl::SkipEmpty())) {
    const std::string word(piece);
    const size_t length = DisplayWidth(word);
    if (used > 0 && used + 1 + length > width) flush();
    if (used > 0) {
      line.push_back(' ');
      ++used;
    }
    line.append(word);
    used += length;
  }
  flush();
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = SequenceLength(text, at);
    const std::string_view sequence = text.substr(at, std::max<size_t>(length, 1));
    if (length == 0 || IsControl(sequence)) {
      out.push_back('?');
    } else {
      out.append(sequence);
    }
    at += sequence.size();
  }
  return out;
}

std::string PrintableLine(std::string_view text, size_t width) {
  std::string line = Printable(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  if (DisplayWidth(line) <= width) return line;
  size_t at = 0;
  for (size_t shown = 0; shown + 1 < width; ++shown) at += SequenceLength(line, at);
  return line.substr(0, at) + "…";
}

std::string Wrap(std::string_view text, size_t width, std::string_view indent) {
  const std::string clean = Printable(text);
  const size_t room = width > indent.size() + 10 ? width - indent.size() : 10;
  std::string out;
  for (const auto& paragraph : absl::StrSplit(clean, '\n')) {
    WrapParagraph(std::string(paragraph), room, indent, out);
  }
  return out;
}

std::string ProgressBar(uint64_t done, uint64_t total, size_t width) {
  done = std::min(done, total);
  const size_t filled = total == 0 ? width : static_cast<size_t>(done * width / total);
  return absl::StrCat("[", std::string(filled, '#'), std::string(width - filled, '.'), "] ", done, "/",
                      total);
}

size_t DisplayWidth(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (size_t i = 0; i < row.size(); ++i) {
      line.append(row[i]).append(widths[i] - DisplayWidth(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out.append(line).push_back('\n');
  }
  return out;
}

std::string Paint(std::string_view text, Ink ink, bool colour) {
  if (!colour || ink == Ink::kPlain) return std::string(text);
  return absl::StrCat("\x1b[", Code(ink), "m", std::string(text), "\x1b[0m");
}

bool OutputIsTerminal() { return isatty(STDOUT_FILENO) == 1; }

bool OutputTakesColour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return OutputIsTerminal() && (no_colour == nullptr || *no_colour == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

size_t OutputWidth() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return std::clamp<size_t>(size.ws_col, 40, 120);
}

}  // namespace seaworthy::cli
