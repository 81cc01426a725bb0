// A blocking HTTP client that sends exactly what it is told: odd paths, odd
// methods, raw bytes.
#pragma once

#include <string>

#include "services/publisher/http/http_message.h"

namespace seaworthy {

// One request on a connection of its own. A status of 0 means that no answer
// came. Sets Host and Content-Length unless they are given.
HttpResponse SendHttp(int port, const HttpRequest& request);

// Sends bytes as they are; what comes back until the server closes or 5 s
// pass. `read_one` stops after the first answer instead.
std::string SendRaw(int port, const std::string& bytes, bool read_one = false);

}  // namespace seaworthy
