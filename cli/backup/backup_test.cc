#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/backup/backup_folder.h"
#include "cli/backup/manifest.h"
#include "cli/backup/named_objects.h"
#include "common/hash.h"
#include "seaworthy/v1/event.pb.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

void WriteFile(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string FileText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A folder of files, and one of backups.
class BackupFolderTest : public testing::Test {
 protected:
  BackupFolderTest() : root_(MakeRoot()), source_(root_ / "source"), dir_(root_ / "backups") {
    fs::create_directory(source_);
  }
  ~BackupFolderTest() override { fs::remove_all(root_); }

  static fs::path MakeRoot() {
    std::string name = (fs::temp_directory_path() / "seaworthy-backup-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    return name;
  }

  void Put(const std::string& name, const std::string& text) { WriteFile(source_ / name, text); }

  // One backup of the named files; its number.
  int BackUp(const std::vector<std::string>& names) {
    auto folder = BackupFolder::OpenToWrite(dir_);
    EXPECT_TRUE(folder.ok()) << folder.status();
    Manifest manifest;
    manifest.program = "1.2.3";
    for (const std::string& name : names) {
      auto added = (*folder)->Add(source_ / name);
      EXPECT_TRUE(added.ok()) << added.status();
      manifest.files.push_back({"log/" + name, added->digest});
      copied_ += added->copied ? 1 : 0;
    }
    EXPECT_TRUE((*folder)->Finish(manifest).ok());
    return manifest.number;
  }

  absl::Status Check(int number) {
    auto folder = BackupFolder::OpenToRead(dir_);
    if (!folder.ok()) return folder.status();
    auto manifest = (*folder)->Read(number);
    if (!manifest.ok()) return manifest.status();
    for (const BackedUpFile& file : manifest->files) {
      if (absl::Status checked = (*folder)->CheckFile(file); !checked.ok()) return checked;
    }
    return absl::OkStatus();
  }

  std::vector<int> Numbers() { return BackupFolder::OpenToRead(dir_).value()->Numbers().value(); }
  absl::Status Prune(size_t keep) { return BackupFolder::OpenToWrite(dir_).value()->Prune(keep).status(); }
  fs::path Kept(const std::string& text) {
    const std::string hash = Sha256Hex(text);
    return dir_ / "files" / hash.substr(0, 2) / hash;
  }
  fs::path ManifestOf(int number) { return dir_ / "backups" / absl::StrCat("00000", number, ".json"); }

  const fs::path root_, source_, dir_;
  int copied_ = 0;
};

TEST_F(BackupFolderTest, WhatABackupHoldsComesBack) {
  Put("a", "first");
  const int number = BackUp({"a"});
  const auto folder = BackupFolder::OpenToRead(dir_).value();
  const Manifest manifest = folder->Read(number).value();
  ASSERT_EQ(manifest.files.size(), 1);
  ASSERT_TRUE(folder->Restore(manifest.files[0], root_ / "to").ok());
  EXPECT_EQ(FileText(root_ / "to/log/a"), "first");
  EXPECT_EQ(manifest.program, "1.2.3");
}

TEST_F(BackupFolderTest, TheSameBytesAreCopiedOnce) {
  Put("a", "the same");
  Put("b", "the same");
  BackUp({"a", "b"});
  BackUp({"a"});
  EXPECT_EQ(copied_, 1);
  EXPECT_THAT(Numbers(), ElementsAre(1, 2));
}

TEST_F(BackupFolderTest, AFlippedByteIsFound) {
  Put("a", "whole bytes");
  const int number = BackUp({"a"});
  WriteFile(Kept("whole bytes"), "whole bytez");
  const absl::Status checked = Check(number);
  EXPECT_TRUE(absl::IsDataLoss(checked));
  EXPECT_THAT(std::string(checked.message()), HasSubstr("log/a"));
}

TEST_F(BackupFolderTest, ADamagedFileIsCopiedAnewByTheNextBackup) {
  Put("a", "whole bytes");
  BackUp({"a"});
  WriteFile(Kept("whole bytes"), "whole bytez");
  BackUp({"a"});
  EXPECT_TRUE(Check(1).ok());
  EXPECT_EQ(copied_, 2);
}

TEST_F(BackupFolderTest, EveryChangedByteOfAManifestIsFound) {
  Put("a", "text");
  BackUp({"a"});
  const std::string json = FileText(ManifestOf(1));
  for (size_t at = 0; at < json.size(); ++at) {
    std::string changed = json;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(ParseManifest(changed).ok()) << at;
  }
  EXPECT_TRUE(ParseManifest(json).ok());
}

TEST_F(BackupFolderTest, AManifestCutShortIsFound) {
  Put("a", "text");
  BackUp({"a"});
  WriteFile(ManifestOf(1), FileText(ManifestOf(1)).substr(0, 40));
  EXPECT_TRUE(absl::IsDataLoss(Check(1)));
}

TEST_F(BackupFolderTest, OnlyTheNewestStayWithWhatTheyNeed) {
  for (const std::string text : {"one", "two", "three"}) {
    Put("a", text);
    BackUp({"a"});
  }
  ASSERT_TRUE(Prune(2).ok());
  EXPECT_THAT(Numbers(), ElementsAre(2, 3));
  EXPECT_FALSE(fs::exists(Kept("one")));
  EXPECT_TRUE(Check(2).ok());
  EXPECT_TRUE(Check(3).ok());
}

TEST_F(BackupFolderTest, NothingIsRemovedWhileAManifestCannotBeRead) {
  Put("a", "one");
  BackUp({"a"});
  WriteFile(ManifestOf(1), "{}");
  Put("a", "two");
  BackUp({"a"});
  EXPECT_TRUE(absl::IsDataLoss(Prune(0)));
  EXPECT_TRUE(fs::exists(Kept("one")));
}

TEST_F(BackupFolderTest, WhatAnInterruptedBackupLeftIsNoBackupAndGoes) {
  Put("a", "one");
  BackUp({"a"});
  Put("b", "never finished");
  ASSERT_TRUE(BackupFolder::OpenToWrite(dir_).value()->Add(source_ / "b").ok());
  EXPECT_THAT(Numbers(), ElementsAre(1));
  EXPECT_TRUE(Check(1).ok());
  ASSERT_TRUE(Prune(0).ok());
  EXPECT_FALSE(fs::exists(Kept("never finished")));
}

TEST_F(BackupFolderTest, OneWritesAtATime) {
  const auto first = BackupFolder::OpenToWrite(dir_);
  EXPECT_TRUE(absl::IsFailedPrecondition(BackupFolder::OpenToWrite(dir_).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(BackupFolder::OpenToRead(dir_).status()));
}

TEST_F(BackupFolderTest, AFolderOfSomethingElseIsRefused) {
  EXPECT_TRUE(BackupFolder::OpenToWrite(source_).ok());
  Put("a", "text");
  fs::remove(source_ / "seaworthy-backups");
  EXPECT_TRUE(absl::IsFailedPrecondition(BackupFolder::OpenToWrite(source_).status()));
  EXPECT_TRUE(absl::IsNotFound(BackupFolder::OpenToRead(source_).status()));
}

TEST_F(BackupFolderTest, AFreshlyMountedDiskIsAnEmptyFolder) {
  fs::create_directory(source_ / "lost+found");
  EXPECT_TRUE(BackupFolder::OpenToWrite(source_).ok());
}

TEST_F(BackupFolderTest, AManifestMustNotNamePlacesOutside) {
  auto folder = BackupFolder::OpenToWrite(dir_).value();
  Manifest manifest;
  manifest.files.push_back({"../outside", {1, Sha256Hex("x")}});
  ASSERT_TRUE(folder->Finish(manifest).ok());
  EXPECT_TRUE(absl::IsDataLoss(folder->Read(1).status()));
}

TEST(Manifest, SurvivesItsJson) {
  Manifest manifest;
  manifest.number = 7;
  manifest.time = absl::FromUnixMicros(1'700'000'000'123'456);
  manifest.log_end = {12, Sha256Hex("log"), absl::FromUnixMicros(1'600'000'000'000'001)};
  manifest.state = {{10, Sha256Hex("record"), absl::UnixEpoch()}, 6, Sha256Hex("state")};
  manifest.left_out.push_back({"objects", "elsewhere"});
  const auto read = ParseManifest(ToJson(manifest));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->time, manifest.time);
  EXPECT_EQ(read->log_end, manifest.log_end);
  EXPECT_EQ(read->state->seen, manifest.state->seen);
  EXPECT_EQ(ToJson(*read), ToJson(manifest));
}

TEST(NamedObjects, AreFoundAtAnyDepth) {
  v1::Event event;
  event.mutable_announcement_received()->mutable_announcement()->set_object_hash("announcement");
  std::vector<std::string> named;
  ForEachNamedObject(event, [&](const std::string& hash) { named.push_back(hash); });
  EXPECT_THAT(named, ElementsAre("announcement"));
  v1::Event verdict;
  auto* const provenance = verdict.mutable_verdict_given()->mutable_verdict()->mutable_provenance();
  provenance->set_request_object("request");
  provenance->set_answer_object("answer");
  named.clear();
  ForEachNamedObject(verdict, [&](const std::string& hash) { named.push_back(hash); });
  EXPECT_THAT(named, UnorderedElementsAre("request", "answer"));
}

TEST(HashSet, KnowsWhatWasAdded) {
  HashSet set;
  set.Add(Sha256Hex("a"));
  set.Add(Sha256Hex("b"));
  set.Seal();
  EXPECT_TRUE(set.Has(Sha256Hex("a")));
  EXPECT_FALSE(set.Has(Sha256Hex("c")));
  EXPECT_FALSE(set.Has("no hash"));
}

}  // namespace
}  // namespace seaworthy::cli
