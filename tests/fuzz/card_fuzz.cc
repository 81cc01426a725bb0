// Hugging Face cards: what follows the first `---` is front matter.
#include "tests/fuzz/fuzz_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  seaworthy::CheckAnnouncement("---\n" + std::string(seaworthy::Bytes(data, size)), "text/markdown");
  return 0;
}
