// Announcements of any media type, detected ones too.
#include <array>

#include "tests/fuzz/fuzz_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<const char*, 4> kTypes = {"text/markdown", "text/html", "text/plain", ""};
  if (size == 0) return 0;
  seaworthy::CheckAnnouncement(std::string(seaworthy::Bytes(data + 1, size - 1)),
                               kTypes[data[0] % kTypes.size()]);
  return 0;
}
