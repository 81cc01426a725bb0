// Two aggregators in processes of their own on one NATS server; whoever leads
// is killed or stopped, again and again. SEAWORTHY_LEADER_KILLS says how often.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "common/lease_fakes.h"
#include "common/lease_record.h"
#include "common/nats/nats_shared_table.h"
#include "common/nats/nats_test_server.h"
#include "services/aggregator/testing/leader_fixture.h"

namespace seaworthy {
namespace {

int Kills() {
  const char* const number = std::getenv("SEAWORTHY_LEADER_KILLS");
  return number == nullptr ? 20 : std::atoi(number);
}

// An aggregator in a process of its own, with its own store. Killed at its end.
class Child {
 public:
  Child(const NatsTestServer& server, std::string name, std::string store, int ttl_ms)
      : url_(server.url()), name_(std::move(name)), store_(std::move(store)), ttl_(absl::StrCat(ttl_ms)) {
    Start();
  }
  ~Child() { Kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Returns once it runs.
  void Start() {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      dup2(ends[1], STDOUT_FILENO);
      execl(SEAWORTHY_LEADER_CHILD, SEAWORTHY_LEADER_CHILD, url_.c_str(), store_.c_str(), name_.c_str(),
            ttl_.c_str(), nullptr);
      _exit(127);
    }
    close(ends[1]);
    char said[64];
    EXPECT_GT(read(ends[0], said, sizeof(said)), 0) << name_ << " does not start";
    close(ends[0]);
  }
  void Kill() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  void Freeze() const { kill(child_, SIGSTOP); }
  void Thaw() const { kill(child_, SIGCONT); }
  const std::string& name() const { return name_; }
  const std::string& store() const { return store_; }

 private:
  const std::string url_;
  const std::string name_;
  const std::string store_;
  const std::string ttl_;
  pid_t child_ = -1;
};

class LeaderKillTest : public ::testing::Test {
 protected:
  LeaderKillTest() {
    log_ = OpenOn(server_.Options(nullptr, "teller"));
    table_ = *OpenNatsSharedTable(server_.Options(), "LEASES");
  }
  void StartTwo(int ttl_ms) {
    for (const char* name : {"one", "two"}) {
      children_.push_back(std::make_unique<Child>(server_, name, folder_.Sub(name), ttl_ms));
    }
  }
  AggregatorService::Options Options() {
    AggregatorService::Options options;
    options.log = log_.get();
    options.clock = Clock::Real();
    options.personas = {PersonaId("dx"), PersonaId("business")};
    options.max_pairs_per_tool = 2;
    return options;
  }
  // The lease as it is; nothing while nobody has it.
  LeaseRecord Lease() { return DecodeLease(table_->Read("aggregator")->bytes).value_or(LeaseRecord()); }
  Child& Leader() {
    std::string holder;
    EXPECT_TRUE(Soon([&] { return !(holder = Lease().holder).empty(); }));
    return holder == "one" ? *children_[0] : *children_[1];
  }
  // How long until another than `before` has it.
  absl::Duration WaitForAnother(const std::string& before) {
    const absl::Duration begin = SteadyClock::Real()->Now();
    EXPECT_TRUE(Soon([&] {
      const std::string holder = Lease().holder;
      return !holder.empty() && holder != before;
    }));
    return SteadyClock::Real()->Now() - begin;
  }
  // Gives what verdicts are missing; until all that is to follow is in the log.
  void SettleLog(Teller& teller) {
    const int tools = teller.tools();
    teller.ReviewAll();
    const auto observer = Observe();
    ASSERT_TRUE(Soon([&] {
      const v1::AggregatorStatus status = observer->GetStatus({}).value();
      const auto count = status.counts().find("tools");
      return count != status.counts().end() && count->second == static_cast<uint64_t>(tools);
    }));
    SettleOne(*log_, *observer);
  }
  std::unique_ptr<AggregatorService> Observe() {
    AggregatorService::Options options = Options();
    options.store_dir = folder_.Sub("observer");
    options.leases = nobody_.get();
    auto observer = AggregatorService::Open(options).value();
    EXPECT_TRUE(observer->Start().ok());
    return observer;
  }
  // The children's states, brought to the log's end, and one made anew.
  void ExpectOneHistory(int tools) {
    for (const auto& child : children_) child->Kill();
    ExpectEachEffectOnce(*log_, tools);
    const std::string hash = HashOfAReplay(Options(), folder_.Sub("again"));
    for (const auto& child : children_) EXPECT_EQ(HashOfAReplay(Options(), child->store()), hash);
  }

  TestFolder folder_;
  NatsTestServer server_;
  std::unique_ptr<EventLog> log_;
  std::unique_ptr<SharedTable> table_;
  LeaseBoard board_;
  std::unique_ptr<Leases> nobody_ = board_.For("observer");
  std::vector<std::unique_ptr<Child>> children_;
};

TEST_F(LeaderKillTest, HoweverOftenTheLeaderIsKilledThereIsOneHistory) {
  StartTwo(/*ttl_ms=*/800);
  Teller teller(log_.get());
  std::mt19937 random(7);
  for (int kill = 0; kill < Kills(); ++kill) {
    Child& leader = Leader();
    teller.TellOfTools(1 + static_cast<int>(random() % 8));
    const bool freeze = kill % 3 == 2;
    freeze ? leader.Freeze() : leader.Kill();
    teller.TellOfTools(2);
    WaitForAnother(leader.name());
    freeze ? leader.Thaw() : leader.Start();
  }
  SettleLog(teller);
  ExpectOneHistory(teller.tools());
}

TEST_F(LeaderKillTest, AnotherLeadsWithinTenSeconds) {
  StartTwo(/*ttl_ms=*/5000);
  Teller teller(log_.get());
  teller.TellOfTools(3);
  SettleLog(teller);
  Leader().Kill();
  teller.TellOfTools(1);
  const absl::Duration begin = SteadyClock::Real()->Now();
  teller.ReviewAll();  // Once it was asked for.
  const absl::Duration gone = SteadyClock::Real()->Now() - begin;
  EXPECT_LT(gone, absl::Seconds(10));
  RecordProperty("takeover_ms", static_cast<int>(absl::ToInt64Milliseconds(gone)));
  SettleLog(teller);
  ExpectOneHistory(4);
}

TEST_F(LeaderKillTest, ServersAndLeadersKilledInTurn) {
  StartTwo(/*ttl_ms=*/800);
  Teller teller(log_.get());
  for (int kill = 0; kill < 4; ++kill) {
    teller.TellOfTools(5);
    server_.Kill();
    server_.Start();
    Child& leader = Leader();
    leader.Kill();
    teller.TellOfTools(2);
    leader.Start();
  }
  SettleLog(teller);
  ExpectOneHistory(teller.tools());
}

}  // namespace
}  // namespace seaworthy
