#include "cli/jsonl_lines.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

constexpr size_t kBlockBytes = 256 << 10;
constexpr size_t kShownBytes = 200;

}  // namespace

absl::Status JsonlLines::Fill() {
  block_.resize(kBlockBytes);
  at_ = 0;
  ssize_t got = 0;
  do {
    got = read(fd_, block_.data(), block_.size());
  } while (got < 0 && errno == EINTR);
  block_.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
  at_end_ = got == 0;
  if (got >= 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("cannot be read: ", std::strerror(errno)));
}

absl::StatusOr<std::optional<JsonlLine>> JsonlLines::Next() {
  JsonlLine line;
  bool begun = false;
  bool ended = false;
  while (!ended) {
    if (at_ == block_.size()) SEAWORTHY_RETURN_IF_ERROR(Fill());
    if (at_end_) break;
    begun = true;
    const size_t feed = block_.find('\n', at_);
    ended = feed != std::string::npos;
    const size_t stop = ended ? feed : block_.size();
    if (line.text.size() + (stop - at_) > kMaxJsonlLineBytes) line.too_long = true;
    if (!line.too_long) line.text.append(block_, at_, stop - at_);
    end_ += stop - at_ + (ended ? 1 : 0);
    at_ = stop + (ended ? 1 : 0);
  }
  if (!begun) return std::nullopt;
  if (line.too_long) {
    line.text.resize(std::min(line.text.size(), kShownBytes));
    line.text.shrink_to_fit();
  }
  line.number = ++number_;
  line.end = end_;
  return line;
}

}  // namespace seaworthy::cli
