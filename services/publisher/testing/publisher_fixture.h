// A publisher on a port of its own, with fakes behind it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/clock.h"
#include "services/publisher/publisher_service.h"
#include "services/publisher/testing/fake_clients.h"
#include "services/publisher/testing/http_client.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {

inline constexpr char kToken[] = "test-token-0123456789";
inline constexpr char kAvsB[] = "gannet-vs-lantern-9b";

class PublisherFixture : public testing::Test {
 protected:
  void SetUp() override;

  // How the service is made; tests change it before they call Serve.
  PublisherService::Options options_;
  void Serve();

  HttpResponse Get(const std::string& path, HttpHeaders headers = {});
  HttpResponse ApiGet(const std::string& path);
  HttpResponse ApiPost(const std::string& path, const std::string& body, HttpHeaders headers = {});
  // A write from the desk's own pages; `fields` in form encoding.
  HttpResponse DeskPost(const std::string& path, const std::string& fields);
  HttpResponse DeskGet(const std::string& path);
  std::string Origin() const;
  std::string LinkToken();
  // Signs in; later desk calls carry the cookie and the CSRF token.
  void SignIn();
  // Two tools and a drafted comparison of them.
  void Draft();
  void Publish(const std::string& id) { aggregator_.Publish(id, 1'763'500'000); }

  FakeAggregator aggregator_;
  FakeIngest ingest_;
  FakeReviewer reviewer_;
  FakeClock clock_;
  std::unique_ptr<PublisherService> service_;
  std::string cookie_;
  std::string csrf_;
};

}  // namespace seaworthy
