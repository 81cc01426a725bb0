#include "services/aggregator/paging.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 500;

}  // namespace

size_t PageSize(int asked) {
  return static_cast<size_t>(asked <= 0 ? kDefaultPageSize : std::min(asked, kMaxPageSize));
}

std::string EncodePageToken(std::string_view key) { return ToHex(key); }

absl::StatusOr<std::string> DecodePageToken(const std::string& token) {
  const bool is_hex = token.size() % 2 == 0 && token.size() <= 1024 &&
                      std::all_of(token.begin(), token.end(),
                                  [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); });
  if (!is_hex) {
    return absl::InvalidArgumentError("the page token is none that was given out; begin again without one");
  }
  return absl::HexStringToBytes(token);
}

absl::StatusOr<StatePage> ReadPage(const StateReader& state, Table table, const std::string& prefix,
                                   int page_size, const std::string& token) {
  SEAWORTHY_ASSIGN_OR_RETURN(const std::string from, DecodePageToken(token));
  StatePage page;
  const size_t size = PageSize(page_size);
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(table, prefix, from, [&](std::string_view key, std::string_view value) {
        if (page.keys.size() == size) {
          page.next_token = EncodePageToken(key);
          return false;
        }
        page.keys.emplace_back(key);
        page.values.emplace_back(value);
        return true;
      }));
  return page;
}

}  // namespace seaworthy
