#include "common/object_store.h"

#include "common/event_log_fault_env.h"
#include "common/event_log_test_folder.h"
#include "common/hash.h"
#include "common/object_store_bounds.h"

namespace seaworthy {
namespace {

enum class Kind { kRocksDb, kMemory };

class ObjectStoreTest : public testing::TestWithParam<Kind> {
 protected:
  TestFolder folder_;
  std::unique_ptr<ObjectStore> store_ =
      GetParam() == Kind::kMemory ? NewMemoryObjectStore() : *OpenRocksDbObjectStore(folder_.Sub("objects"));
};

INSTANTIATE_TEST_SUITE_P(Both, ObjectStoreTest, testing::Values(Kind::kRocksDb, Kind::kMemory));

TEST_P(ObjectStoreTest, BytesComeBackByTheirHash) {
  const std::string bytes("any \0 bytes", 11);
  const absl::StatusOr<std::string> hash = store_->Put(bytes);
  ASSERT_TRUE(hash.ok()) << hash.status();
  EXPECT_EQ(*hash, Sha256Hex(bytes));
  EXPECT_EQ(*store_->Get(*hash), bytes);
}

TEST_P(ObjectStoreTest, NoBytesAreAnObjectToo) { EXPECT_EQ(*store_->Get(*store_->Put("")), ""); }

TEST_P(ObjectStoreTest, ManyAreStoredInOrder) {
  const std::vector<std::string_view> objects = {"one", "two", "one"};
  const auto hashes = store_->PutAll(objects);
  ASSERT_TRUE(hashes.ok()) << hashes.status();
  EXPECT_EQ(*store_->Get((*hashes)[1]), "two");
  EXPECT_EQ((*hashes)[0], (*hashes)[2]);
}

TEST_P(ObjectStoreTest, TheSameBytesAreOneObject) { EXPECT_EQ(*store_->Put("same"), *store_->Put("same")); }

TEST_P(ObjectStoreTest, AnUnknownHashIsNotFound) {
  EXPECT_EQ(store_->Get(Sha256Hex("never put")).status().code(), absl::StatusCode::kNotFound);
}

TEST_P(ObjectStoreTest, SixteenMebibytesAreTheMost) {
  EXPECT_EQ(*store_->Get(*store_->Put(std::string(kMaxObjectBytes, 'a'))), std::string(kMaxObjectBytes, 'a'));
  EXPECT_EQ(store_->Put(std::string(kMaxObjectBytes + 1, 'a')).status().code(),
            absl::StatusCode::kInvalidArgument);
}

class RocksDbObjectStoreTest : public testing::Test {
 protected:
  // Puts into `name` and closes it.
  std::string Put(const std::string& name, const std::string& bytes) {
    return *(*OpenRocksDbObjectStore(folder_.Sub(name)))->Put(bytes);
  }
  TestFolder folder_;
};

TEST_F(RocksDbObjectStoreTest, ItGoesOnOnceAFullDiskHasRoom) {
  const auto system = std::make_shared<FaultFileSystem>();
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(system);
  const auto store = *OpenRocksDbObjectStore(folder_.Sub("full"), env.get());
  const std::string before = *store->Put("before");
  system->Arm(Fault::kNoSpace, 1);
  EXPECT_EQ(store->Put("no room").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store->Put("no room").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(*store->Get(before), "before");
  system->Heal();
  EXPECT_EQ(*store->Get(*store->Put("no room")), "no room");
  EXPECT_EQ(*store->Get(before), "before");
}

TEST_F(RocksDbObjectStoreTest, ObjectsAreThereAfterAKill) {
  const auto store = *OpenRocksDbObjectStore(folder_.Sub("objects"));
  const std::string hash = *store->Put("durable");
  const auto copy = *OpenRocksDbObjectStore(folder_.Copy(folder_.Sub("objects"), "copy"));
  EXPECT_EQ(*copy->Get(hash), "durable");
}

TEST_F(RocksDbObjectStoreTest, AFolderInUseIsRefused) {
  const auto store = *OpenRocksDbObjectStore(folder_.Sub("objects"));
  EXPECT_EQ(OpenRocksDbObjectStore(folder_.Sub("objects")).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(RocksDbObjectStoreTest, ATornTailIsCut) {
  const auto store = *OpenRocksDbObjectStore(folder_.Sub("objects"));
  const std::string hash = *store->Put("whole");
  ASSERT_TRUE(store->Put("torn").ok());
  const std::string copy = folder_.Copy(folder_.Sub("objects"), "copy");
  const std::string file = FilesEnding(copy, ".log").back();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
  EXPECT_EQ(*(*OpenRocksDbObjectStore(copy))->Get(hash), "whole");
}

TEST_F(RocksDbObjectStoreTest, DamageBeforeTheTailIsRefused) {
  const auto store = *OpenRocksDbObjectStore(folder_.Sub("objects"));
  for (const char* bytes : {"one", "two"}) ASSERT_TRUE(store->Put(bytes).ok());
  const std::string copy = folder_.Copy(folder_.Sub("objects"), "copy");
  const std::string file = FilesEnding(copy, ".log").back();
  std::string content = ReadBytes(file);
  content[20] ^= 1;
  WriteBytes(file, content);
  EXPECT_EQ(OpenRocksDbObjectStore(copy).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(RocksDbObjectStoreTest, ADamagedObjectIsNeverReturned) {
  const std::string bytes(100'000, 'b');
  const std::string hash = Put("objects", bytes);
  Put("objects", "opened again, so that the first is in a table");
  for (const std::string& file : FilesEnding(folder_.Sub("objects"), ".blob")) {
    std::string content = ReadBytes(file);
    content[content.size() / 2] ^= 1;
    WriteBytes(file, content);
  }
  const absl::StatusOr<std::unique_ptr<ObjectStore>> store = OpenRocksDbObjectStore(folder_.Sub("objects"));
  const absl::Status read = store.ok() ? (*store)->Get(hash).status() : store.status();
  EXPECT_EQ(read.code(), absl::StatusCode::kDataLoss) << read;
}

}  // namespace
}  // namespace seaworthy
