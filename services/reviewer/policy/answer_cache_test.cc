#include "services/reviewer/policy/answer_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/hash.h"
#include "services/reviewer/policy/fake_endpoint.h"

namespace seaworthy {
namespace {

class AnswerCacheTest : public testing::Test {
 protected:
  ~AnswerCacheTest() override {
    cache_.reset();
    std::filesystem::remove_all(dir_);
  }
  void Open() {
    cache_.reset();
    AnswerCacheOptions options;
    options.clock = &clock_;
    auto opened = OpenAnswerCache(dir_, options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    cache_ = *std::move(opened);
  }
  const std::string dir_ = testing::TempDir() + "/answers-" + RandomHex(8);
  FakeClock clock_;
  std::unique_ptr<AnswerCache> cache_;
};

TEST_F(AnswerCacheTest, AnAnswerComesBackWholeAfterARestart) {
  Open();
  LlmReply reply = FakeEndpoint::Ok("raw");
  reply.wire = std::string("w\0w", 3);
  reply.fingerprint = "fp";
  reply.provider_request_id = "req-1";
  cache_->Keep("key", reply);
  Open();
  const auto found = cache_->Find("key");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->outcome, LlmOutcome::kOk);
  EXPECT_EQ(found->raw + found->wire + found->sent, reply.raw + reply.wire + reply.sent);
  EXPECT_EQ(found->model + found->fingerprint + found->provider_request_id, "fake-model-2026fpreq-1");
  EXPECT_EQ(found->usage.input_tokens, 0U);
}

TEST_F(AnswerCacheTest, OnlyAnswersThatAreOkAndOfBoundedSizeAreKept) {
  Open();
  cache_->Keep("bad", FakeEndpoint::Bad(LlmOutcome::kRefused));
  cache_->Keep("big", FakeEndpoint::Ok(std::string(2 << 20, 'x')));
  EXPECT_FALSE(cache_->Find("bad").has_value());
  EXPECT_FALSE(cache_->Find("big").has_value());
}

TEST_F(AnswerCacheTest, OldAnswersAreAskedForAgain) {
  Open();
  cache_->Keep("key", FakeEndpoint::Ok());
  clock_.Advance(absl::Hours(24 * 31));
  EXPECT_FALSE(cache_->Find("key").has_value());
}

TEST_F(AnswerCacheTest, ADamagedFolderIsBegunAnew) {
  Open();
  cache_->Keep("key", FakeEndpoint::Ok());
  cache_.reset();
  std::ofstream(dir_ + "/CURRENT") << "nonsense";
  Open();
  EXPECT_FALSE(cache_->Find("key").has_value());
}

TEST_F(AnswerCacheTest, AFolderInUseIsRefused) {
  Open();
  EXPECT_EQ(OpenAnswerCache(dir_, {}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(MemoryAnswerCache, HoldsSoManyAndNoMore) {
  const auto cache = NewMemoryAnswerCache(2);
  for (const char* key : {"a", "b", "c"}) cache->Keep(key, FakeEndpoint::Ok(key));
  EXPECT_FALSE(cache->Find("a").has_value());
  EXPECT_EQ(cache->Find("c")->raw, "c");
}

TEST(AnswerKey, EveryPartCountsAndStaysApart) {
  const std::string key = AnswerKey({"e", "s", "j", "user", ""});
  EXPECT_EQ(key, AnswerKey({"e", "s", "j", "user", ""}));
  for (const AnswerKeyParts& other :
       {AnswerKeyParts{"f", "s", "j", "user", ""}, AnswerKeyParts{"e", "t", "j", "user", ""},
        AnswerKeyParts{"e", "s", "k", "user", ""}, AnswerKeyParts{"e", "s", "j", "use", "r"},
        AnswerKeyParts{"es", "", "j", "user", ""}}) {
    EXPECT_NE(AnswerKey(other), key);
  }
}

}  // namespace
}  // namespace seaworthy
