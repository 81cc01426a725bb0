#include "services/publisher/testing/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

constexpr char kHeadEnd[] = "\r\n\r\n";

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{.tv_sec = 5, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

HttpResponse Parse(const std::string& text) {
  HttpResponse response;
  response.status = 0;
  const size_t end = text.find(kHeadEnd);
  if (end == std::string::npos || text.size() < 12) return response;
  response.status = std::atoi(text.substr(9, 3).c_str());
  size_t line = text.find("\r\n") + 2;
  while (line < end + 2) {
    const size_t stop = text.find("\r\n", line);
    const size_t colon = text.find(": ", line);
    response.headers.emplace_back(text.substr(line, colon - line), text.substr(colon + 2, stop - colon - 2));
    line = stop + 2;
  }
  response.body = text.substr(end + 4);
  return response;
}

// Whether `text` holds one whole answer.
bool Whole(const std::string& text) {
  const size_t end = text.find(kHeadEnd);
  if (end == std::string::npos) return false;
  size_t length = 0;
  const auto header = Parse(text).Header("Content-Length");
  if (header.has_value() && !absl::SimpleAtoi(std::string(*header), &length)) return false;
  return text.size() >= end + 4 + length;
}

}  // namespace

std::string SendRaw(int port, const std::string& bytes, bool read_one) {
  const int fd = Connect(port);
  if (fd < 0) return "";
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) break;
    sent += static_cast<size_t>(count);
  }
  std::string answer;
  char buffer[16384];
  while (!read_one || !Whole(answer)) {
    const ssize_t count = recv(fd, buffer, sizeof(buffer), 0);
    if (count <= 0) break;
    answer.append(buffer, static_cast<size_t>(count));
  }
  close(fd);
  return answer;
}

HttpResponse SendHttp(int port, const HttpRequest& request) {
  std::string bytes = absl::StrCat(request.method, " ", request.target, " HTTP/1.1\r\n");
  for (const auto& [name, value] : request.headers) absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  if (!request.Header("Host").has_value()) absl::StrAppend(&bytes, "Host: localhost:", port, "\r\n");
  absl::StrAppend(&bytes, "Connection: close\r\nContent-Length: ", request.body.size(), "\r\n\r\n",
                  request.body);
  return Parse(SendRaw(port, bytes));
}

}  // namespace seaworthy
