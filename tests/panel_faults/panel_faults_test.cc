// Every kind of fault against the real endpoints, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <optional>
#include <ostream>
#include <string>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "tests/panel_faults/fault_panel.h"

namespace seaworthy {

// What ctest calls a case.
static void PrintTo(const FaultInfo& fault, std::ostream* out) { *out << fault.name; }

namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int64_t kGrowth = 64LL << 20;
// What a busy machine may add; not what the endpoint may take.
constexpr absl::Duration kSlack = absl::Seconds(5);

// Sanitizers keep what is freed.
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
constexpr bool kMemoryCounts = false;
#else
constexpr bool kMemoryCounts = true;
#endif

std::string Describe(const PersonaRun& run) {
  std::string text;
  for (const auto& [outcome, count] : run.outcomes) {
    text += std::string(OutcomeName(outcome)) + " " + std::to_string(count) + "; ";
  }
  return text + std::to_string(run.verdicts) + " verdicts";
}

// What the endpoint has to call it, where there is one name for it.
std::optional<LlmOutcome> NameOf(FaultKind kind) {
  if (kind == FaultKind::kQuota || kind == FaultKind::kSpendLimit || kind == FaultKind::kBilling) {
    return LlmOutcome::kSpendCapped;
  }
  if (kind >= FaultKind::kRateLimitedSeconds && kind <= FaultKind::kRateLimitedBare)
    return LlmOutcome::kRateLimited;
  if (kind >= FaultKind::kServerError && kind <= FaultKind::kOverloaded) return LlmOutcome::kOverloaded;
  if (kind >= FaultKind::kBadRequest && kind <= FaultKind::kTooLarge) return LlmOutcome::kRejected;
  if (kind == FaultKind::kLength || kind == FaultKind::kWhitespaceLoop) return LlmOutcome::kTruncated;
  if (kind == FaultKind::kRefusal) return LlmOutcome::kRefused;
  if (kind >= FaultKind::kNoAnswer && kind <= FaultKind::kOneByteASecond) return LlmOutcome::kTimeout;
  if (kind == FaultKind::kCutStream) return LlmOutcome::kCutStream;
  if (kind == FaultKind::kBacklogFull || kind == FaultKind::kNeverReads) return LlmOutcome::kTimeout;
  if (kind == FaultKind::kTlsWrongHost || kind == FaultKind::kTlsUnknownCa) return LlmOutcome::kTransport;
  if (kind == FaultKind::kNone) return LlmOutcome::kOk;
  return std::nullopt;
}

// Kinds after which a verdict may be read all the same: a stream that came to
// its terminator, and keys of which the last holds.
bool MayAnswer(FaultKind kind) {
  return kind == FaultKind::kNone || kind == FaultKind::kShortBody || kind == FaultKind::kDuplicateKeys;
}

class PanelFaultsTest : public testing::TestWithParam<FaultInfo> {
 protected:
  PanelFaultsTest() {
    panel_.Run(FaultKind::kNone, 0, 0, {});
    // Faults that end by themselves are given the time to.
    if (NameOf(GetParam().kind) != LlmOutcome::kTimeout) load_.deadline = absl::Seconds(20);
  }

  // Every persona in turn has the faulty endpoint, each over another protocol.
  template <typename Check>
  void ForEachPersona(const Check& check) {
    for (int persona = 0; persona < 4; ++persona) {
      SCOPED_TRACE("persona " + std::to_string(persona));
      check(panel_.Run(GetParam().kind, persona, 0, load_));
    }
  }

  PanelLoad load_;
  FaultPanel panel_;
};

TEST_P(PanelFaultsTest, IsNamedAndLeavesTheRestOfThePanelAlone) {
  const int64_t before = ResidentBytes();
  ForEachPersona([&](const FaultRun& run) {
    EXPECT_EQ(run.healthy.verdicts, 3 * load_.calls) << Describe(run.healthy);
    EXPECT_EQ(run.faulty.calls, load_.calls);
    EXPECT_LT(run.faulty.longest, load_.deadline + kSlack);
    if (!MayAnswer(GetParam().kind)) {
      EXPECT_EQ(run.faulty.verdicts, 0) << Describe(run.faulty);
    }
    if (const std::optional<LlmOutcome> name = NameOf(GetParam().kind)) {
      EXPECT_THAT(run.faulty.outcomes, ElementsAre(Pair(*name, load_.calls))) << Describe(run.faulty);
    }
  });
  if (kMemoryCounts) {
    // What is kept; what the allocator holds for later is the benchmark's to show.
    malloc_trim(0);
    EXPECT_LT(ResidentBytes() - before, kGrowth);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, PanelFaultsTest, testing::ValuesIn(AllFaults().begin(), AllFaults().end()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace seaworthy
