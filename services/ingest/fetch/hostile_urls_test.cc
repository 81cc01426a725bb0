// Nothing a stranger writes as a URL, redirect or DNS answer makes a connection
// to this machine or its network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <atomic>
#include <cstdlib>
#include <set>

#include "services/ingest/fetch/fetch_hooks.h"
#include "services/ingest/fetch/fetcher.h"
#include "services/ingest/fetch/testing/canary.h"
#include "services/ingest/fetch/testing/hostile_urls.h"
#include "services/ingest/fetch/testing/web_server.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using testing::Canaries;
using testing::HostileNames;
using testing::HostileUrls;
using testing::LocalAddresses;
using testing::Page;
using testing::RedirectTo;
using testing::WebReply;
using testing::WebServer;

void PointAtLoopback(sockaddr* address) {
  if (address->sa_family == AF_INET) {
    reinterpret_cast<sockaddr_in*>(address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(address);
    v6->sin6_addr = in6addr_loopback;
    v6->sin6_scope_id = 0;
  }
}

class HostileUrlTest : public ::testing::Test {
 protected:
  // A network where a hostile name server answers, and where every address
  // that the policy lets through is this machine: a wrong judgement on any
  // address at all reaches a canary.
  static FetchHooks Trap() {
    return {.resolve =
                [](const std::string& host) {
                  const auto found = HostileNames().find(host);
                  return found == HostileNames().end() ? std::vector<std::string>() : found->second;
                },
            .judge = nullptr,
            .connect_instead = PointAtLoopback};
  }

  std::unique_ptr<Fetcher> Trapped(std::vector<std::string> allowed = {}) {
    return NewSafeFetcherWithHooks(
        {.user_agent = "", .allowed_private_hosts = std::move(allowed), .ca_file = ""}, Trap());
  }

  // Asks with and without robots.txt; gives back the error.
  static absl::Status Ask(Fetcher& fetcher, const std::string& url) {
    const auto polite = fetcher.Fetch({.url = url, .deadline = absl::Seconds(30)}).status();
    const auto direct =
        fetcher.Fetch({.url = url, .deadline = absl::Seconds(30), .ignore_robots = true}).status();
    EXPECT_FALSE(polite.ok()) << url;
    EXPECT_FALSE(direct.ok()) << url;
    return direct;
  }

  void ExpectRefusal(const absl::Status& status, const std::string& url) {
    static const std::set<std::string> kRefusals = {"address_forbidden", "url_invalid", "scheme_forbidden",
                                                    "credentials_forbidden", "port_forbidden"};
    // What a resolver makes of a dot at the end is its own affair.
    const bool unknown = url.find(".:") != std::string::npos && FetchErrorCode(status) == "dns_failed";
    EXPECT_TRUE(unknown || kRefusals.contains(std::string(FetchErrorCode(status)))) << url << ": " << status;
  }

  Canaries canaries_{3};
  const std::vector<std::string> urls_ = HostileUrls(canaries_.ports());
};

TEST_F(HostileUrlTest, ThereAreMoreThanTwoHundredDifferentOnes) {
  const std::set<std::string> different(urls_.begin(), urls_.end());
  EXPECT_EQ(different.size(), urls_.size());
  EXPECT_GE(urls_.size(), 400u);
  RecordProperty("urls", static_cast<int>(urls_.size()));
}

TEST_F(HostileUrlTest, CanariesSeeEveryLocalAddress) {
  int connections = 0;
  for (const std::string& address : LocalAddresses())
    for (const int port : canaries_.ports()) connections += Canaries::CanConnect(address, port) ? 1 : 0;
  EXPECT_GE(connections, 6);
  EXPECT_EQ(canaries_.Reached(), connections);
}

// Without the policy most of them would arrive: what stops them is the policy,
// not that they lead nowhere.
TEST_F(HostileUrlTest, WithoutThePolicyTheyReachTheCanaries) {
  FetchHooks open = Trap();
  open.judge = [](const sockaddr&) { return AddressKind::kPublic; };
  const auto fetcher = NewSafeFetcherWithHooks({}, open);
  int reaching = 0;
  int before = 0;
  for (const std::string& url : urls_) {
    (void)fetcher->Fetch({.url = url, .deadline = absl::Seconds(30), .ignore_robots = true});
    const int after = canaries_.Reached();
    reaching += after > before ? 1 : 0;
    before = after;
  }
  EXPECT_GE(reaching, 300) << "of " << urls_.size();
  RecordProperty("reaching", reaching);
}

TEST_F(HostileUrlTest, NoneReachesACanary) {
  const auto fetcher = Trapped();
  for (const std::string& url : urls_) ExpectRefusal(Ask(*fetcher, url), url);
  EXPECT_EQ(canaries_.Reached(), 0);
}

// The very fetcher of the product, on the addresses this machine has.
TEST_F(HostileUrlTest, NoneReachesACanaryWithoutHooks) {
  const auto fetcher = NewSafeFetcher({});
  for (const std::string& url : urls_) {
    if (url.find(".example") != std::string::npos || url.find("internal") != std::string::npos) continue;
    if (url.find("kubernetes") == std::string::npos) ExpectRefusal(Ask(*fetcher, url), url);
  }
  for (const std::string& address : LocalAddresses())
    for (const int port : canaries_.ports()) {
      const std::string url = Cat("http://", address, ":", port, "/");
      ExpectRefusal(Ask(*fetcher, url), url);
    }
  EXPECT_EQ(canaries_.Reached(), 0);
}

TEST_F(HostileUrlTest, NoneReachesACanaryThroughARedirect) {
  static constexpr int kStatus[] = {301, 302, 303, 307, 308};
  std::atomic<size_t> at = 0;
  WebServer first([&](const std::string& request) {
    if (testing::PathOf(request) == "/robots.txt") return Page(404, "");
    return RedirectTo(urls_[at], kStatus[at % std::size(kStatus)]);
  });
  const auto fetcher = Trapped({first.host_port()});
  for (; at < urls_.size(); ++at) {
    const auto result = fetcher->Fetch({.url = first.url(), .deadline = absl::Seconds(30)});
    // Some are read as a path of the first host, which only redirects again.
    EXPECT_FALSE(result.ok()) << urls_[at];
  }
  EXPECT_EQ(canaries_.Reached(), 0);
}

TEST_F(HostileUrlTest, NoneReachesACanaryThroughARedirectOfRobotsTxt) {
  std::atomic<size_t> at = 0;
  WebServer first([&](const std::string& request) {
    if (testing::PathOf(request) != "/robots.txt") return Page(200, "page");
    return RedirectTo(urls_[at]);
  });
  for (; at < urls_.size(); at += 7)
    (void)Trapped({first.host_port()})->Fetch({.url = first.url(), .deadline = absl::Seconds(30)});
  EXPECT_EQ(canaries_.Reached(), 0);
}

// A proxy would connect for us, to wherever the URL says.
TEST_F(HostileUrlTest, ProxyVariablesDoNotCount) {
  const std::string proxy = Cat("http://127.0.0.1:", canaries_.ports().front());
  for (const char* name :
       {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
    setenv(name, proxy.c_str(), 1);
  WebServer server([](const std::string&) { return Page(200, "direct"); });
  const auto result = Trapped({server.host_port()})->Fetch({.url = server.url()});
  (void)NewSafeFetcher({})->Fetch({.url = "https://127.0.0.1:1/", .deadline = absl::Seconds(30)});
  for (const char* name :
       {"http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
    unsetenv(name);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->body, "direct");
  EXPECT_EQ(canaries_.Reached(), 0);
}

// A name that is public when it is looked at and private when it is connected
// to; the public address is played by a server of ours.
class RebindingTest : public HostileUrlTest {
 protected:
  static constexpr char kPublic[] = "93.184.216.34";

  // The answers of the name server, one after the other, then the last.
  absl::StatusOr<FetchResult> FetchWith(std::vector<std::vector<std::string>> answers,
                                        bool ignore_robots = false) {
    FetchHooks hooks;
    size_t asked = 0;
    hooks.resolve = [&](const std::string&) { return answers[std::min(asked++, answers.size() - 1)]; };
    hooks.connect_instead = [this](sockaddr* address) {
      auto* v4 = reinterpret_cast<sockaddr_in*>(address);
      if (v4->sin_addr.s_addr == htonl(INADDR_LOOPBACK)) return;
      PointAtLoopback(address);
      v4->sin_port = htons(static_cast<uint16_t>(server_.port()));
    };
    return NewSafeFetcherWithHooks({}, hooks)->Fetch(
        {.url = Cat("http://rebinding.example:", canaries_.ports()[0], "/"),
         .deadline = absl::Seconds(30),
         .ignore_robots = ignore_robots});
  }

  WebServer server_{[](const std::string& request) {
    if (testing::PathOf(request) == "/again") return Page(200, "again");
    return testing::PathOf(request) == "/robots.txt" ? Page(404, "") : RedirectTo("/again");
  }};
};

TEST_F(RebindingTest, PublicAnswersAreConnectedTo) {
  const auto result = FetchWith({{kPublic}});
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->body, "again");
  EXPECT_EQ(canaries_.Reached(), 0);
}

TEST_F(RebindingTest, AnAnswerThatTurnsPrivateIsRefusedWhereverItTurns) {
  for (int turn = 0; turn < 3; ++turn) {
    std::vector<std::vector<std::string>> answers(static_cast<size_t>(turn), {kPublic});
    answers.push_back({"127.0.0.1"});
    const auto result = FetchWith(answers);
    EXPECT_EQ(FetchErrorCode(result.status()), "address_forbidden") << turn << ": " << result.status();
  }
  EXPECT_EQ(canaries_.Reached(), 0);
}

TEST_F(RebindingTest, OfAMixedAnswerOnlyThePublicAddressIsUsed) {
  for (const auto& answer : {std::vector<std::string>{"127.0.0.1", kPublic}, {kPublic, "127.0.0.1"}}) {
    const auto result = FetchWith({answer}, /*ignore_robots=*/true);
    EXPECT_TRUE(result.ok()) << result.status();
  }
  EXPECT_EQ(canaries_.Reached(), 0);
}

// What an operator allows is one host and port, as it is written.
class AllowedHostTest : public HostileUrlTest {
 protected:
  absl::Status FetchError(const std::string& url, std::vector<std::string> allowed) {
    return Trapped(std::move(allowed))->Fetch({.url = url, .deadline = absl::Seconds(30)}).status();
  }

  WebServer server_{[](const std::string&) { return Page(200, "intranet"); }};
};

TEST_F(AllowedHostTest, IsReached) {
  EXPECT_TRUE(FetchError(server_.url(), {server_.host_port()}).ok());
  EXPECT_TRUE(FetchError(Cat("http://loopback.example:", server_.port(), "/"),
                         {Cat("loopback.example:", server_.port())})
                  .ok());
}

TEST_F(AllowedHostTest, OneThatIsRefusedIsToldTheKeyThatAllowsIt) {
  const absl::Status refused = FetchError(server_.url(), {});
  EXPECT_NE(refused.message().find("allowed_private_hosts"), absl::string_view::npos) << refused;
}

TEST_F(AllowedHostTest, AllowsNoOtherNamePortOrAddress) {
  const std::string entry = server_.host_port();
  const std::string port = Cat(server_.port());
  for (const std::string& url :
       {Cat("http://127.0.0.2:", port, "/"), Cat("http://localhost:", port, "/"),
        Cat("http://[::1]:", port, "/"), Cat("http://[::ffff:127.0.0.1]:", port, "/"),
        Cat("http://loopback.example:", port, "/"), Cat("http://127.0.0.1:", canaries_.ports()[0], "/")})
    EXPECT_EQ(FetchErrorCode(FetchError(url, {entry})), "address_forbidden") << url;
  EXPECT_EQ(server_.requests().size(), 0u);
}

TEST_F(AllowedHostTest, ANameAllowsNeitherMetadataNorUnspecifiedAddresses) {
  const std::string port = Cat(":", server_.port());
  for (const char* name : {"metadata.google.internal", "unspecified.example", "nat64.example"})
    EXPECT_EQ(FetchErrorCode(FetchError(Cat("http://", name, port, "/"), {Cat(name, port)})),
              "address_forbidden")
        << name;
}

TEST_F(AllowedHostTest, EntriesAreHostAndPort) {
  for (const char* good : {"127.0.0.1:8099", "[::1]:80", "feeds.intranet:443"})
    EXPECT_TRUE(CheckAllowedPrivateHost(good).ok()) << good;
  for (const char* bad :
       {"", "127.0.0.1", "feeds.intranet", "http://a:80", "a:80/x", "u@a:80", "::1:80", "*:80", "a:x"})
    EXPECT_FALSE(CheckAllowedPrivateHost(bad).ok()) << bad;
}

}  // namespace
}  // namespace seaworthy
