// The contract, run through JetStream, and what only it promises.
#include "common/nats/nats_event_log.h"

#include "common/event_log_contract_test.h"
#include "common/event_log_contract_trim_test.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

enum class Crash { kClient, kServerToo };

class NatsHarness : public EventLogHarness {
 public:
  explicit NatsHarness(Crash crash) : crash_(crash) { Open(); }
  EventLog& log() override { return *logs_.back(); }
  void CrashAndReopen() override {
    if (crash_ == Crash::kServerToo) {
      server_.Kill();
      server_.Start();
    }
    Open();
  }
  void Restart() override {
    logs_.pop_back();
    Open();
  }
  void Advance(absl::Duration by) override { clock_.Advance(by); }

 private:
  void Open() { logs_.push_back(OpenOn(server_.Options(&clock_))); }

  const Crash crash_;
  NatsTestServer server_;
  FakeClock clock_;
  std::vector<std::unique_ptr<EventLog>> logs_;  // The last is the one alive.
};

INSTANTIATE_TEST_SUITE_P(
    Nats, EventLogContract,
    testing::Values(EventLogEngine{"nats", [] { return std::make_unique<NatsHarness>(Crash::kClient); }},
                    EventLogEngine{"nats_killed",
                                   [] { return std::make_unique<NatsHarness>(Crash::kServerToo); }}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Nats, EventLogTrimContract,
    testing::Values(EventLogEngine{"nats", [] { return std::make_unique<NatsHarness>(Crash::kClient); }},
                    EventLogEngine{"nats_killed",
                                   [] { return std::make_unique<NatsHarness>(Crash::kServerToo); }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace seaworthy
