// One call of HttpClient and its easy handle; internal to the client.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "services/reviewer/wire/http_client.h"

namespace seaworthy {

// A call under way, or a spare one kept with its handle for the next. Belongs
// to the client's thread. Not movable: the handle points into it.
class HttpCall {
 public:
  // Socket hooks are the multi handle's; this sets what never changes.
  HttpCall();
  ~HttpCall();
  HttpCall(const HttpCall&) = delete;
  HttpCall& operator=(const HttpCall&) = delete;

  // Takes a request over; the handle is then ready to be added.
  void Prepare(WireRequest request, WireDone done, bool post);
  // Reads the result off the handle. `done` is not run; the call is spare again
  // once the response is moved away.
  WireResponse Finish(CURLcode code);
  // As Finish, for a call that is ended from this side.
  WireResponse End(std::string why);

  CURL* easy() const { return easy_; }
  const void* owner() const { return request_.owner; }
  WireDone TakeDone() { return std::move(done_); }

  // Place in the client's list of active calls.
  size_t index = 0;

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  void SetTarget(std::shared_ptr<const WireTarget> target);
  size_t TakeBody(std::string_view bytes);
  WireEnd EndOf(CURLcode code) const;
  std::string Describe(CURLcode code) const;

  CURL* easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::shared_ptr<const WireTarget> target_;  // What the handle is set to.
  bool post_ = false;
  bool too_large_ = false;
  bool stopped_ = false;
  WireRequest request_;
  WireDone done_;
  WireResponse response_;
};

}  // namespace seaworthy
