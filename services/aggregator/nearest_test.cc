#include "services/aggregator/nearest.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

class NearestTest : public ::testing::Test {
 protected:
  NearestTest()
      : dir_(std::filesystem::path(::testing::TempDir()) / absl::StrCat("nearest-", RandomHex(8))),
        store_(StateStore::Open(dir_.string()).value()),
        state_(store_->Begin()) {}
  ~NearestTest() override {
    state_.reset();
    store_.reset();
    std::filesystem::remove_all(dir_);
  }

  static v1::Revision Tool(const std::string& id, double size,
                           const std::string& category = "Language Models", v1::ToolKind kind = v1::MODEL) {
    v1::Revision tool;
    tool.set_tool_id(id);
    tool.set_kind(kind);
    tool.set_category(category);
    if (size > 0) tool.add_parameters_b(size);
    return tool;
  }
  void Shelve(const v1::Revision& tool) { UpdateNearest(*state_, nullptr, tool); }
  std::vector<std::string> Near(const v1::Revision& tool, size_t count) {
    const auto near = FindNearest(*state_, tool, count).value();
    std::vector<std::string> ids;
    for (const v1::Revision& revision : near) ids.push_back(revision.tool_id());
    return ids;
  }

  const std::filesystem::path dir_;
  std::unique_ptr<StateStore> store_;
  std::unique_ptr<StateTransaction> state_;
};

using Ids = std::vector<std::string>;

TEST_F(NearestTest, TheNearestSizeComesFirst) {
  for (const auto& [id, size] : {std::pair{"a", 1.0}, {"b", 6.0}, {"c", 8.0}, {"d", 70.0}})
    Shelve(Tool(id, size));
  EXPECT_EQ(Near(Tool("new", 7), 3), (Ids{"c", "b", "a"}));
}

TEST_F(NearestTest, TheSameCategoryComesBeforeANearerSize) {
  Shelve(Tool("twin", 7, "Code Models"));
  Shelve(Tool("far", 400));
  EXPECT_EQ(Near(Tool("new", 7), 2), (Ids{"far", "twin"}));
}

TEST_F(NearestTest, ModelsAndProgramsAreNotPaired) {
  Shelve(Tool("kit", 0, "Developer Tools", v1::LIBRARY));
  Shelve(Tool("app", 0, "Applications", v1::APPLICATION));
  EXPECT_EQ(Near(Tool("new", 7), 5), Ids{});
  EXPECT_EQ(Near(Tool("new-app", 0, "Applications", v1::APPLICATION), 5), (Ids{"app", "kit"}));
}

TEST_F(NearestTest, AToolIsNotNearItself) {
  Shelve(Tool("a", 7));
  EXPECT_EQ(Near(Tool("a", 7), 5), Ids{});
}

TEST_F(NearestTest, AMovedToolLeavesItsOldPlace) {
  const v1::Revision before = Tool("a", 7);
  Shelve(before);
  UpdateNearest(*state_, &before, Tool("a", 70, "Code Models"));
  EXPECT_EQ(Near(Tool("new", 7), 5), (Ids{"a"}));
  EXPECT_EQ(FindNearest(*state_, Tool("new", 7), 5)->front().parameters_b(0), 70);
}

TEST_F(NearestTest, TiesAreBrokenById) {
  for (const char* id : {"c", "a", "b"}) Shelve(Tool(id, 7));
  EXPECT_EQ(Near(Tool("new", 7), 3), (Ids{"a", "b", "c"}));
}

}  // namespace
}  // namespace seaworthy
