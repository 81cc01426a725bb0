// The example server as it is built, asked over a real socket.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "services/reviewer/grpc_llm/testing/grpc_llm_fixture.h"

namespace seaworthy {
namespace {

class ExampleServerTest : public GrpcLlmTest {
 protected:
  ExampleServerTest() {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    child_ = fork();
    if (child_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execl(SEAWORTHY_EXAMPLE_SERVER, SEAWORTHY_EXAMPLE_SERVER, "127.0.0.1:0", nullptr);
      _exit(1);
    }
    close(ends[1]);
    FILE* out = fdopen(ends[0], "r");
    EXPECT_EQ(std::fscanf(out, "serving seaworthy.v1.LlmEndpointService on port %d", &port_), 1);  // NOLINT
    std::fclose(out);
  }
  ~ExampleServerTest() override {
    endpoint_.reset();
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_ = -1;
};

TEST_F(ExampleServerTest, AnswersInTheSchemaAndPassesTheProbe) {
  EXPECT_TRUE(ProbeGrpcEndpoint(ConfigFor("grpc"), "").ok());
  Open(ConfigFor("grpc"));
  const LlmReply reply = Ask();
  EXPECT_EQ(reply.outcome, LlmOutcome::kOk) << reply.message;
  EXPECT_NE(reply.raw.find(R"("vote": "skip")"), std::string::npos) << reply.raw;
  EXPECT_EQ(reply.model, "example");
}

}  // namespace
}  // namespace seaworthy
