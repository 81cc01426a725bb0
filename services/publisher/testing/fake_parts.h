// What the sources of the fakes share.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace seaworthy {

inline constexpr int64_t kDecideTime = 1'763'630'000;

// One page of `map` by key, from after the token on.
template <typename Map, typename Keep, typename Add>
absl::StatusOr<std::string> Page(const Map& map, int page_size, const std::string& token, Keep keep,
                                 Add add) {
  if (!token.empty() && !map.contains(token)) return absl::InvalidArgumentError("page token is not ours");
  const int limit = page_size == 0 ? 50 : page_size;
  int count = 0;
  std::string last;
  for (auto it = map.upper_bound(token); it != map.end(); ++it) {
    if (!keep(it->second)) continue;
    if (count == limit) return last;
    add(it->second);
    last = it->first;
    ++count;
  }
  return std::string();
}

}  // namespace seaworthy
