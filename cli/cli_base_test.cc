#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cli/documents.h"
#include "cli/exit_code.h"
#include "cli/port_probe.h"
#include "cli/review_text.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExitCode, IsWhatTheErrorWasMarkedWith) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kOk);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("x")), kFailed);
  EXPECT_EQ(ExitCodeOf(WithExitCode(absl::InternalError("x"), kRejected)), kRejected);
}

class DocumentsTest : public testing::Test {
 protected:
  DocumentsTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-docs-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~DocumentsTest() override { fs::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  fs::path folder_;
};

TEST_F(DocumentsTest, AFolderIsItsFilesSortedWithoutHiddenOnes) {
  const std::string b = Write("b.md", "b");
  const std::string a = Write("sub/a.html", "a");
  Write(".git/config", "x");
  Write(".hidden", "x");
  EXPECT_THAT(ListDocuments(folder_.string()).value(), ElementsAre(b, a));
}

TEST_F(DocumentsTest, WhatIsNotThereIsNamed) {
  EXPECT_THAT(ListDocuments("/no/such").status().message(), AllOf(HasSubstr("/no/such"), HasSubstr("`-`")));
  EXPECT_THAT(ListDocuments(folder_.string()).status().message(), HasSubstr("no file"));
}

TEST_F(DocumentsTest, ADocumentIsAtMostTwoMebibytes) {
  const std::string fits = Write("fits.txt", std::string(kMaxDocumentBytes, 'x'));
  const std::string over = Write("over.txt", std::string(kMaxDocumentBytes + 1, 'x'));
  EXPECT_EQ(ReadDocument(fits).value().bytes.size(), kMaxDocumentBytes);
  EXPECT_EQ(ReadDocument(fits).value().file_name, "fits.txt");
  EXPECT_THAT(ReadDocument(over).status().message(), AllOf(HasSubstr(over), HasSubstr("2 MiB")));
}

TEST(PortProbe, APortInUseIsNamedWithTheWayOut) {
  const int port = FindFreePort("127.0.0.1").value();
  EXPECT_TRUE(ProbePort("127.0.0.1", port).ok());
  EXPECT_THAT(ProbePort("nowhere", port).message(), HasSubstr("no IP address"));
}

TEST(ReviewText, ShowsVotesAndTakesControlsOut) {
  v1::ToolView view;
  view.mutable_revision()->set_name("Evil\x1b[2J 7B");
  view.mutable_panel()->set_total(1);
  view.mutable_panel()->set_ship_percent(0);
  v1::Verdict& verdict = *view.add_verdicts();
  verdict.set_persona_id("dx");
  verdict.set_vote(v1::SKIP);
  verdict.set_quote("It says \x1b]0;owned\x07 nothing.");
  verdict.mutable_provenance()->set_rule_based(true);
  const std::string text = ReviewText(view, {}, 80, false);
  EXPECT_THAT(text,
              AllOf(HasSubstr("SKIP  dx"), HasSubstr("0% ship (0 of 1)"), HasSubstr("written by rules")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace seaworthy::cli
