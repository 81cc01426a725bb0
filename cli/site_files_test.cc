#include "cli/site_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/full_disk_test_support.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(FileOfPage, IsServedUnderThePagesPath) {
  EXPECT_EQ(FileOfPage("/").value(), "index.html");
  EXPECT_EQ(FileOfPage("/404").value(), "404.html");
  EXPECT_EQ(FileOfPage("/compare/a-vs-b").value(), "compare/a-vs-b/index.html");
  EXPECT_EQ(FileOfPage("/assets/site.css").value(), "assets/site.css");
}

TEST(FileOfPage, NeverLeavesTheFolder) {
  for (const char* bad : {"", "x", "//x", "/../x", "/a/../../x", "/a/", "/.git/config", "/a\n/b", "/a\\b"}) {
    EXPECT_FALSE(FileOfPage(bad).ok()) << bad;
  }
}

class SiteFilesTest : public testing::Test {
 protected:
  SiteFilesTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-site-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SiteFilesTest() override { fs::remove_all(folder_); }

  // One whole export of these pages, each with its path as body.
  size_t Export(std::initializer_list<const char*> pages) {
    const auto site = SiteFiles::Open(folder_.string()).value();
    EXPECT_TRUE(site->Begin({pages.begin(), pages.end()}).ok());
    for (const char* page : pages) EXPECT_TRUE(site->Write(page, page).ok());
    return site->Finish().value();
  }
  std::string Read(const std::string& file) const {
    std::ifstream in(folder_ / file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
};

TEST_F(SiteFilesTest, WritesEveryPage) {
  Export({"/", "/tools/a"});
  EXPECT_EQ(Read("index.html"), "/");
  EXPECT_EQ(Read("tools/a/index.html"), "/tools/a");
}

TEST_F(SiteFilesTest, RemovesWhatIsNoLongerPublic) {
  Export({"/", "/tools/a", "/tools/b"});
  EXPECT_EQ(Export({"/", "/tools/b"}), 1u);
  EXPECT_FALSE(fs::exists(folder_ / "tools/a"));
  EXPECT_EQ(Read("tools/b/index.html"), "/tools/b");
}

TEST_F(SiteFilesTest, RefusesAFolderOfSomeoneElse) {
  std::ofstream(folder_ / "thesis.txt") << "x";
  const auto site = SiteFiles::Open(folder_.string());
  EXPECT_THAT(site.status().message(), HasSubstr("was not made by `seaworthy export`"));
}

TEST_F(SiteFilesTest, NeverRemovesWhatAForgedListNames) {
  const fs::path site = folder_ / "site";
  const fs::path outside = folder_ / "outside";
  fs::create_directory(site);
  std::ofstream(outside) << "mine";
  std::ofstream(site / ".seaworthy-export") << "../outside\ngone.html\n";
  EXPECT_EQ(SiteFiles::Open(site.string()).value()->Finish().value(), 0u);
  EXPECT_TRUE(fs::exists(outside));
}

TEST_F(SiteFilesTest, AnExportThatWasCutShortLeavesNothingBehind) {
  const auto cut_short = SiteFiles::Open(folder_.string()).value();
  ASSERT_TRUE(cut_short->Begin({"/", "/tools/a"}).ok());
  ASSERT_TRUE(cut_short->Write("/tools/a", "a").ok());
  EXPECT_EQ(Export({"/"}), 1u);
  EXPECT_FALSE(fs::exists(folder_ / "tools/a"));
}

TEST_F(SiteFilesTest, WhatIsNoFolderIsNamed) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_THAT(SiteFiles::Open((folder_ / "file").string()).status().message(),
              HasSubstr("file: cannot be made a folder; name another"));
  fs::create_directories(folder_ / "site/.seaworthy-export");
  EXPECT_THAT(SiteFiles::Open((folder_ / "site").string()).status().message(),
              HasSubstr(".seaworthy-export: cannot be read"));
}

TEST_F(SiteFilesTest, AFileThatCannotBeWrittenIsNamedAndTheOldOneStays) {
  Export({"/"});
  const auto site = SiteFiles::Open(folder_.string()).value();
  {
    const FullDisk full;
    EXPECT_THAT(site->Write("/", "other").message(), HasSubstr("index.html: cannot be written; check space"));
  }
  EXPECT_EQ(Read("index.html"), "/");
}

TEST_F(SiteFilesTest, WhatSomebodyPutInTheWayIsNotFollowed) {
  const auto site = SiteFiles::Open(folder_.string()).value();
  fs::create_symlink(folder_ / "outside", folder_ / "index.html.part");
  EXPECT_FALSE(site->Write("/", "page").ok());
  EXPECT_FALSE(fs::exists(folder_ / "outside"));
  fs::create_directory(folder_ / "404.html");
  EXPECT_FALSE(site->Write("/404", "page").ok());
}

}  // namespace
}  // namespace seaworthy::cli
