#include "cli/data_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/exit_code.h"
#include "cli/full_disk_test_support.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class DataDirTest : public testing::Test {
 protected:
  DataDirTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-data-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~DataDirTest() override { fs::remove_all(folder_); }

  std::string Dir() const { return (folder_ / "data").string(); }
  static unsigned Mode(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
  }

  fs::path folder_;
};

TEST_F(DataDirTest, IsMadeForThisUserOnly) {
  const auto data = DataDir::Open(Dir());
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(Mode(Dir()), 0700u);
  EXPECT_EQ(Mode((*data)->layout().run), 0700u);
}

TEST_F(DataDirTest, BelongsToOneProcessAtATime) {
  const auto first = DataDir::Open(Dir());
  const auto second = DataDir::Open(Dir());
  EXPECT_EQ(ExitCodeOf(second.status()), kInUse);
  EXPECT_THAT(second.status().message(),
              AllOf(HasSubstr(Dir()), HasSubstr(absl::StrCat("process ", getpid())), HasSubstr("--data")));
  EXPECT_EQ(UsedBy(DataLayout(Dir())).value(), getpid());
}

TEST_F(DataDirTest, IsFreeAgainAfterwards) {
  DataDir::Open(Dir()).value().reset();
  EXPECT_EQ(UsedBy(DataLayout(Dir())).value(), 0);
  EXPECT_TRUE(DataDir::Open(Dir()).ok());
}

TEST_F(DataDirTest, MakesATokenOnceAndKeepsItSecret) {
  const auto data = DataDir::Open(Dir()).value();
  const std::string token = data->ReadOrMakeApiToken().value();
  EXPECT_EQ(token.size(), 64u);
  EXPECT_EQ(data->ReadOrMakeApiToken().value(), token);
  EXPECT_EQ(Mode(data->layout().token_file), 0600u);
}

TEST_F(DataDirTest, AnEmptyTokenFileIsNoToken) {
  const auto data = DataDir::Open(Dir()).value();
  std::ofstream(data->layout().token_file) << "\n";
  EXPECT_THAT(data->ReadOrMakeApiToken().status().message(), HasSubstr("remove it"));
}

TEST_F(DataDirTest, AFileInItsPlaceIsNamed) {
  std::ofstream(Dir()) << "x";
  EXPECT_THAT(DataDir::Open(Dir()).status().message(), AllOf(HasSubstr(Dir()), HasSubstr("no folder")));
}

TEST_F(DataDirTest, ItsSocketLiesInsideWhereThatIsShortEnough) {
  const auto data = DataDir::Open(Dir()).value();
  EXPECT_EQ(data->SocketAddress().value(), "unix:" + Dir() + "/run/grpc.sock");
}

TEST_F(DataDirTest, ALongPathGetsAShortSocket) {
  const auto data = DataDir::Open((folder_ / std::string(120, 'x')).string()).value();
  const std::string address = data->SocketAddress().value();
  EXPECT_THAT(address, AllOf(StartsWith("unix:/tmp/seaworthy-"), EndsWith("/grpc.sock")));
  EXPECT_LT(address.size(), 100u);
  fs::remove_all(fs::path(address.substr(5)).parent_path());
}

TEST_F(DataDirTest, SaysHowItsHttpIsReachedFromHere) {
  const auto data = DataDir::Open(Dir()).value();
  for (const auto& [host, url] : {std::pair("127.0.0.1", "http://127.0.0.1:8080\n"),
                                  {"0.0.0.0", "http://127.0.0.1:8080\n"},
                                  {"::", "http://[::1]:8080\n"},
                                  {"2001:db8::7", "http://[2001:db8::7]:8080\n"}}) {
    ASSERT_TRUE(data->PublishHttp(host, 8080).ok());
    EXPECT_EQ(ReadWholeFile(data->layout().http, 100).value(), url);
  }
}

TEST_F(DataDirTest, ForgetsTheAddressesOfAKilledProcess) {
  auto killed = DataDir::Open(Dir()).value();
  killed->PublishAddress("unix:/gone").IgnoreError();
  killed->PublishHttp("127.0.0.1", 1).IgnoreError();
  killed = nullptr;
  const auto data = DataDir::Open(Dir()).value();
  EXPECT_FALSE(fs::exists(data->layout().address));
  EXPECT_FALSE(fs::exists(data->layout().http));
}

TEST_F(DataDirTest, AFolderThatCannotBeMadeIsNamedWithTheReason) {
  std::ofstream(Dir()) << "x";
  EXPECT_THAT(DataDir::Open(Dir() + "/below").status().message(),
              AllOf(HasSubstr("/below: cannot be used"), HasSubstr("Not a directory")));
}

TEST_F(DataDirTest, ALockThatNamesNobodyIsHeldAllTheSame) {
  const auto data = DataDir::Open(Dir()).value();
  for (const char* text : {"", "somebody\n"}) {
    std::ofstream(data->layout().lock) << text;
    EXPECT_THAT(DataDir::Open(Dir()).status().message(), HasSubstr("in use by another process"));
    EXPECT_EQ(UsedBy(data->layout()).value(), -1);
  }
}

TEST_F(DataDirTest, AFolderThatNobodyEverUsedIsFree) {
  fs::create_directory(Dir());
  EXPECT_EQ(UsedBy(DataLayout(Dir())).value(), 0);
}

TEST_F(DataDirTest, WhatStandsWhereTheLockShouldIsNamed) {
  fs::create_directories(Dir() + "/run/lock");
  EXPECT_THAT(DataDir::Open(Dir()).status().message(), HasSubstr("/run/lock"));
  EXPECT_THAT(UsedBy(DataLayout(Dir())).status().message(), HasSubstr("Is a directory"));
}

TEST_F(DataDirTest, ASlashAtTheEndChangesNothing) {
  EXPECT_EQ(DataLayout(Dir() + "/").dir, Dir());
  EXPECT_EQ(DataLayout("/").dir, "/");
}

TEST_F(DataDirTest, ATokenThatCannotBeReadIsNotMadeAnew) {
  const auto data = DataDir::Open(Dir()).value();
  fs::create_directory(data->layout().token_file);
  EXPECT_THAT(data->ReadOrMakeApiToken().status().message(), HasSubstr("api-token: cannot be read"));
}

// Others could listen in where the folder of the short socket is theirs, or open to them.
TEST_F(DataDirTest, TheFolderOfAShortSocketIsOursAlone) {
  const auto data = DataDir::Open((folder_ / std::string(120, 'x')).string()).value();
  const fs::path dir = fs::path(data->SocketAddress().value().substr(5)).parent_path();
  EXPECT_TRUE(data->SocketAddress().ok());
  fs::permissions(dir, fs::perms::group_exec, fs::perm_options::add);
  EXPECT_THAT(data->SocketAddress().status().message(), HasSubstr("others may enter it"));
  fs::remove_all(dir);
  fs::create_symlink(folder_, dir);
  EXPECT_THAT(data->SocketAddress().status().message(), HasSubstr("belongs to someone else"));
  fs::remove(dir);
}

TEST_F(DataDirTest, ASecretThatCannotBeWrittenLeavesNothingBehind) {
  EXPECT_THAT(WriteSecretFile((folder_ / "none/secret").string(), "x").message(),
              HasSubstr("none/secret: cannot be written: No such file"));
  const std::string taken = (folder_ / "taken").string();
  fs::create_directory(taken);
  EXPECT_THAT(WriteSecretFile(taken, "x").message(), HasSubstr("taken: cannot be written: Is a directory"));
  const FullDisk full;
  EXPECT_THAT(WriteSecretFile((folder_ / "large").string(), "x").message(),
              HasSubstr("cannot be written: File too large"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(DataDirTest, WhatIsNoFileCannotBeRead) {
  EXPECT_EQ(ReadWholeFile(folder_.string(), 10).status().code(), absl::StatusCode::kPermissionDenied);
  std::ofstream(Dir()) << "x";
  EXPECT_EQ(ReadWholeFile(Dir() + "/below", 10).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(ReadWholeFile, IsBounded) {
  EXPECT_EQ(ReadWholeFile("/dev/zero", 1000).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReadWholeFile("/no/such", 10).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace seaworthy::cli
