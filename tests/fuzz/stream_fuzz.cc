// Streamed answers: the events are the same wherever the pieces end.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "services/reviewer/wire/sse_parser.h"

namespace {

std::vector<std::string> Events(std::string_view bytes, size_t piece) {
  std::vector<std::string> events;
  seaworthy::SseParser parser;
  seaworthy::WhitespaceWatch watch;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    const bool on = parser.Feed(part, [&](std::string_view data) {
      events.emplace_back(data);
      watch.Feed(data);
      return true;
    });
    if (!on) break;
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (Events(bytes, bytes.size()) != Events(bytes, 1 + data[0] % 16)) std::abort();
  return 0;
}
