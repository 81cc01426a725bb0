#include "services/aggregator/state_store.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

class StateStoreTest : public ::testing::Test {
 protected:
  StateStoreTest()
      : dir_((std::filesystem::path(::testing::TempDir()) / absl::StrCat("store-", RandomHex(8))).string()) {}
  ~StateStoreTest() override { std::filesystem::remove_all(dir_); }

  // A store with no table but `meta`, as one of the first versions would be.
  void WriteOld(const std::string& schema, const std::string& position) {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, dir_, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    rocksdb::ColumnFamilyHandle* meta = nullptr;
    ASSERT_TRUE(db->CreateColumnFamily(rocksdb::ColumnFamilyOptions(), "meta", &meta).ok());
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), meta, "schema_version", schema).ok());
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), meta, "position", position).ok());
    ASSERT_TRUE(db->DestroyColumnFamilyHandle(meta).ok());
  }
  // A table that this program does not know.
  void AddTable(const std::string& name) {
    rocksdb::DB* raw = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    const std::vector<rocksdb::ColumnFamilyDescriptor> known = {{"default", {}}, {"meta", {}}};
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::DBOptions(), dir_, known, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    ASSERT_TRUE(db->CreateColumnFamily({}, name, &handles.emplace_back()).ok());
    for (rocksdb::ColumnFamilyHandle* handle : handles) {
      ASSERT_TRUE(db->DestroyColumnFamilyHandle(handle).ok());
    }
  }
  void ExpectRefusedWithTheWayOut() {
    const absl::Status refused = StateStore::Open(dir_).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_NE(refused.message().find("start the version that wrote it"), absl::string_view::npos) << refused;
  }

  const std::string dir_;
};

TEST_F(StateStoreTest, WhatAnOldStoreSaysOfItselfIsReadWithoutItsTables) {
  WriteOld("2", "17");
  const auto stamp = StateStore::ReadStamp(dir_);
  ASSERT_TRUE(stamp.ok()) << stamp.status();
  EXPECT_EQ((*stamp)->schema, 2);
  EXPECT_EQ((*stamp)->position, 17u);
}

TEST_F(StateStoreTest, WhereThereIsNoStoreThereIsNoStamp) {
  EXPECT_FALSE(StateStore::ReadStamp(dir_).value().has_value());
  EXPECT_FALSE(std::filesystem::exists(dir_));
}

TEST_F(StateStoreTest, ANewStoreSaysTheSchemaOfThisProgram) {
  StateStore::Open(dir_).value().reset();
  EXPECT_EQ(StateStore::ReadStamp(dir_).value()->schema, StateStore::Schema());
}

TEST_F(StateStoreTest, ANewerSchemaIsRefusedWithTheWayOut) {
  WriteOld(absl::StrCat(StateStore::Schema() + 1), "17");
  ExpectRefusedWithTheWayOut();
}

TEST_F(StateStoreTest, TablesOfANewerVersionAreRefusedWithTheWayOut) {
  WriteOld(absl::StrCat(StateStore::Schema() + 1), "17");
  AddTable("of_tomorrow");
  ExpectRefusedWithTheWayOut();
}

}  // namespace
}  // namespace seaworthy
