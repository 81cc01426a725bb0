// Certificates made on the spot, for servers on this machine.
#pragma once

#include <string>

namespace seaworthy {

struct ServerCertificate {
  std::string certificate_pem;
  std::string key_pem;
  std::string ca_pem;  // What a client is told to trust.
};

// A certificate for localhost and 127.0.0.1, valid for a day. With
// `wrong_host` it is for another host; with `unknown_ca`, `ca_pem` is not the
// authority that signed it. Aborts where OpenSSL fails: there is no memory.
ServerCertificate MakeServerCertificate(bool wrong_host, bool unknown_ca);

}  // namespace seaworthy
