#include "common/nats/nats_object_store.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "common/hash.h"
#include "common/nats/nats_fault_test_fixture.h"
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
  EXPECT_EQ(store_->Get(std::string(64, 'x')).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(NatsObjectStoreTest, ObjectsSurviveAKilledServer) {
  const std::string hash = *store_->Put("durable");
  server_.Kill();
  server_.Start();
  EXPECT_EQ(*(*OpenNatsObjectStore(server_.Options()))->Get(hash), "durable");
}

class NatsObjectFaultTest : public NatsObjectStoreTest {
 protected:
  // A store on a connection of which the test says what goes wrong.
  std::unique_ptr<ObjectStore> Faulty(absl::Duration patience = absl::Seconds(20)) {
    NatsEventLogOptions options = Through(&faults_, server_.Options());
    options.commit_timeout = patience;
    return *OpenNatsObjectStore(options);
  }
  // A message beside those of the store, named by `hash`.
  void PutRaw(const std::string& hash, const std::string& bytes) {
    const auto link = *NatsLink::Connect(server_.Options().link, absl::Seconds(20));
    ASSERT_TRUE(link->PutOnce("SEAWORTHY_OBJECTS." + hash, bytes).ok());
  }
  absl::StatusCode GetRaw(const std::string& bytes) {
    const std::string hash = Sha256Hex(RandomHex(8));
    PutRaw(hash, bytes);
    return store_->Get(hash).status().code();
  }
  static std::set<std::string> ListOf(ObjectStore& store) {
    std::set<std::string> hashes;
    const absl::Status listed = store.List([&](std::string_view hash) {
      EXPECT_TRUE(hashes.emplace(hash).second);
      return true;
    });
    EXPECT_TRUE(listed.ok()) << listed;
    return hashes;
  }
  LinkFaults faults_;
};

TEST_F(NatsObjectFaultTest, BytesThatAreNotWhatTheirNameSaysAreLoss) {
  const std::string piece = *store_->Put("piece");
  for (const std::string& damaged :
       {std::string(), std::string("w"), std::string("wother"), "l" + piece, "l" + piece.substr(1),
        "l" + std::string(64 * 40, 'a'), std::string("x")}) {
    EXPECT_EQ(GetRaw(damaged), absl::StatusCode::kDataLoss) << damaged;
  }
}

TEST_F(NatsObjectFaultTest, APieceThatIsEmptyIsLossAndOneThatIsGoneNotFound) {
  const std::string empty = Sha256Hex("an empty message");
  PutRaw(empty, "");
  EXPECT_EQ(GetRaw("l" + empty), absl::StatusCode::kDataLoss);
  EXPECT_EQ(GetRaw("l" + Sha256Hex("never")), absl::StatusCode::kNotFound);
}

TEST_F(NatsObjectFaultTest, AnEmptyStoreListsNothing) { EXPECT_TRUE(ListOf(*store_).empty()); }

TEST_F(NatsObjectFaultTest, ListingGoesOnAfterWhatWasDroppedOrFailed) {
  const std::set<std::string> hashes = {*store_->Put("a"), *store_->Put("b"), *store_->Put("c")};
  PutRaw("cut-7", "a note about the log");
  PutRaw("empty-note", "");
  const auto faulty = Faulty();
  for (const absl::Status& fault : {absl::UnavailableError("no"), absl::DataLossError("dropped")}) {
    faults_.Fail("Next", fault, 1);
    EXPECT_EQ(ListOf(*faulty), hashes) << fault;
  }
}

TEST_F(NatsObjectFaultTest, ListingEndsWhereItsReaderHasEnough) {
  for (const char* bytes : {"a", "b", "c"}) ASSERT_TRUE(store_->Put(bytes).ok());
  int visited = 0;
  EXPECT_TRUE(store_->List([&](std::string_view) { return ++visited < 2; }).ok());
  EXPECT_EQ(visited, 2);
}

TEST_F(NatsObjectFaultTest, AServerThatStopsSendingEndsTheListInTime) {
  ASSERT_TRUE(store_->Put("a").ok());
  const auto faulty = Faulty(absl::Milliseconds(300));
  faults_.Fail("Next", absl::DeadlineExceededError("silence"));
  const absl::Status listed = faulty->List([](std::string_view) { return true; });
  EXPECT_EQ(listed.code(), absl::StatusCode::kUnavailable) << listed;
}

TEST_F(NatsObjectFaultTest, WhatIsNotKnownToBeStoredIsNotPromised) {
  const auto faulty = Faulty(absl::Milliseconds(300));
  faults_.Fail("PutOnce", absl::DeadlineExceededError("no answer"));
  EXPECT_EQ(faulty->Put("a").status().code(), absl::StatusCode::kUnavailable);
  faults_.Heal();
  EXPECT_TRUE(faulty->Put("a").ok());
}

}  // namespace
}  // namespace seaworthy
