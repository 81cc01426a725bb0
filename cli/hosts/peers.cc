#include "cli/hosts/peers.h"

#include <grpcpp/channel.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/service_access.h"

namespace seaworthy::cli {
namespace {

constexpr absl::Duration kLook = absl::Seconds(1);
// A connection that is being made is nothing to speak of.
constexpr int kQuietLooks = 2;

}  // namespace

Peers::Peers(const ServicesConfig& services, const ServiceTls& tls, bool site) {
  aggregator_ = NewAggregatorClient(Connect(tls, kAggregatorName, services.aggregator));
  if (!site) {
    ingest_ = NewIngestClient(Connect(tls, kIngestName, services.ingest));
    reviewer_ = NewReviewerClient(Connect(tls, kReviewerName, services.reviewer));
  }
  thread_ = std::thread([this] { LookAfter(); });
}

Peers::~Peers() {
  over_.Set();
  thread_.join();
}

std::shared_ptr<grpc::Channel> Peers::Connect(const ServiceTls& tls, const std::string& name,
                                              const std::string& address) {
  std::shared_ptr<grpc::Channel> channel = tls.Connect(address, name);
  peers_.push_back({.channel = channel, .waiting = Waiting(absl::StrCat(name, " at ", address))});
  return channel;
}

void Peers::LookAfter() {
  std::vector<int> looks(peers_.size(), 0);
  do {
    for (size_t i = 0; i < peers_.size(); ++i) {
      const bool ready = peers_[i].channel->GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY;
      looks[i] = ready ? 0 : looks[i] + 1;
      if (ready) peers_[i].waiting.Over();
      if (looks[i] <= kQuietLooks) continue;
      peers_[i].waiting.Say(absl::UnavailableError(
          "no connection; it is not started, not reached, or the certificates do not fit"));
    }
  } while (!over_.WaitFor(kLook));
}

}  // namespace seaworthy::cli
