#include "common/nats/nats_object_store.h"

#include <gtest/gtest.h>

#include "common/hash.h"
#include "common/nats/nats_test_server.h"
#include "common/object_store_bounds.h"

namespace seaworthy {
namespace {

class NatsObjectStoreTest : public testing::Test {
 protected:
  NatsTestServer server_;
  std::unique_ptr<ObjectStore> store_ = *OpenNatsObjectStore(server_.Options());
};

TEST_F(NatsObjectStoreTest, BytesComeBackByTheirHash) {
  const std::string bytes("any \0 bytes", 11);
  EXPECT_EQ(*store_->Put(bytes), Sha256Hex(bytes));
  EXPECT_EQ(*store_->Get(Sha256Hex(bytes)), bytes);
  EXPECT_EQ(*store_->Get(*store_->Put("")), "");
}

TEST_F(NatsObjectStoreTest, TheSameBytesAreOneObjectForEveryProcess) {
  const auto other = *OpenNatsObjectStore(server_.Options());
  EXPECT_EQ(*store_->Put("same"), *other->Put("same"));
  EXPECT_EQ(*other->Get(Sha256Hex("same")), "same");
}

TEST_F(NatsObjectStoreTest, LargerThanAMessageUpToSixteenMebibytes) {
  const std::string largest(kMaxObjectBytes, 'a');
  EXPECT_EQ(*store_->Get(*store_->Put(largest)), largest);
  EXPECT_EQ(store_->Put(largest + "a").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(NatsObjectStoreTest, AnUnknownHashIsNotFound) {
  EXPECT_EQ(store_->Get(Sha256Hex("never")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_->Get("no.hash.>").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(NatsObjectStoreTest, ObjectsSurviveAKilledServer) {
  const std::string hash = *store_->Put("durable");
  server_.Kill();
  server_.Start();
  EXPECT_EQ(*(*OpenNatsObjectStore(server_.Options()))->Get(hash), "durable");
}

}  // namespace
}  // namespace seaworthy
