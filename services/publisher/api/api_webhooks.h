// The part of the HTTP API that manages webhooks that go out (docs/api.md).
#pragma once

#include <vector>

#include "services/publisher/access/router.h"
#include "services/publisher/hooks_out/hook_book.h"
#include "services/publisher/hooks_out/hook_out.h"

namespace seaworthy {

// `/api/v1/webhooks`. Thread-safe.
class ApiWebhooks {
 public:
  struct Options {
    HookBook* book = nullptr;  // Not owned; null: this server sends none.
    HookOut* out = nullptr;    // The same.
  };
  explicit ApiWebhooks(Options options) : options_(options) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse Add(const Call& call) const;
  HttpResponse List(const Call& call) const;
  HttpResponse Get(const Call& call) const;
  HttpResponse Remove(const Call& call) const;
  HttpResponse Enable(const Call& call) const;
  HttpResponse Test(const Call& call) const;

  const Options options_;
};

}  // namespace seaworthy
