// Serves invented data, to look at the pages without the rest of the system.
// Usage: publisher_demo PORT [empty]. Prints a desk link; stops at the end of
// its input.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "services/publisher/publisher_service.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/sample_data.h"

int main(int argc, char** argv) {
  seaworthy::FakeAggregator aggregator;
  seaworthy::FakeIngest ingest;
  if (argc < 3) {
    seaworthy::FillSampleDesk(aggregator);
    seaworthy::FillSampleIngest(aggregator, ingest);
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
