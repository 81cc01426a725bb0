// Announcements of every media type: nothing crashes, and each fact's evidence
// is the announcement's own bytes.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<const char*, 4> kTypes = {"text/markdown", "text/html", "text/plain", ""};
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto document = seaworthy::ReadDocument(bytes, kTypes[data[0] % kTypes.size()], "fuzz");
  if (!document.ok()) return 0;
  const auto tools = seaworthy::ExtractTools(*document);
  if (!tools.ok()) return 0;
  for (const auto& tool : *tools) {
    for (const auto& fact : tool.facts()) {
      const auto& evidence = fact.evidence();
      if (evidence.end() < evidence.begin() || evidence.end() > bytes.size()) std::abort();
      if (std::string_view(bytes).substr(evidence.begin(), evidence.end() - evidence.begin()) !=
          evidence.text()) {
        std::abort();
      }
    }
  }
  return 0;
}
