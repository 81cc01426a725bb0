#include "cli/backup/durable_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "cli/full_disk_test_support.h"
#include "common/hash.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class DurableFilesTest : public testing::Test {
 protected:
  DurableFilesTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-durable-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~DurableFilesTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(Path(name), std::ios::binary) << text;
    return Path(name);
  }

  fs::path folder_;
};

TEST_F(DurableFilesTest, ACopyIsOfTheSameBytesHoweverMany) {
  const std::string text(3'000'000, 'x');
  const auto copied = CopyFileDurably(Write("from", text), Path("to"));
  EXPECT_EQ(copied.value(), (FileDigest{text.size(), Sha256Hex(text)}));
  EXPECT_EQ(DigestFile(Path("to")).value(), *copied);
}

TEST_F(DurableFilesTest, WhatCannotBeReadIsNamedWithTheReason) {
  EXPECT_TRUE(absl::IsNotFound(DigestFile(Path("none")).status()));
  EXPECT_TRUE(absl::IsDataLoss(DigestFile(Path("")).status()));
  EXPECT_TRUE(absl::IsDataLoss(DigestFile(Write("file", "x") + "/below").status()));
  EXPECT_THAT(std::string(CopyFileDurably(Path("none"), Path("to")).status().message()),
              HasSubstr("none: cannot be read: No such file"));
}

TEST_F(DurableFilesTest, WhatCannotBeWrittenIsNamedWithTheReason) {
  const std::string from = Write("from", "x");
  EXPECT_THAT(std::string(CopyFileDurably(from, from).status().message()),
              AllOf(HasSubstr("cannot be written: File exists"), HasSubstr("space and its owner")));
  const FullDisk full;
  EXPECT_THAT(std::string(CopyFileDurably(from, Path("to")).status().message()),
              HasSubstr("to: cannot be written: File too large"));
}

TEST_F(DurableFilesTest, FoldersAreMadeForThisUserWithThoseAboveThem) {
  ASSERT_TRUE(MakePrivateFolders(Path("a/b/c")).ok());
  EXPECT_EQ(fs::status(Path("a/b")).permissions(), fs::perms::owner_all);
  EXPECT_TRUE(MakePrivateFolders(Path("a/b/c")).ok());
  Write("file", "x");
  EXPECT_THAT(std::string(MakePrivateFolders(Path("file")).message()),
              HasSubstr("file: cannot be written: Not a directory"));
  EXPECT_THAT(std::string(MakePrivateFolders(Path("file/a/b")).message()), HasSubstr("Not a directory"));
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  EXPECT_TRUE(MakePrivateFolders("here").ok());
  fs::current_path(before);
  EXPECT_TRUE(fs::is_directory(Path("here")));
}

TEST_F(DurableFilesTest, AFolderThatIsGoneIsNoEmptyOne) {
  const auto visit = [](const std::string&) { return absl::OkStatus(); };
  EXPECT_THAT(std::string(ForEachFile(Path("none"), visit).message()),
              HasSubstr("none: cannot be listed: No such"));
  EXPECT_TRUE(absl::IsUnavailable(NamesIn(Path("none")).status()));
  EXPECT_TRUE(absl::IsUnavailable(SyncFolder(Path("none"))));
  Write("file", "x");
  EXPECT_THAT(NamesIn(folder_.string()).value(), ElementsAre("file"));
}

TEST_F(DurableFilesTest, ALockIsSharedOrHeldAlone) {
  const std::string path = Path("lock");
  EXPECT_TRUE(absl::IsNotFound(FileLock::Take(path, /*alone=*/false, "in use").status()));
  EXPECT_TRUE(absl::IsUnavailable(FileLock::Take(Path("none/lock"), /*alone=*/true, "in use").status()));
  {
    const auto alone = FileLock::Take(path, /*alone=*/true, "in use");
    EXPECT_EQ(std::string(FileLock::Take(path, /*alone=*/false, "in use").status().message()), "in use");
  }
  const auto one = FileLock::Take(path, /*alone=*/false, "in use");
  EXPECT_TRUE(FileLock::Take(path, /*alone=*/false, "in use").ok());
  EXPECT_FALSE(FileLock::Take(path, /*alone=*/true, "in use").ok());
}

}  // namespace
}  // namespace seaworthy::cli
