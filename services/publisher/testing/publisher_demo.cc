// Serves invented data, to look at the pages without the rest of the system.
// Usage: publisher_demo PORT [empty | hostile FILE]. FILE holds payloads as a
// JSON array of texts; each stands in every text of a tool, of its verdicts,
// prediction, correction and announcement. Prints a desk link, and one more
// for each line read; stops at the end of its input.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/publisher/publisher_service.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

void AddHostile(FakeAggregator& aggregator, const std::string& id, const std::string& payload) {
  v1::ToolView tool = HostileTool(id, payload);
  for (v1::Verdict& verdict : *tool.mutable_verdicts()) verdict.set_original_quote(payload);
  aggregator.AddTool(tool);
  v1::Prediction prediction;
  prediction.set_due_date("2026-12-31");
  prediction.set_text(payload);
  prediction.set_decided_by(payload);
  prediction.set_persona_id("futurist");
  prediction.set_tool_id(id);
  prediction.set_tool_name(payload);
  prediction.mutable_resolution()->set_outcome(v1::PredictionResolution::DID_NOT);
  prediction.mutable_resolution()->set_note(payload);
  prediction.mutable_resolution()->set_source_url(payload);
  aggregator.AddPrediction(prediction, true);
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-" + id);
  announcement.set_state(v1::Announcement::REJECTED);
  announcement.set_source_url(payload);
  announcement.set_file_name(payload);
  announcement.set_reason(payload);
  aggregator.AddAnnouncement(announcement);
}

// Two payloads a comparison, each comparison public.
void FillHostile(const std::vector<std::string>& payloads, FakeAggregator& aggregator) {
  for (size_t i = 0; i + 1 < payloads.size(); i += 2) {
    const std::string a = absl::StrFormat("p%03d", i);
    const std::string b = absl::StrFormat("p%03d", i + 1);
    AddHostile(aggregator, a, payloads[i]);
    AddHostile(aggregator, b, payloads[i + 1]);
    aggregator.AddComparison(a, b, v1::Comparison::DRAFTED);
    aggregator.Publish(absl::StrCat(a, "-vs-", b), 1'763'500'000);
  }
  for (const std::string& payload : payloads) {
    v1::IssueCorrectionRequest request;
    request.mutable_correction()->set_note(payload);
    request.mutable_correction()->set_was(payload);
    aggregator.IssueCorrection(request, absl::Seconds(1)).IgnoreError();
  }
}

// What `argv` asks for; false where it cannot be read.
bool Fill(int argc, char** argv, FakeAggregator& aggregator, FakeIngest& ingest) {
  if (argc > 3 && std::string(argv[2]) == "hostile") {
    std::ifstream file(argv[3]);
    const auto payloads = nlohmann::json::parse(file, nullptr, false);
    if (!payloads.is_array()) return false;
    FillHostile(payloads.get<std::vector<std::string>>(), aggregator);
  } else if (argc < 3) {
    FillSampleDesk(aggregator);
    FillSampleIngest(aggregator, ingest);
  }
  return true;
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  seaworthy::FakeAggregator aggregator;
  seaworthy::FakeIngest ingest;
  if (!seaworthy::Fill(argc, argv, aggregator, ingest)) {
    std::fprintf(stderr, "%s: is no JSON array of texts\n", argv[3]);
    return 2;
  }
  seaworthy::PublisherService::Options options;
  options.aggregator = &aggregator;
  options.ingest = &ingest;
  options.clock = seaworthy::Clock::Real();
  options.personas = seaworthy::SamplePersonas();
  options.web_dir = "web";
  options.api_token = "demo-token";
  options.endpoint = "offline";
  options.http_port = argc > 1 ? std::atoi(argv[1]) : 0;
  auto service = seaworthy::PublisherService::Create(options);
  const absl::Status started = service.ok() ? (*service)->Start() : service.status();
  if (!started.ok()) {
    std::fprintf(stderr, "%s\n", std::string(started.message()).c_str());
    return 1;
  }
  std::printf("%s\n", (*service)->MakeDeskLink().c_str());
  std::fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) {
    std::printf("%s\n", (*service)->MakeDeskLink().c_str());
    std::fflush(stdout);
  }
  return 0;
}
