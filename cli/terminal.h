// What commands print with: text made harmless, colours where a terminal is,
// wrapped lines, progress bars.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace seaworthy::cli {

// `text` with control characters and invalid UTF-8 replaced by `?`, line
// breaks and tabs kept: an announcement cannot steer a terminal.
std::string Printable(std::string_view text);

// The same on one line, cut to `width` characters with `…`.
std::string PrintableLine(std::string_view text, size_t width);

// Breaks at spaces so that no line has more than `width` characters; every
// line begins with `indent`. Ends with a line break.
std::string Wrap(std::string_view text, size_t width, std::string_view indent);

// `[#####.....] 12/24`.
std::string ProgressBar(uint64_t done, uint64_t total, size_t width);

// Number of code points, for alignment.
size_t DisplayWidth(std::string_view text);

// Rows of cells as aligned columns, the first row being the heading.
std::string Table(const std::vector<std::vector<std::string>>& rows);

enum class Ink { kPlain, kBold, kDim, kGreen, kRed, kYellow };

// `text` in a colour where `colour` holds, else as it is.
std::string Paint(std::string_view text, Ink ink, bool colour);

// Whether standard output is a terminal that takes colours ($NO_COLOR unset).
bool OutputIsTerminal();
bool OutputTakesColour();
// Its columns, 80 where unknown, between 40 and 120.
size_t OutputWidth();

}  // namespace seaworthy::cli
