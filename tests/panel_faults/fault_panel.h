// A panel of four personas on real endpoints, one of which misbehaves.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/wire/http_client.h"
#include "tests/fault_server/fault_server.h"

namespace seaworthy {

// How an endpoint is spoken to.
enum class Speech { kOpenAi, kOpenAiStream, kAnthropic, kAnthropicStream };
inline constexpr std::array<Speech, 4> kSpeeches = {Speech::kOpenAi, Speech::kOpenAiStream,
                                                    Speech::kAnthropic, Speech::kAnthropicStream};

struct PanelLoad {
  int calls = 25;      // Of each persona.
  int in_flight = 16;  // Of each persona.
  absl::Duration deadline = absl::Milliseconds(200);
  absl::Duration healthy_deadline = absl::Seconds(30);
};

// What one persona saw.
struct PersonaRun {
  int calls = 0;
  int verdicts = 0;  // Answers that were read as a verdict.
  std::map<LlmOutcome, int> outcomes;
  absl::Duration longest;
  absl::Duration p99;
};

struct FaultRun {
  PersonaRun faulty;
  PersonaRun healthy;  // The three others together.
};

// Servers, client and endpoints of one panel. Not thread-safe.
class FaultPanel {
 public:
  // `latency` is the healthy server's. Aborts where a server cannot start.
  explicit FaultPanel(absl::Duration latency = absl::ZeroDuration());
  ~FaultPanel();

  // Persona `faulty` (0 to 3) has an endpoint that fails as `kind` on every
  // call; persona i speaks kSpeeches[(i + shift) % 4].
  FaultRun Run(FaultKind kind, int faulty, int shift, const PanelLoad& load);

 private:
  struct Lane;

  std::unique_ptr<LlmEndpoint> MakeEndpoint(Speech speech, const FaultServer& server,
                                            const std::string& prefix, absl::Duration deadline);
  const FaultServer& ServerFor(FaultKind kind);

  const std::string ca_file_;
  std::unique_ptr<FaultServer> healthy_;
  std::map<FaultKind, std::unique_ptr<FaultServer>> doors_;
  std::unique_ptr<FaultServer> faulty_;
  std::vector<std::shared_ptr<const LlmRequest>> requests_;  // One a persona.
  std::vector<std::shared_ptr<const LlmPrompt>> prompts_;
  HttpClient client_;
};

// Resident memory of this process now, in bytes.
int64_t ResidentBytes();

}  // namespace seaworthy
