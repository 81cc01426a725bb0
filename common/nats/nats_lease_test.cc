// Leases over a real server: who has it while servers and holders come to harm.
#include <csignal>
#include <functional>
#include <string>
#include <vector>

#include "common/lease_fakes.h"
#include "common/lease_keeper.h"
#include "common/nats/nats_fault_test_fixture.h"
#include "common/nats/nats_shared_table.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kTtl = absl::Seconds(1);
constexpr absl::Duration kSoon = absl::Seconds(30);

// One process's part.
struct Process {
  std::unique_ptr<Leases> leases;
  std::unique_ptr<Lease> lease;
  void End() {
    lease.reset();
    leases.reset();
  }
  // As by kill -9: nothing is given up.
  void Kill() {
    dynamic_cast<LeaseKeeper*>(leases.get())->Abandon();
    End();
  }
};

class NatsLeaseTest : public testing::Test {
 protected:
  Process Start(const std::string& holder) {
    Process process;
    process.leases = *OpenNatsLeases(server_.Options(nullptr, holder));
    process.lease = process.leases->Want({.name = "leader", .ttl = kTtl});
    return process;
  }
  static bool Soon(const std::function<bool()>& is, absl::Duration within = kSoon) {
    SteadyWait wait;
    const absl::Duration end = SteadyClock::Real()->Now() + within;
    while (!is() && SteadyClock::Real()->Now() < end) wait.WaitFor(absl::Milliseconds(5));
    return is();
  }
  static bool SoonHeld(const Process& process) {
    return Soon([&] { return process.lease->Held(); });
  }
  // True where both hold it at any look until `is`.
  static bool BothUntil(const Process& one, const Process& two, const std::function<bool()>& is) {
    bool both = false;
    EXPECT_TRUE(Soon([&] {
      both = both || (one.lease->Held() && two.lease->Held());
      return is();
    }));
    return both;
  }
  NatsTestServer server_;
};

TEST_F(NatsLeaseTest, OneOfTwoHasIt) {
  const Process one = Start("one");
  ASSERT_TRUE(SoonHeld(one));
  const Process two = Start("two");
  EXPECT_TRUE(Soon([&] { return two.lease->State().holder == "one"; }));
  EXPECT_FALSE(two.lease->Held());
}

TEST_F(NatsLeaseTest, WhoEndsInOrderIsReplacedAtOnce) {
  Process one = Start("one");
  ASSERT_TRUE(SoonHeld(one));
  const Process two = Start("two");
  const uint64_t token = one.lease->State().token;
  one.End();
  EXPECT_TRUE(Soon([&] { return two.lease->Held(); }, kTtl));
  EXPECT_GT(two.lease->State().token, token);
}

TEST_F(NatsLeaseTest, AKilledHolderIsReplacedAfterTheTtl) {
  Process one = Start("one");
  ASSERT_TRUE(SoonHeld(one));
  const Process two = Start("two");
  ASSERT_TRUE(Soon([&] { return two.lease->State().holder == "one"; }));
  const absl::Duration killed = SteadyClock::Real()->Now();
  one.Kill();
  EXPECT_TRUE(SoonHeld(two));
  EXPECT_GT(SteadyClock::Real()->Now() - killed, kTtl / 2);
}

TEST_F(NatsLeaseTest, AKilledServerKeepsTheHolderAndTheOrderOfTokens) {
  Process one = Start("one");
  ASSERT_TRUE(SoonHeld(one));
  const uint64_t token = one.lease->State().token;
  server_.Kill();
  EXPECT_TRUE(Soon([&] { return !one.lease->Held(); }));
  server_.Start();
  EXPECT_TRUE(SoonHeld(one));
  EXPECT_EQ(one.lease->State().token, token);
  one.End();
  const Process two = Start("two");
  ASSERT_TRUE(SoonHeld(two));
  EXPECT_GT(two.lease->State().token, token);
}

TEST_F(NatsLeaseTest, AFrozenServerMakesNoSecondHolder) {
  const Process one = Start("one");
  ASSERT_TRUE(SoonHeld(one));
  const Process two = Start("two");
  server_.Freeze();
  EXPECT_FALSE(BothUntil(one, two, [&] { return !one.lease->Held(); }));
  server_.Thaw();
  EXPECT_FALSE(BothUntil(one, two, [&] { return one.lease->Held() || two.lease->Held(); }));
}

TEST_F(NatsLeaseTest, ManyTakeoversMakeTokensGrow) {
  std::vector<Process> processes;
  processes.push_back(Start("0"));
  processes.push_back(Start("1"));
  uint64_t token = 0;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Soon([&] { return processes[0].lease->Held() || processes[1].lease->Held(); }));
    Process& holder = processes[processes[0].lease->Held() ? 0 : 1];
    EXPECT_GT(holder.lease->State().token, token);
    token = holder.lease->State().token;
    holder.End();
    holder = Start(absl::StrCat("again ", i));
  }
}

// A holder in a process of its own, which says `held` once it is.
class StoppedHolderTest : public NatsLeaseTest {
 protected:
  ~StoppedHolderTest() override {
    if (child_ > 0) kill(child_, SIGKILL);
    if (child_ > 0) waitpid(child_, nullptr, 0);
  }
  void StartChild() {
    ASSERT_EQ(pipe(from_child_), 0);
    const std::string url = server_.url();
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      dup2(from_child_[1], STDOUT_FILENO);
      execl(SEAWORTHY_LEASE_CHILD, SEAWORTHY_LEASE_CHILD, url.c_str(), "child", "1000", nullptr);
      _exit(127);
    }
    close(from_child_[1]);
    said_ = fdopen(from_child_[0], "r");
  }
  // The next line the child says.
  std::string Hear() {
    char line[64] = {};
    return std::fgets(line, sizeof(line), said_) == nullptr ? "" : std::string(line);
  }
  int from_child_[2] = {};
  FILE* said_ = nullptr;
  pid_t child_ = -1;
};

TEST_F(StoppedHolderTest, AStoppedHolderComesBackAsNone) {
  StartChild();
  ASSERT_EQ(Hear(), "held\n");
  const Process two = Start("two");
  ASSERT_TRUE(Soon([&] { return two.lease->State().holder == "child"; }));
  kill(child_, SIGSTOP);
  ASSERT_TRUE(SoonHeld(two));
  kill(child_, SIGCONT);
  EXPECT_EQ(Hear(), "lost\n");
  EXPECT_TRUE(two.lease->Held());
}

TEST_F(NatsLeaseTest, TheTableKeepsTheNewestOfEachName) {
  const auto table = *OpenNatsSharedTable(server_.Options(), "WATCH");
  EXPECT_EQ(table->Read("a.b")->revision, 0u);
  const uint64_t first = **table->Write("a.b", "one", 0);
  EXPECT_FALSE((*table->Write("a.b", "other", 0)).has_value());
  EXPECT_TRUE((*table->Write("c", "", 0)).has_value());
  const uint64_t second = **table->Write("a.b", "two", first);
  EXPECT_FALSE((*table->Write("a.b", "other", first)).has_value());
  EXPECT_EQ(table->Read("a.b")->bytes, "two");
  EXPECT_EQ(table->Read("a.b")->revision, second);
}

TEST_F(NatsLeaseTest, WhatTheTableDoesNotAnswerIsAnError) {
  LinkFaults faults;
  const auto table = *OpenNatsSharedTable(Through(&faults, server_.Options()), "WATCH");
  faults.Fail("GetLastMessage", absl::UnavailableError("no"), 1);
  EXPECT_EQ(table->Read("a").status().code(), absl::StatusCode::kUnavailable);
  faults.Fail("PutAfter", absl::UnknownError("lost"), 1);
  EXPECT_EQ(table->Write("a", "one", 0).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(table->Read("a")->bytes, "one") << "it was written, though nobody said so";
}

TEST_F(NatsLeaseTest, WhoHasNoNameGetsOneOfItsOwn) {
  const Process one = Start("");
  ASSERT_TRUE(SoonHeld(one));
  EXPECT_FALSE(one.lease->State().holder.empty());
}

}  // namespace
}  // namespace seaworthy
