// The other services, as the publisher reaches them.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cli/hosts/publisher_host.h"
#include "cli/hosts/waiting.h"
#include "common/clients.h"
#include "common/config.h"
#include "common/service_tls.h"
#include "common/steady_wait.h"

namespace grpc {
class Channel;
}

namespace seaworthy::cli {

// Clients over mutual TLS, connected for ever; a thread of its own looks after
// the connections and says what is waited for. Thread-safe once open.
class Peers {
 public:
  // Of `site` true: the aggregator only.
  Peers(const ServicesConfig& services, const ServiceTls& tls, bool site);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  PublisherPeers clients() const { return {aggregator_.get(), ingest_.get(), reviewer_.get()}; }

 private:
  struct Peer {
    std::shared_ptr<grpc::Channel> channel;
    Waiting waiting;  // For `aggregator at 127.0.0.1:9403`.
  };
  std::shared_ptr<grpc::Channel> Connect(const ServiceTls& tls, const std::string& name,
                                         const std::string& address);
  void LookAfter();

  std::vector<Peer> peers_;  // Constant after construction, but for `waiting`.
  std::unique_ptr<AggregatorClient> aggregator_;
  std::unique_ptr<IngestClient> ingest_;      // Null for a site.
  std::unique_ptr<ReviewerClient> reviewer_;  // Null for a site.
  SteadyFlag over_;
  std::thread thread_;
};

}  // namespace seaworthy::cli
