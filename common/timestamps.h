// Times as messages hold them.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace seaworthy {

inline void SetTimestamp(absl::Time time, google::protobuf::Timestamp* stamp) {
  const int64_t nanos = absl::ToUnixNanos(time);
  stamp->set_seconds(nanos / 1'000'000'000);
  stamp->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
}

inline absl::Time TimeOf(const google::protobuf::Timestamp& stamp) {
  return absl::FromUnixSeconds(stamp.seconds()) + absl::Nanoseconds(stamp.nanos());
}

}  // namespace seaworthy
