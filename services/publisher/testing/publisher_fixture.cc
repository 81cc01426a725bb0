#include "services/publisher/testing/publisher_fixture.h"

#include "absl/strings/str_cat.h"

namespace seaworthy {

void PublisherFixture::SetUp() {
  options_.aggregator = &aggregator_;
  options_.ingest = &ingest_;
  options_.reviewer = &reviewer_;
  options_.clock = &clock_;
  options_.personas = SamplePersonas();
  options_.web_dir = "web";
  options_.api_token = kToken;
  options_.endpoint = "offline";
  options_.http_port = 0;
  Serve();
}

void PublisherFixture::Serve() {
  service_ = nullptr;
  auto service = PublisherService::Create(options_);
  ASSERT_TRUE(service.ok()) << service.status();
  service_ = *std::move(service);
  const absl::Status started = service_->Start();
  ASSERT_TRUE(started.ok()) << started;
}

HttpResponse PublisherFixture::Get(const std::string& path, HttpHeaders headers) {
  // What a test has published is served: the publisher learns of it a moment later by itself.
  service_->CatchUp().IgnoreError();
  return SendHttp(service_->port(), {"GET", path, std::move(headers), ""});
}

HttpResponse PublisherFixture::ApiGet(const std::string& path) {
  return Get("/api/v1" + path, {{"Authorization", absl::StrCat("Bearer ", kToken)}});
}

HttpResponse PublisherFixture::ApiPost(const std::string& path, const std::string& body,
                                       HttpHeaders headers) {
  headers.emplace_back("Authorization", absl::StrCat("Bearer ", kToken));
  return SendHttp(service_->port(), {"POST", "/api/v1" + path, std::move(headers), body});
}

std::string PublisherFixture::Origin() const { return absl::StrCat("http://localhost:", service_->port()); }

HttpResponse PublisherFixture::DeskPost(const std::string& path, const std::string& fields) {
  return SendHttp(
      service_->port(),
      {"POST",
       path,
       {{"Origin", Origin()}, {"Cookie", cookie_}, {"Content-Type", "application/x-www-form-urlencoded"}},
       absl::StrCat("csrf=", csrf_, "&", fields)});
}

HttpResponse PublisherFixture::DeskGet(const std::string& path) { return Get(path, {{"Cookie", cookie_}}); }

std::string PublisherFixture::LinkToken() {
  const std::string link = service_->MakeDeskLink();
  return link.substr(link.find("token=") + 6);
}

void PublisherFixture::SignIn() {
  const HttpResponse answer = DeskPost("/desk/sign-in", "token=" + LinkToken());
  ASSERT_EQ(answer.status, 303) << answer.body;
  const std::string cookie(answer.Header("Set-Cookie").value_or(""));
  cookie_ = cookie.substr(0, cookie.find(';'));
  const std::string page = DeskGet("/desk").body;
  const size_t at = page.find("name=\"csrf\" value=\"");
  ASSERT_NE(at, std::string::npos) << page;
  csrf_ = page.substr(at + 19, 64);
}

void PublisherFixture::Draft() {
  aggregator_.AddTool(SampleTool("lantern-9b", "Lantern 9B", 3));
  aggregator_.AddTool(SampleTool("gannet", "Gannet", 1));
  aggregator_.AddComparison("lantern-9b", "gannet", v1::Comparison::DRAFTED);
}

}  // namespace seaworthy
