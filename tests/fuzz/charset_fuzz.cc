// Encodings: what comes out is UTF-8, whatever goes in.
#include <array>

#include "services/ingest/charset.h"
#include "tests/fuzz/fuzz_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<const char*, 8> kTypes = {"",
                                                 "text/html; charset=iso-8859-1",
                                                 "text/html; charset=shift_jis",
                                                 "text/html; charset=gb18030",
                                                 "text/html; charset=iso-2022-jp",
                                                 "text/html; charset=euc-kr",
                                                 "text/html; charset=windows-1251",
                                                 "text/html; charset=big5"};
  if (size == 0) return 0;
  const auto text = seaworthy::ToUtf8(seaworthy::Bytes(data + 1, size - 1), kTypes[data[0] % kTypes.size()]);
  if (text.ok()) seaworthy::Must(seaworthy::FindInvalidUtf8(*text) == std::string::npos);
  return 0;
}
