// A certificate made on the spot, for servers on this machine.
#pragma once

#include <string>

namespace seaworthy::testing {

struct SelfSigned {
  // Also what a client is told to trust.
  std::string certificate_pem;
  std::string key_pem;
};

// For 127.0.0.1, valid for a day. Aborts where OpenSSL fails.
SelfSigned MakeSelfSigned();

}  // namespace seaworthy::testing
