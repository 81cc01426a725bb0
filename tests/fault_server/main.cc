// `seaworthy_fault_server`: the fault server as a program, to try endpoints
// and to measure against. Ends on SIGINT or SIGTERM.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fault_server/fault_server.h"

namespace seaworthy {
namespace {

struct Flags {
  FaultServerOptions options;
  std::string faults;
  std::string door;
  std::string content;
  std::string ca_out;
  double latency_ms = 0;
  double retry_after = 1;
  bool verdicts = false;
  bool stats = false;
  bool list = false;
};

void AddFlags(CLI::App* app, Flags* flags) {
  app->add_option("--port", flags->options.port, "port on 127.0.0.1; 0: any that is free");
  app->add_option("--threads", flags->options.threads, "threads that answer")->check(CLI::Range(1, 64));
  app->add_flag("--tls", flags->options.tls, "TLS, with a certificate made at start");
  app->add_option("--ca-out", flags->ca_out, "writes the authority to trust to this file");
  app->add_option("--latency-ms", flags->latency_ms, "before every answer")->check(CLI::Range(0.0, 600000.0));
  app->add_option("--faults", flags->faults, "kind=share,... (--list has the kinds)");
  app->add_option("--door", flags->door, "a fault of the whole server (--list has the kinds)");
  app->add_option("--retry-after", flags->retry_after, "seconds that limits ask for")
      ->check(CLI::Range(0.0, 86400.0));
  app->add_option("--key", flags->options.provider.key, "the key to ask for; without, any will do");
  auto* const content =
      app->add_option("--content", flags->content, "every answer's text; {persona} and {tool} are filled in");
  app->add_flag("--verdicts", flags->verdicts, "answers are verdicts made of the prompt (the default)")
      ->excludes(content);
  app->add_option("--batch-polls", flags->options.provider.batch_polls, "polls after which a batch is done");
  app->add_option("--seed", flags->options.provider.seed, "chooses which requests fail");
  app->add_flag("--stats", flags->stats, "prints what was counted at the end, as JSON");
  app->add_flag("--list", flags->list, "lists the kinds of faults");
}

int Fail(const std::string& why) {
  fprintf(stderr, "seaworthy_fault_server: %s\n", why.c_str());
  return 2;
}

int List() {
  for (const FaultInfo& fault : AllFaults()) {
    printf("%-22s %s%s\n", fault.name, fault.what, IsDoorFault(fault.kind) ? " (--door)" : "");
  }
  return 0;
}

int Serve(const Flags& flags) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  absl::StatusOr<std::unique_ptr<FaultServer>> server = FaultServer::Start(flags.options);
  if (!server.ok()) return Fail(std::string(server.status().message()));
  if (!flags.ca_out.empty() && !(std::ofstream(flags.ca_out) << (*server)->ca_pem())) {
    return Fail("cannot write " + flags.ca_out);
  }
  printf("listening on %s\n", (*server)->url().c_str());
  fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  if (flags.stats) printf("%s\n", (*server)->StatsJson().c_str());
  return 0;
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app("Plays OpenAI- and Anthropic-compatible LLM providers on 127.0.0.1, faults included.");
  AddFlags(&app, &flags);
  CLI11_PARSE(app, argc, argv);
  if (flags.list) return List();
  absl::StatusOr<FaultShares> shares = ParseFaultShares(flags.faults);
  if (!shares.ok()) return Fail(std::string(shares.status().message()));
  flags.options.provider.script.shares = *std::move(shares);
  if (!flags.door.empty()) {
    const absl::StatusOr<FaultKind> door = ParseFault(flags.door);
    if (!door.ok()) return Fail(std::string(door.status().message()));
    flags.options.door = *door;
  }
  if (!flags.content.empty()) {
    std::ifstream file(flags.content);
    flags.options.provider.content.assign(std::istreambuf_iterator<char>(file), {});
    if (flags.options.provider.content.empty())
      return Fail("--content " + flags.content + ": cannot be read, or is empty");
  }
  flags.options.latency = absl::Milliseconds(flags.latency_ms);
  flags.options.provider.retry_after = absl::Seconds(flags.retry_after);
  return Serve(flags);
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) { return seaworthy::Main(argc, argv); }
