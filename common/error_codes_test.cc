#include "common/error_codes.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <string>

namespace seaworthy {
namespace {

TEST(ErrorCodes, EveryCodeSurvivesTheWayOverGrpcAndBack) {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), code == 0 ? "" : "why and what to do");
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)), status) << code;
  }
}

TEST(ErrorCodes, AServerWithoutAFreeThreadIsUnavailableAndNoRefusal) {
  using grpc::StatusCode;
  EXPECT_TRUE(
      absl::IsUnavailable(FromGrpcStatus({StatusCode::RESOURCE_EXHAUSTED, "Server Threadpool Exhausted"})));
  EXPECT_TRUE(absl::IsResourceExhausted(FromGrpcStatus({StatusCode::RESOURCE_EXHAUSTED, "over 2 MiB"})));
}

TEST(ErrorCodes, ACallThatIsNotThereSaysWhomToAsk) {
  const absl::Status status = FromGrpcStatus({grpc::StatusCode::UNIMPLEMENTED, ""});
  EXPECT_TRUE(absl::IsUnimplemented(status));
  EXPECT_NE(status.message().find("of another service"), std::string::npos);
}

TEST(ErrorCodes, ConflictsAreConflictsInHttp) {
  EXPECT_EQ(ToHttpStatus(absl::StatusCode::kAborted), 409);
  EXPECT_EQ(ToHttpStatus(absl::StatusCode::kAlreadyExists), 409);
  EXPECT_EQ(ToHttpStatus(absl::StatusCode::kNotFound), 404);
  EXPECT_EQ(ToHttpStatus(absl::StatusCode::kUnauthenticated), 401);
  EXPECT_EQ(ToHttpStatus(absl::StatusCode::kInternal), 500);
}

}  // namespace
}  // namespace seaworthy
