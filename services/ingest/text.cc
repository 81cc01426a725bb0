#include "services/ingest/text.h"

#include <cstdint>
#include <cstring>

namespace seaworthy {

std::string Lower(std::string_view text) {
  std::string lower(text);
  size_t at = 0;
  // Eight bytes at once: the high bit of each tells whether it is a capital.
  constexpr uint64_t kOnes = 0x0101010101010101;
  for (uint64_t eight; at + sizeof eight <= lower.size(); at += sizeof eight) {
    std::memcpy(&eight, lower.data() + at, sizeof eight);
    const uint64_t low = eight & (kOnes * 0x7F);
    const uint64_t from_a = low + kOnes * (0x80 - 'A');
    const uint64_t after_z = low + kOnes * (0x7F - 'Z');
    const uint64_t capital = from_a & ~after_z & ~eight & (kOnes * 0x80);
    eight |= capital >> 2;
    std::memcpy(lower.data() + at, &eight, sizeof eight);
  }
  for (; at < lower.size(); ++at) {
    if (IsUpper(lower[at])) lower[at] = static_cast<char>(lower[at] - 'A' + 'a');
  }
  return lower;
}

std::string_view Strip(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::string OneLine(std::string_view text) {
  text = Strip(text);
  std::string line(text);
  size_t size = 0;
  for (char c : text) {
    if (!IsSpace(c)) {
      line[size++] = c;
    } else if (line[size - 1] != ' ') {
      line[size++] = ' ';
    }
  }
  line.resize(size);
  return line;
}

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  size_t at = 0;
  for (size_t found; (found = text.find(from, at)) != text.npos; at = found + from.size()) {
    out.append(text.substr(at, found - at)).append(to);
  }
  return out.append(text.substr(at));
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t at = 0;
  for (size_t found; (found = text.find(separator, at)) != text.npos; at = found + 1) {
    parts.push_back(text.substr(at, found - at));
  }
  parts.push_back(text.substr(at));
  return parts;
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out.append(separator);
    out.append(part);
  }
  return out;
}

}  // namespace seaworthy
