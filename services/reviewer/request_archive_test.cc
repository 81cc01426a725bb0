#include "services/reviewer/request_archive.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

class RequestArchiveTest : public testing::Test {
 protected:
  std::string Pack(const std::string& sent) { return *archive_.Pack(sent); }
  std::string Unpack(const std::string& packed) { return *UnpackRequest(packed, *objects_); }

  const std::string rules_ = std::string(10'000, 'r');
  std::unique_ptr<ObjectStore> objects_ = NewMemoryObjectStore();
  RequestArchive archive_{objects_.get()};
};

TEST_F(RequestArchiveTest, WhatRequestsShareIsKeptOnce) {
  Pack(rules_ + "Harrow");
  const std::string packed = Pack(rules_ + "Lantern, with quotes \" and \\ and \xC3\xA9");
  EXPECT_LT(packed.size(), 200u);
  EXPECT_EQ(Unpack(packed), rules_ + "Lantern, with quotes \" and \\ and \xC3\xA9");
}

TEST_F(RequestArchiveTest, TheSameRequestAgainIsItsPrefix) {
  const std::string sent = rules_ + "Harrow";
  EXPECT_EQ(Unpack(Pack(sent)), sent);
  EXPECT_EQ(Unpack(Pack(sent)), sent);
}

TEST_F(RequestArchiveTest, AChanceLikenessIsForgotten) {
  Pack(rules_ + "Tool A");
  Pack(rules_ + "Tool B");
  const std::string packed = Pack(rules_ + "x");
  EXPECT_EQ(Unpack(packed), rules_ + "x");
  EXPECT_LT(Pack(rules_ + "y").size(), 200u);
}

TEST_F(RequestArchiveTest, CharactersAreNotCutInTwo) {
  Pack(rules_ + "\xC3\xA9");
  EXPECT_EQ(Unpack(Pack(rules_ + "\xC3\xA8")), rules_ + "\xC3\xA8");
}

TEST_F(RequestArchiveTest, ShortAndForeignRequestsStayAsTheyAre) {
  EXPECT_EQ(Pack("short"), "short");
  EXPECT_EQ(Pack(rules_), rules_);
  EXPECT_EQ(Pack("another endpoint's"), "another endpoint's");
}

TEST_F(RequestArchiveTest, AMissingPrefixIsAnError) {
  Pack(rules_ + "a");
  const std::string packed = Pack(rules_ + "b");
  EXPECT_FALSE(UnpackRequest(packed, *NewMemoryObjectStore()).ok());
}

}  // namespace
}  // namespace seaworthy
