// Keys of the aggregator's tables (docs/store.md). Parts that vary in length
// end in a zero byte; numbers are big-endian, so that byte order is number
// order. Ids are slugs and hold no zero byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/ids.h"

namespace seaworthy {

inline std::string BigEndian64(uint64_t number) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8) bytes[i] = static_cast<char>(number & 0xff);
  return bytes;
}

inline std::string BigEndian32(uint32_t number) { return BigEndian64(number).substr(4); }

// `part` and its end.
inline std::string Terminated(std::string_view part) {
  std::string key(part);
  key.push_back('\0');
  return key;
}

inline std::string RevisionKey(const RevisionId& id) {
  return Terminated(id.tool.value()) + BigEndian32(id.number);
}
inline std::string VerdictKey(const RevisionId& id, std::string_view persona) {
  return RevisionKey(id) + std::string(persona);
}
inline std::string DecisionKey(std::string_view comparison, uint64_t sequence) {
  return Terminated(comparison) + BigEndian64(sequence);
}

}  // namespace seaworthy
