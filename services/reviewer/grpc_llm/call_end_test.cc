#include "services/reviewer/grpc_llm/call_end.h"

#include <grpcpp/support/status_code_enum.h>
#include <gtest/gtest.h>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

LlmReply Judged(CallEnd end) {
  LlmReply reply;
  JudgeFailure(end, "endpoint `x`", &reply);
  return reply;
}
LlmReply WithTrailer(const std::string& key, const std::string& value) {
  return Judged(
      {.code = grpc::RESOURCE_EXHAUSTED, .message = "no", .trailers = {{key, value}}, .began = false});
}

TEST(CallEndTest, ReadsRetryAfterInAllItsForms) {
  EXPECT_EQ(WithTrailer("retry-after-ms", "250").retry_after, absl::Milliseconds(250));
  EXPECT_EQ(WithTrailer("retry-after", "2.5").retry_after, absl::Milliseconds(2500));
  EXPECT_EQ(WithTrailer("grpc-retry-pushback-ms", "10").retry_after, absl::Milliseconds(10));
}

TEST(CallEndTest, NonsenseIsNoRetryAfter) {
  for (const char* value : {"", "soon", "-1", "nan", "inf", "1e300"})
    EXPECT_EQ(WithTrailer("retry-after-ms", value).retry_after, std::nullopt) << value;
  EXPECT_EQ(WithTrailer("grpc-status-details-bin", "\xff\xff").retry_after, std::nullopt);
}

TEST(CallEndTest, NobodyIsLeftAloneForMoreThanADay) {
  EXPECT_EQ(WithTrailer("retry-after", "999999999").retry_after, absl::Hours(24));
}

TEST(CallEndTest, GrpcsOwnWordsForABrokenConnectionAreTransport) {
  for (const char* words :
       {"failed to connect to all addresses", "Socket closed", "Connection reset by peer"})
    EXPECT_EQ(Judged({.code = grpc::UNAVAILABLE, .message = words, .trailers = {}, .began = false}).outcome,
              LlmOutcome::kTransport);
}

TEST(CallEndTest, ABrokenConnectionAfterABeginningIsACutStream) {
  EXPECT_EQ(
      Judged({.code = grpc::UNAVAILABLE, .message = "Socket closed", .trailers = {}, .began = true}).outcome,
      LlmOutcome::kCutStream);
}

TEST(CallEndTest, ACodeThereIsNotIsTheServersFailure) {
  EXPECT_EQ(Judged({.code = 99, .message = "odd", .trailers = {}, .began = false}).outcome,
            LlmOutcome::kOverloaded);
}

TEST(CallEndTest, MessagesAreShortUtf8WithoutSecrets) {
  const std::string clean = CleanMessage("a\nsk-1 b sk-1\xff" + std::string(5000, 'x'), "sk-1");
  EXPECT_TRUE(clean.starts_with("a *** b ***?x")) << clean.substr(0, 40);
  EXPECT_LE(clean.size(), 1000u);
  EXPECT_TRUE(text::IsUtf8(clean));
}

TEST(CallEndTest, ACharacterCutByTheLimitIsLeftOut) {
  const std::string clean = CleanMessage(std::string(999, 'x') + "\xc3\xa9", "");
  EXPECT_EQ(clean, std::string(999, 'x'));
}

}  // namespace
}  // namespace seaworthy
