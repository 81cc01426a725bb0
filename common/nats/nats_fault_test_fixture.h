// For tests: logs on a server of their own, some over connections on which calls go wrong on demand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/nats/nats_link_test_faults.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {

// The same, over connections of which `faults` say what goes wrong; they outlive them.
inline NatsEventLogOptions Through(LinkFaults* faults, NatsEventLogOptions options) {
  options.connect = [faults](const NatsLinkOptions& link, absl::Duration timeout) {
    return faults->Connect(link, timeout);
  };
  return options;
}

class NatsFaultFixture : public testing::Test {
 protected:
  static constexpr absl::Duration kSoon = absl::Seconds(20);

  NatsEventLogOptions Faulty(const std::string& instance = "faulty", Clock* clock = nullptr) {
    return Through(&faults_, server_.Options(clock, instance));
  }
  std::unique_ptr<EventLog> OpenSound() { return OpenOn(server_.Options(nullptr, "sound")); }

  NatsTestServer server_;
  LinkFaults faults_;
};

}  // namespace seaworthy
