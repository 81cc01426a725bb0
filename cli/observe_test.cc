#include "cli/observe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "services/ingest/fetch/testing/fake_fetcher.h"
#include "services/publisher/testing/fake_mailer.h"

namespace seaworthy::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class ObserveTest : public testing::Test {
 protected:
  void Fetch(absl::StatusOr<FetchResult> answer) {
    auto fake = std::make_unique<FakeFetcher>();
    fake->Answer("u", std::move(answer));
    CountFetches(std::move(fake), &metrics_)->Fetch({.url = "u"}).status().IgnoreError();
  }
  static FetchResult Status(int status) {
    FetchResult result;
    result.http_status = status;
    return result;
  }
  std::string Counted(const std::string& labels) const {
    const std::string text = metrics_.Text();
    const size_t at = text.find(labels);
    return at == std::string::npos
               ? "none"
               : text.substr(at + labels.size(), text.find('\n', at) - at - labels.size());
  }

  Metrics metrics_;
};

TEST_F(ObserveTest, FetchesAreCountedByWhatCameOfThem) {
  Fetch(Status(200));
  Fetch(Status(304));
  Fetch(Status(404));
  Fetch(absl::PermissionDeniedError("address_forbidden: u is ours"));
  Fetch(absl::UnavailableError("Nobody said why"));
  for (const auto& [outcome, count] :
       {std::pair("ok", " 2"), {"http_error", " 1"}, {"address_forbidden", " 1"}, {"failed", " 1"}}) {
    EXPECT_EQ(Counted(std::string("seaworthy_fetches_total{outcome=\"") + outcome + "\"}"), count);
  }
}

TEST_F(ObserveTest, MailsAreCountedAsSentOrFailed) {
  auto fake = std::make_unique<FakeMailer>();
  FakeMailer& server = *fake;
  const auto mailer = CountMails(std::move(fake), &metrics_);
  EXPECT_TRUE(mailer->Send(Mail()).ok());
  server.Answer(absl::UnavailableError("later"));
  EXPECT_FALSE(mailer->Send(Mail()).ok());
  mailer->Interrupt();
  EXPECT_EQ(Counted("seaworthy_mails_total{outcome=\"sent\"}"), " 1");
  EXPECT_EQ(Counted("seaworthy_mails_total{outcome=\"failed\"}"), " 1");
}

TEST_F(ObserveTest, RequestsAreCountedByTheirRouteNotTheirAddress) {
  const auto count = CountRequests(&metrics_);
  for (const char* target :
       {"/desk", "/desk?from=1", "/desk/status", "/desktop", "/api/v1/status", "/mcp", "/"}) {
    count(target, 200, absl::Milliseconds(3));
  }
  EXPECT_EQ(Counted("seaworthy_http_requests_total{route=\"desk\",status=\"200\"}"), " 3");
  EXPECT_EQ(Counted("seaworthy_http_requests_total{route=\"site\",status=\"200\"}"), " 2");
  EXPECT_EQ(Counted("seaworthy_http_requests_total{route=\"mcp\",status=\"200\"}"), " 1");
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("desktop")));
}

TEST_F(ObserveTest, WithoutMetricsNothingStandsBetween) {
  EXPECT_EQ(CountRequests(nullptr), nullptr);
  auto fetcher = std::make_unique<FakeFetcher>();
  auto mailer = std::make_unique<FakeMailer>();
  const Fetcher* const own_fetcher = fetcher.get();
  const Mailer* const own_mailer = mailer.get();
  EXPECT_EQ(CountFetches(std::move(fetcher), nullptr).get(), own_fetcher);
  EXPECT_EQ(CountMails(std::move(mailer), nullptr).get(), own_mailer);
  EXPECT_EQ(CountFetches(nullptr, &metrics_), nullptr);
  EXPECT_EQ(CountMails(nullptr, &metrics_), nullptr);
}

}  // namespace
}  // namespace seaworthy::cli
