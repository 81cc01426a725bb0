// Timestamps as microseconds since 1970, as the log counts time.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace seaworthy {

inline int64_t ToMicros(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

inline google::protobuf::Timestamp FromMicros(int64_t micros) {
  google::protobuf::Timestamp time;
  time.set_seconds(micros / 1'000'000);
  time.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1'000));
  return time;
}

}  // namespace seaworthy
