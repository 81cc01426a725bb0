// The one place that maps absl::Status to gRPC and HTTP, and back.
#pragma once

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace seaworthy {

// Same code, same message.
grpc::Status ToGrpcStatus(const absl::Status& status);
// The same, but UNAVAILABLE where the server had no thread for the call: gRPC
// says RESOURCE_EXHAUSTED then, which here means that a request is too large.
absl::Status FromGrpcStatus(const grpc::Status& status);

// OK 200, INVALID_ARGUMENT 400, UNAUTHENTICATED 401, PERMISSION_DENIED 403,
// NOT_FOUND 404, ALREADY_EXISTS, ABORTED and FAILED_PRECONDITION 409,
// RESOURCE_EXHAUSTED 413 or 429 by what is exhausted (413 here),
// UNAVAILABLE 503, DEADLINE_EXCEEDED 504, UNIMPLEMENTED 501, the rest 500.
int ToHttpStatus(absl::StatusCode code);

}  // namespace seaworthy
