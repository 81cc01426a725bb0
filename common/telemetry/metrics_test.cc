#include "common/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::Not;

// Rows of the table in docs/telemetry.md: name and type.
std::set<std::pair<std::string, std::string>> DocumentedNames() {
  std::ifstream page("docs/telemetry.md");
  std::set<std::pair<std::string, std::string>> names;
  const std::regex row("^\\| `([a-z_]+)` \\| (gauge|counter|histogram) \\|.*");
  std::smatch found;
  for (std::string line; std::getline(page, line);) {
    if (std::regex_match(line, found, row)) names.emplace(found[1], found[2]);
  }
  return names;
}

std::string TypeName(MetricType type) {
  return type == MetricType::kGauge ? "gauge" : type == MetricType::kCounter ? "counter" : "histogram";
}

TEST(MetricNames, AreThoseOfTheDocumentation) {
  std::set<std::pair<std::string, std::string>> names;
  for (const MetricName& name : MetricNames()) names.emplace(name.name, TypeName(name.type));
  EXPECT_EQ(names, DocumentedNames());
  EXPECT_EQ(names.size(), MetricNames().size());
}

TEST(MetricNames, FollowTheConventions) {
  for (const MetricName& name : MetricNames()) {
    const std::string text = name.name;
    EXPECT_THAT(text, testing::MatchesRegex("(seaworthy|process)_[a-z_]+")) << text;
    const bool total = text.size() > 6 && text.substr(text.size() - 6) == "_total";
    EXPECT_EQ(total, name.type == MetricType::kCounter) << text;
    EXPECT_TRUE(name.kept || name.type != MetricType::kHistogram) << text;
  }
}

TEST(Metrics, EveryNameIsInTheText) {
  const std::string text = Metrics().Text();
  for (const MetricName& name : MetricNames()) {
    EXPECT_THAT(text, HasSubstr(std::string("# TYPE ") + name.name + " " + TypeName(name.type) + "\n"));
  }
}

TEST(Metrics, AskASourceAtEveryScrape) {
  Metrics metrics;
  int asked = 0;
  metrics.AddSource([&asked](MetricSamples& samples) {
    samples.Add("seaworthy_queue_pending", ++asked, {{"subscription", "ingest"}});
  });
  EXPECT_THAT(metrics.Text(), HasSubstr("seaworthy_queue_pending{subscription=\"ingest\"} 1\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("seaworthy_queue_pending{subscription=\"ingest\"} 2\n"));
  metrics.DropSources();
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("seaworthy_queue_pending{")));
}

TEST(Metrics, CountAndObserve) {
  Metrics metrics;
  metrics.Count("seaworthy_mails_total", {{"outcome", "sent"}});
  metrics.Count("seaworthy_mails_total", {{"outcome", "sent"}});
  metrics.Observe("seaworthy_draft_to_approval_seconds", 0.3);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("seaworthy_mails_total{outcome=\"sent\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("seaworthy_draft_to_approval_seconds_bucket{le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("seaworthy_draft_to_approval_seconds_bucket{le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("seaworthy_draft_to_approval_seconds_count 1\n"));
}

TEST(Metrics, LeaveOutWhatTheTableDoesNotHave) {
  Metrics metrics;
  metrics.Count("seaworthy_surprises_total");
  metrics.Observe("seaworthy_mails_total", 1);
  metrics.AddSource([](MetricSamples& samples) {
    samples.Add("seaworthy_surprise", 1);
    samples.Add("seaworthy_mails_total", 9);
  });
  EXPECT_EQ(metrics.Text(), Metrics().Text());
}

TEST(Metrics, ANameHasABoundedNumberOfSeries) {
  Metrics metrics;
  for (int i = 0; i < 600; ++i) metrics.Count("seaworthy_fetches_total", {{"outcome", std::to_string(i)}});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("seaworthy_fetches_total{outcome=\"499\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("seaworthy_fetches_total{outcome=\"500\"}")));
}

TEST(Metrics, ALabelCannotBeginALine) {
  Metrics metrics;
  metrics.Count("seaworthy_fetches_total", {{"outcome", "a\nb\"} 9\nforged 1"}});
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("\nforged")));
}

}  // namespace
}  // namespace seaworthy
