#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/full_disk_test_support.h"
#include "cli/jsonl_checkpoint.h"
#include "cli/jsonl_ingest.h"
#include "cli/jsonl_request.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

// Keeps what was submitted and answers as it is told.
class FakeServer : public IngestClient {
 public:
  // Says so for documents that hold `word`.
  absl::Status refusal = absl::InvalidArgumentError("empty");
  std::string refused_word = "REFUSE";
  int outages = 0;               // Calls that fail with UNAVAILABLE first.
  size_t dies_after = SIZE_MAX;  // Submissions taken; then UNAVAILABLE for good.

  absl::StatusOr<v1::SubmitAnnouncementResponse> SubmitAnnouncement(
      const v1::SubmitAnnouncementRequest& request, absl::Duration) override {
    absl::MutexLock lock(&mutex_);
    if (outages > 0 && outages-- > 0) return absl::UnavailableError("restarting");
    if (calls_ >= dies_after) return absl::UnavailableError("gone");
    if (request.document().find(refused_word) != std::string::npos) return refusal;
    ++calls_;
    v1::SubmitAnnouncementResponse response;
    response.set_repeated(!documents_.insert(request.document()).second);
    return response;
  }
  size_t calls() {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }
  size_t documents() {
    absl::MutexLock lock(&mutex_);
    return documents_.size();
  }

#define SEAWORTHY_UNUSED(Method, Request, Response)                              \
  absl::StatusOr<Response> Method(const Request&, absl::Duration) override {     \
    return absl::UnimplementedError("bulk input submits and does nothing else"); \
  }
  SEAWORTHY_UNUSED(GetReceivedAnnouncement, v1::GetReceivedAnnouncementRequest, v1::Announcement)
  SEAWORTHY_UNUSED(ExtractAnnouncement, v1::ExtractAnnouncementRequest, v1::ExtractAnnouncementResponse)
  SEAWORTHY_UNUSED(RetryAnnouncement, v1::RetryAnnouncementRequest, v1::SubmitAnnouncementResponse)
  SEAWORTHY_UNUSED(ChangeSource, v1::ChangeSourceRequest, v1::SourceView)
  SEAWORTHY_UNUSED(ListSources, v1::ListSourcesRequest, v1::ListSourcesResponse)
  SEAWORTHY_UNUSED(ReadSource, v1::ReadSourceRequest, v1::SourceView)
  SEAWORTHY_UNUSED(HandleWebSub, v1::HandleWebSubRequest, v1::HandleWebSubResponse)
  SEAWORTHY_UNUSED(GetAnnouncementDocument, v1::GetAnnouncementDocumentRequest,
                   v1::GetAnnouncementDocumentResponse)
#undef SEAWORTHY_UNUSED

 private:
  absl::Mutex mutex_;
  size_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> documents_ ABSL_GUARDED_BY(mutex_);
};

class JsonlTest : public testing::Test {
 protected:
  JsonlTest() {
    std::string pattern = (fs::temp_directory_path() / "seaworthy-jsonl-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    options_.client = &server_;
    options_.rejected_path = Path("rejected");
    options_.checkpoint_path = Path("progress");
    options_.first_pause = absl::Microseconds(10);
    options_.patience = absl::ZeroDuration();
  }
  ~JsonlTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) { return (folder_ / name).string(); }
  static std::string Line(const std::string& document) { return json{{"document", document}}.dump() + "\n"; }
  static std::string Lines(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += Line(absl::StrCat("document ", i));
    return text;
  }
  void Write(const std::string& text) { std::ofstream(Path("in"), std::ios::binary) << text; }
  // From where the last run stopped.
  absl::StatusOr<JsonlProgress> Run() {
    const int fd = open(Path("in").c_str(), O_RDONLY);
    auto saved = ReadCheckpoint(options_.checkpoint_path);
    EXPECT_TRUE(saved.ok()) << saved.status();
    const JsonlCheckpoint from = saved->value_or(JsonlCheckpoint());
    lseek(fd, static_cast<off_t>(from.offset), SEEK_SET);
    auto progress = JsonlIngest(options_, fd, from).Run();
    close(fd);
    return progress;
  }
  std::vector<json> Rejected() {
    std::ifstream file(Path("rejected"));
    std::vector<json> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
    return lines;
  }
  absl::Status SameFile(const JsonlCheckpoint& checkpoint) {
    const int fd = open(Path("in").c_str(), O_RDONLY);
    const absl::Status status = CheckSameFile("in", fd, checkpoint);
    close(fd);
    return status;
  }

  fs::path folder_;
  FakeServer server_;
  JsonlIngest::Options options_;
};

TEST_F(JsonlTest, EveryLineIsSubmittedOnce) {
  Write(Lines(5000));
  const auto progress = Run();
  ASSERT_TRUE(progress.ok()) << progress.status();
  EXPECT_EQ(progress->lines, 5000u);
  EXPECT_EQ(progress->counts.at("received"), 5000u);
  EXPECT_EQ(server_.calls(), 5000u);
  EXPECT_EQ(server_.documents(), 5000u);
}

TEST_F(JsonlTest, AStoppedRunGoesOnAndRepeatsAtMostWhatWasUnderWay) {
  Write(Lines(6000));
  server_.dies_after = 3000;
  EXPECT_TRUE(absl::IsUnavailable(Run().status()));
  server_.dies_after = SIZE_MAX;
  const auto progress = Run();
  ASSERT_TRUE(progress.ok()) << progress.status();
  EXPECT_EQ(progress->lines, 6000u);
  EXPECT_EQ(server_.documents(), 6000u);
  EXPECT_LE(server_.calls(), 6000u + 256u);
}

TEST_F(JsonlTest, AFinishedFileHasNothingLeft) {
  Write(Lines(10));
  ASSERT_TRUE(Run().ok());
  const auto again = Run();
  EXPECT_EQ(again->this_run, 0u);
  EXPECT_EQ(again->counts.at("received"), 10u);
  EXPECT_EQ(server_.calls(), 10u);
}

TEST_F(JsonlTest, LinesAddedLaterAreTakenUp) {
  Write(Lines(10));
  ASSERT_TRUE(Run().ok());
  Write(Lines(12));
  EXPECT_EQ(Run()->this_run, 2u);
  EXPECT_EQ(server_.documents(), 12u);
}

TEST_F(JsonlTest, BadLinesAreNamedInTheirOrderAndStopNothing) {
  Write("nonsense\n" + Line("fine") + "\n   \n" + Line("REFUSE me") + "[1]\n" +
        R"({"text": "last, without end"})");
  const auto progress = Run();
  ASSERT_TRUE(progress.ok()) << progress.status();
  EXPECT_EQ(progress->counts,
            (std::map<std::string, uint64_t>{{"received", 2}, {"refused", 1}, {"unreadable", 2}}));
  const std::vector<json> rejected = Rejected();
  ASSERT_EQ(rejected.size(), 3u);
  EXPECT_EQ(rejected[0]["line"], 1);
  EXPECT_EQ(rejected[0]["begins"], "nonsense");
  EXPECT_EQ(rejected[1]["line"], 5);
  EXPECT_EQ(rejected[1]["reason"], "empty");
  EXPECT_EQ(rejected[2]["line"], 6);
}

TEST_F(JsonlTest, ALineBeyondTheBoundIsNamedAndNotKept) {
  Write(Line("a") + Line(std::string(kMaxJsonlLineBytes, 'x')) + Line("b"));
  const auto progress = Run();
  EXPECT_EQ(progress->counts.at("too_long"), 1u);
  EXPECT_EQ(progress->counts.at("received"), 2u);
  ASSERT_EQ(Rejected().size(), 1u);
  EXPECT_EQ(Rejected()[0]["line"], 2);
  EXPECT_LE(Rejected()[0]["begins"].get<std::string>().size(), 200u);
}

TEST_F(JsonlTest, AServerThatRestartsIsWaitedFor) {
  Write(Lines(20));
  server_.outages = 30;
  options_.patience = absl::Seconds(30);
  EXPECT_EQ(Run()->counts.at("received"), 20u);
}

TEST_F(JsonlTest, AnErrorThatIsNoAnswerStopsTheRun) {
  Write(Line("a") + Line("REFUSE"));
  server_.refusal = absl::InternalError("the disk is on fire");
  const absl::Status status = Run().status();
  EXPECT_TRUE(absl::IsInternal(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2"));
}

TEST_F(JsonlTest, ACheckpointIsForItsFileOnly) {
  Write(Lines(10));
  ASSERT_TRUE(Run().ok());
  const JsonlCheckpoint checkpoint = **ReadCheckpoint(Path("progress"));
  EXPECT_TRUE(SameFile(checkpoint).ok());
  Write(Lines(11));
  EXPECT_TRUE(SameFile(checkpoint).ok());
  Write(Lines(9) + Line("changed!!!") + Line("x"));
  EXPECT_TRUE(absl::IsFailedPrecondition(SameFile(checkpoint)));
  Write(Lines(3));
  EXPECT_THAT(std::string(SameFile(checkpoint).message()), HasSubstr("--restart"));
}

TEST_F(JsonlTest, ADamagedCheckpointSaysTheWayOut) {
  const std::string numbers =
      R"({"device": 1, "inode": 1, "size": 1, "offset": 1, "lines": 1, "rejected_bytes": 0)";
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("{}"), std::string(R"({"device": -1})"), numbers + "}",
        numbers + R"(, "before_hash": 1})", numbers + R"(, "before_hash": ""})",
        numbers + R"(, "before_hash": "", "counts": []})",
        numbers + R"(, "before_hash": "", "counts": {"received": "1"}})"}) {
    std::ofstream(Path("progress")) << text;
    const auto read = ReadCheckpoint(Path("progress"));
    EXPECT_THAT(std::string(read.status().message()), HasSubstr("--restart")) << text;
  }
}

TEST_F(JsonlTest, ACheckpointThatCannotBeWrittenIsNamed) {
  EXPECT_THAT(std::string(WriteCheckpoint(Path("none/progress"), {}).message()),
              HasSubstr("none/progress: cannot be written: No such file"));
  const FullDisk full;
  EXPECT_THAT(std::string(WriteCheckpoint(Path("progress"), {}).message()),
              HasSubstr("make its folder writable, or read standard input instead"));
}

TEST_F(JsonlTest, EveryWayToSayNoIsARejectionAndNothingElseIs) {
  for (const absl::Status& refusal :
       {absl::InvalidArgumentError("no"), absl::ResourceExhaustedError("no"), absl::AlreadyExistsError("no"),
        absl::NotFoundError("no"), absl::FailedPreconditionError("no"), absl::PermissionDeniedError("no")}) {
    Write(Line("REFUSE"));
    fs::remove(Path("progress"));
    server_.refusal = refusal;
    EXPECT_EQ(Run()->counts.at("refused"), 1u) << refusal;
  }
  for (const absl::Status& trouble : {absl::DeadlineExceededError("late"), absl::CancelledError("gone"),
                                      absl::AbortedError("again"), absl::UnknownError("what")}) {
    fs::remove(Path("progress"));
    server_.refusal = trouble;
    EXPECT_EQ(Run().status().code(), trouble.code());
  }
}

TEST_F(JsonlTest, RejectedLinesThatCannotBeToldStopTheRun) {
  Write("nonsense\n" + Line("a"));
  options_.rejected_path = Path("none/rejected");
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("name another file with --rejected"));
}

TEST_F(JsonlTest, WhatCannotBeReadStopsTheRun) {
  fs::create_directory(Path("in"));
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("cannot be read: Is a directory"));
}

TEST(JsonlRequestTest, MembersGoToTheirFields) {
  const auto request = ReadJsonlLine(
      R"({"text": "t", "media_type": "text/plain", "source_url": "u", "file_name": "f", "id": "i",
          "source_id": "s", "entry_key": "e"})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->document(), "t");
  EXPECT_EQ(request->media_type(), "text/plain");
  EXPECT_EQ(request->source_url(), "u");
  EXPECT_EQ(request->file_name(), "f");
  EXPECT_EQ(request->idempotency_key(), "i");
  EXPECT_EQ(request->source_id(), "s");
  EXPECT_EQ(request->entry_key(), "e");
}

TEST(JsonlRequestTest, WhatIsWrongIsSaid) {
  const auto error = [](const std::string& line) {
    return std::string(ReadJsonlLine(line).status().message());
  };
  EXPECT_THAT(error(R"({"path": "/etc/passwd"})"), HasSubstr("the members are document"));
  EXPECT_THAT(error(R"({"document": ["x"]})"), HasSubstr("must be a string"));
  EXPECT_THAT(error(R"({"document": ""})"), HasSubstr("missing or empty"));
  EXPECT_THAT(error(R"({"document": null})"), HasSubstr("missing or empty"));
  EXPECT_THAT(error(R"({"document": "x", "text": "y"})"), HasSubstr("one of them"));
  EXPECT_THAT(error(R"({"document": "x", "entry_key": "k"})"), HasSubstr("source_id"));
  EXPECT_THAT(error("{\"document\": " + std::string(1'000'000, '[')), HasSubstr("nested deeper"));
}

TEST(PacerTest, SpreadsLinesEvenlyAndDoesNotCatchUp) {
  Pacer pacer(10);
  const absl::Time start = absl::UnixEpoch();
  EXPECT_EQ(pacer.Delay(start), absl::ZeroDuration());
  EXPECT_EQ(pacer.Delay(start), absl::Milliseconds(100));
  EXPECT_EQ(pacer.Delay(start), absl::Milliseconds(200));
  EXPECT_EQ(pacer.Delay(start + absl::Minutes(1)), absl::ZeroDuration());
  EXPECT_EQ(pacer.Delay(start + absl::Minutes(1)), absl::Milliseconds(100));
  EXPECT_EQ(Pacer(0).Delay(start), absl::ZeroDuration());
}

}  // namespace
}  // namespace seaworthy::cli
