// Lists read page by page.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/aggregator/state_store.h"

namespace seaworthy {

// 1 to 500; 50 where nothing is asked for.
size_t PageSize(int asked);

// Page tokens are the next key in hex: opaque, and safe in a URL.
std::string EncodePageToken(std::string_view key);
// Errors: INVALID_ARGUMENT.
absl::StatusOr<std::string> DecodePageToken(const std::string& token);

struct StatePage {
  std::vector<std::string> keys;
  std::vector<std::string> values;
  std::string next_token;
};

// One page of the keys with a prefix. Errors: INVALID_ARGUMENT (page token).
absl::StatusOr<StatePage> ReadPage(const StateReader& state, Table table, const std::string& prefix,
                                   int page_size, const std::string& token);

}  // namespace seaworthy
