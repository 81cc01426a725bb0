// Every hostile file beside the repository, where it is present, comes out as
// its label says; so does the same text without the attack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "services/ingest/rejection.h"
#include "services/ingest/testing/ingest_fixture.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

const std::filesystem::path kFolder = "../shared/corpus/adversarial/dev";

std::vector<json> Labels() {
  std::vector<json> labels;
  std::ifstream in(kFolder / "labels.jsonl");
  for (std::string line; std::getline(in, line);) labels.push_back(json::parse(line));
  return labels;
}

// All that rules wrote about the tools.
std::string Written(const v1::ToolAnnounced& announced) {
  std::string text;
  for (const v1::Revision& tool : announced.tools()) {
    text += Cat(tool.name(), "\n", tool.vendor(), "\n", tool.tagline(), "\n", tool.description(), "\n");
    for (const v1::Fact& fact : tool.facts()) text += fact.value() + "\n";
    for (const std::string& link : tool.links()) text += link + "\n";
  }
  return text;
}

class AdversarialTest : public IngestFixture {
 protected:
  void SetUp() override { ASSERT_TRUE(service_->Start().ok()); }

  // What became of the file: an event, made up where it was refused at once.
  v1::Event Outcome(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::stringstream bytes;
    bytes << in.rdbuf();
    v1::SubmitAnnouncementRequest request;
    request.set_document(bytes.str());
    request.set_file_name(file.filename().string());
    const auto answer = service_->SubmitAnnouncement(request);
    if (answer.ok()) return OutcomeOf(answer->announcement().announcement_id());
    v1::Event event = Events().back();
    EXPECT_EQ(event.announcement_rejected().code(), SplitRejection(answer.status()).code);
    return event;
  }

  static void CheckRejected(const v1::Event& event, const json& label) {
    const v1::AnnouncementRejected& rejected = event.announcement_rejected();
    EXPECT_EQ(rejected.code(), label["expected"]["error"].get<std::string>());
    EXPECT_TRUE(Contains(rejected.reason(), label["file"].get<std::string>())) << rejected.reason();
  }

  static void CheckAccepted(const v1::Event& event, const json& label) {
    ASSERT_GT(event.tool_announced().tools_size(), 0) << event.announcement_rejected().reason();
    const json& record = label["expected"]["record"];
    const v1::Revision& tool = event.tool_announced().tools(0);
    json names = record.contains("name") ? json::array({record["name"]}) : record["name_any_of"];
    EXPECT_NE(std::find(names.begin(), names.end(), json(tool.name())), names.end()) << tool.name();
    EXPECT_EQ(tool.license(), record.value("license", tool.license()));
    const std::string written = Written(event.tool_announced());
    // The attack's words are data in what is shown as text; orders are not taken from them.
    if (label["category"] != "prompt_injection") return;
    for (const json& word : label["must_not_appear"]) {
      EXPECT_FALSE(Contains(written, word.get<std::string>())) << word;
    }
  }
};

TEST_F(AdversarialTest, EveryFileComesOutAsItsLabelSays) {
  for (const json& label : Labels()) {
    SCOPED_TRACE(label["file"].get<std::string>());
    const v1::Event event = Outcome(kFolder / label["file"].get<std::string>());
    if (label["expected"]["outcome"] == "rejected") {
      CheckRejected(event, label);
    } else {
      CheckAccepted(event, label);
    }
  }
}

TEST_F(AdversarialTest, ControlsAreReadAsTheFilesAre) {
  for (const json& label : Labels()) {
    if (!label["control_file"].is_string()) continue;
    SCOPED_TRACE(label["control_file"].get<std::string>());
    CheckAccepted(Outcome(kFolder / label["control_file"].get<std::string>()), label);
  }
}

}  // namespace
}  // namespace seaworthy
