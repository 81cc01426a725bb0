// Markdown announcements.
#include "tests/fuzz/fuzz_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  seaworthy::CheckAnnouncement(std::string(seaworthy::Bytes(data, size)), "text/markdown");
  return 0;
}
