// kill -9 while appending and consuming.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <random>
#include <set>

#include "common/event_log_test_folder.h"

namespace seaworthy {
namespace {

class KillTest : public testing::Test {
 protected:
  static constexpr int kKills = 20;

  // Runs the victim until it has said `lines` lines, kills it, and notes all it said.
  void RunAndKill(int run, int lines) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const std::string path = folder_.Sub("log");
    const std::string number = absl::StrCat(run);
    const pid_t child = fork();
    if (child == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(SEAWORTHY_KILL_CHILD, SEAWORTHY_KILL_CHILD, path.c_str(), number.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    FILE* const said = fdopen(ends[0], "r");
    char line[128];
    for (int i = 0; std::fgets(line, sizeof(line), said) != nullptr; ++i) {
      if (i == lines) kill(child, SIGKILL);
      Note(line);
    }
    std::fclose(said);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        << "the victim ended by itself: " << status;
  }

  void Note(const std::string& line) {
    const size_t id_at = line.find(' ') + 1;
    const size_t sequence_at = line.find(' ', id_at) + 1;
    const uint64_t sequence = std::stoull(line.substr(sequence_at));
    if (line.substr(0, 4) == "ack ") {
      settled_.insert(sequence);
    } else {
      appended_[line.substr(id_at, sequence_at - id_at - 1)] = sequence;
    }
  }

  void ExpectAllThere() {
    const absl::StatusOr<std::unique_ptr<EventLog>> log = OpenAt(folder_.Sub("log"));
    ASSERT_TRUE(log.ok()) << log.status();
    for (const auto& [id, sequence] : appended_) {
      ASSERT_EQ((*log)->Read(sequence)->dedup_id, id);
    }
    for (uint64_t sequence : settled_) {
      EXPECT_TRUE((*log)->FindByDedupId(absl::StrCat("effect ", sequence)).ok());
    }
    ExpectNothingSettledComesAgain(**log);
  }

  void ExpectNothingSettledComesAgain(EventLog& log) {
    SubscriptionOptions options;
    options.name = "reader";
    options.subjects = {"test.made"};
    options.max_in_flight = 100'000;
    const auto reader = *log.Subscribe(options);
    const std::vector<Delivery> fetched = *reader->Fetch(100'000, absl::ZeroDuration());
    for (const Delivery& delivery : fetched) EXPECT_EQ(settled_.count(delivery.record.sequence), 0u);
  }

  TestFolder folder_;
  std::map<std::string, uint64_t> appended_;
  std::set<uint64_t> settled_;
};

TEST_F(KillTest, NothingAcknowledgedIsLostAndNothingSettledComesAgain) {
  std::mt19937 random(3);
  for (int run = 0; run < kKills && !HasFailure(); ++run) {
    RunAndKill(run, static_cast<int>(random() % 400));
    ExpectAllThere();
  }
  EXPECT_GT(appended_.size(), 100u);
  EXPECT_GT(settled_.size(), 100u);
}

}  // namespace
}  // namespace seaworthy
