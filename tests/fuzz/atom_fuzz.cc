// Atom.
#include "tests/fuzz/fuzz_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  seaworthy::CheckFeed(seaworthy::Bytes(data, size));
  return 0;
}
