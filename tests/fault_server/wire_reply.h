// What a connection is to send, and what it does then.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include "absl/strings/string_view.h"

namespace seaworthy {

struct WireReply {
  enum class End { kKeepAlive, kClose, kReset, kHang };
  static constexpr uint64_t kEndless = std::numeric_limits<uint64_t>::max();

  std::string bytes;                         // Sent first, as fast as it goes.
  std::shared_ptr<const std::string> block;  // Then this, `blocks` times.
  uint64_t blocks = 0;
  std::string last;  // Then this.
  std::string drip;  // Then this, a byte at a time.
  End end = End::kKeepAlive;
  int status = 200;
};

inline constexpr absl::string_view kJsonType = "application/json";
inline constexpr absl::string_view kEventStreamType = "text/event-stream";

// `headers` are whole lines, each with its `\r\n`.
std::string ReplyHead(int status, absl::string_view type, absl::string_view headers);
WireReply SizedReply(int status, absl::string_view type, absl::string_view body,
                     absl::string_view headers = "");

// Chunks that end at odd places; with `whole` the last chunk, too.
WireReply ChunkedReply(absl::string_view type, absl::string_view body, bool whole);

// `gigabytes` of zeros, compressed block by block: 1 MB for each.
std::string GzipOfZeros(int gigabytes);

}  // namespace seaworthy
