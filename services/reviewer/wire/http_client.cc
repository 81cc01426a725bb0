#include "services/reviewer/wire/http_client.h"

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "services/reviewer/text.h"
#include "services/reviewer/wire/http_call.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxSpareCalls = 256;
constexpr long kMaxKeptConnections = 1024;

bool HasControl(std::string_view line) {
  return std::any_of(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void InitCurl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)once;
}

WireResponse Refused(WireRequest request, std::string why) {
  WireResponse response;
  response.end = WireEnd::kEnded;
  response.sent = std::move(request.body);
  response.error = std::move(why);
  return response;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const WireHeaders>> WireHeaders::Make(const std::vector<std::string>& lines) {
  InitCurl();
  std::shared_ptr<WireHeaders> headers(new WireHeaders);
  for (const std::string& line : lines) {
    if (HasControl(line)) {
      return absl::InvalidArgumentError(
          text::Cat("header `", std::string_view(line).substr(0, line.find(':')),
                    "` holds a control character; look at where its value comes from"));
    }
    headers->list_ = curl_slist_append(headers->list_, line.c_str());
  }
  // Else bodies over 1 MiB wait for a 100 first.
  headers->list_ = curl_slist_append(headers->list_, "Expect:");
  return headers;
}

WireHeaders::~WireHeaders() { curl_slist_free_all(list_); }

std::string_view WireResponse::Header(std::string_view name) const {
  for (size_t at = head.find('\n'); at != std::string::npos; at = head.find('\n', at)) {
    const std::string_view line = std::string_view(head).substr(++at);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (!text::EqualsIgnoreCase(line.substr(0, name.size()), name)) continue;
    const std::string_view rest = line.substr(name.size() + 1);
    return text::Strip(rest.substr(0, rest.find('\n')));
  }
  return {};
}

// The thread and what it owns. Everything but the inbox belongs to the thread;
// the calls' `done` run on it without a lock held.
class HttpClient::Loop {
 public:
  Loop() : multi_(curl_multi_init()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    Watch(wake_, EPOLL_CTL_ADD, EPOLLIN);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, OnSocket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, OnTimer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxKeptConnections);
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      Wake();
    }
    thread_.join();
    spare_.clear();
    curl_multi_cleanup(multi_);
    close(wake_);
    close(epoll_);
  }

  void Add(WireRequest request, WireDone done, bool post) {
    const char* refusal = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) {
        refusal = "the HTTP client is being shut down";
      } else if (in_flight_ >= kMaxInFlight) {
        refusal = "too many calls in flight; lower max_in_flight of the endpoints";
      } else {
        ++in_flight_;
        inbox_.push_back({std::move(request), std::move(done), post});
        return Wake();
      }
    }
    done(Refused(std::move(request), refusal));
  }

  void EndAll(const void* owner) {
    if (std::this_thread::get_id() == thread_.get_id()) return EndCalls(owner, "ended");
    absl::Notification ended;
    {
      absl::MutexLock lock(&mutex_);
      endings_.push_back({owner, &ended});
      Wake();
    }
    ended.WaitForNotification();
  }

 private:
  struct Entry {
    WireRequest request;
    WireDone done;
    bool post = false;
  };
  struct Ending {
    const void* owner;
    absl::Notification* ended;
  };

  static int OnSocket(CURL* /*easy*/, curl_socket_t fd, int what, void* self, void* known) {
    auto* loop = static_cast<Loop*>(self);
    if (what == CURL_POLL_REMOVE) {
      loop->Watch(fd, EPOLL_CTL_DEL, 0);
      return 0;
    }
    const uint32_t events =
        ((what & CURL_POLL_IN) != 0 ? EPOLLIN : 0U) | ((what & CURL_POLL_OUT) != 0 ? EPOLLOUT : 0U);
    loop->Watch(fd, known != nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, events);
    if (known == nullptr) curl_multi_assign(loop->multi_, fd, loop);
    return 0;
  }

  static int OnTimer(CURLM* /*multi*/, long milliseconds, void* self) {
    auto* loop = static_cast<Loop*>(self);
    loop->timer_ = milliseconds < 0 ? absl::InfiniteFuture() : Now() + absl::Milliseconds(milliseconds);
    return 0;
  }

  // Steady, so that a clock that jumps moves no deadline.
  static absl::Time Now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return absl::TimeFromTimespec(now);
  }

  void Watch(int fd, int operation, uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!std::exchange(sleeping_, false)) return;
    const uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
  }

  void Run() {
    while (TakeInbox()) {
      WaitForSockets();
      RunTimer();
      ReadDone();
    }
    EndCalls(nullptr, "the HTTP client is being shut down");
  }

  // False once the client stops.
  bool TakeInbox() {
    std::deque<Entry> entries;
    std::vector<Ending> endings;
    bool stopping = false;
    {
      absl::MutexLock lock(&mutex_);
      entries.swap(inbox_);
      endings.swap(endings_);
      stopping = stopping_;
      sleeping_ = true;
    }
    for (Entry& entry : entries) Begin(std::move(entry));
    for (const Ending& ending : endings) {
      EndCalls(ending.owner, "ended");
      ending.ended->Notify();
    }
    return !stopping;
  }

  void Begin(Entry entry) {
    std::unique_ptr<HttpCall> call;
    if (spare_.empty()) {
      call = std::make_unique<HttpCall>();
    } else {
      call = std::move(spare_.back());
      spare_.pop_back();
    }
    call->Prepare(std::move(entry.request), std::move(entry.done), entry.post);
    call->index = active_.size();
    const CURLMcode added = curl_multi_add_handle(multi_, call->easy());
    active_.push_back(std::move(call));
    if (added != CURLM_OK) Complete(active_.size() - 1, active_.back()->End(curl_multi_strerror(added)));
  }

  void WaitForSockets() {
    std::array<epoll_event, 256> events;
    const absl::Duration left = timer_ - Now();
    const int wait =
        left == absl::InfiniteDuration()
            ? -1
            : static_cast<int>(std::clamp<int64_t>(
                  absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1))), 0, 60'000));
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait);
    {
      absl::MutexLock lock(&mutex_);
      sleeping_ = false;
    }
    for (int i = 0; i < ready; ++i) {
      const int fd = events.at(i).data.fd;
      if (fd == wake_) {
        uint64_t count = 0;
        (void)!read(wake_, &count, sizeof count);
        continue;
      }
      const uint32_t seen = events.at(i).events;
      const int mask = ((seen & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
                       ((seen & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0) |
                       ((seen & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0);
      int running = 0;
      curl_multi_socket_action(multi_, fd, mask, &running);
    }
  }

  void RunTimer() {
    if (timer_ > Now()) return;
    timer_ = absl::InfiniteFuture();
    int running = 0;
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
  }

  void ReadDone() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      void* self = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
      auto* call = static_cast<HttpCall*>(self);
      const CURLcode code = message->data.result;
      curl_multi_remove_handle(multi_, call->easy());
      WireResponse response = call->Finish(code);
      Complete(call->index, std::move(response));
    }
  }

  // Runs `done` of a call that is off the multi handle, and keeps the handle.
  void Complete(size_t index, WireResponse response) {
    WireDone done = active_[index]->TakeDone();
    std::swap(active_[index], active_.back());
    active_[index]->index = index;
    if (spare_.size() < kMaxSpareCalls) spare_.push_back(std::move(active_.back()));
    active_.pop_back();
    {
      absl::MutexLock lock(&mutex_);
      --in_flight_;
    }
    done(std::move(response));
  }

  // Of every owner where it is null.
  void EndCalls(const void* owner, const char* why) {
    for (size_t i = active_.size(); i-- > 0;) {
      if (i >= active_.size() || (owner != nullptr && active_[i]->owner() != owner)) continue;
      curl_multi_remove_handle(multi_, active_[i]->easy());
      Complete(i, active_[i]->End(why));
    }
    for (Entry& entry : TakeWaiting(owner)) {
      entry.done(Refused(std::move(entry.request), why));
    }
  }

  std::deque<Entry> TakeWaiting(const void* owner) {
    std::deque<Entry> taken;
    absl::MutexLock lock(&mutex_);
    const auto rest = std::stable_partition(inbox_.begin(), inbox_.end(), [owner](const Entry& entry) {
      return owner != nullptr && entry.request.owner != owner;
    });
    std::move(rest, inbox_.end(), std::back_inserter(taken));
    inbox_.erase(rest, inbox_.end());
    in_flight_ -= static_cast<int>(taken.size());
    return taken;
  }

  // Constant after construction.
  CURLM* const multi_;
  const int epoll_;
  int wake_ = -1;
  std::thread thread_;

  // The thread's own.
  absl::Time timer_ = absl::InfiniteFuture();
  std::vector<std::unique_ptr<HttpCall>> active_;
  std::vector<std::unique_ptr<HttpCall>> spare_;

  absl::Mutex mutex_;
  std::deque<Entry> inbox_ ABSL_GUARDED_BY(mutex_);
  std::vector<Ending> endings_ ABSL_GUARDED_BY(mutex_);
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  bool sleeping_ ABSL_GUARDED_BY(mutex_) = false;  // May wait on epoll: wake it.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

HttpClient::HttpClient() {
  InitCurl();
  loop_ = std::make_unique<Loop>();
}

HttpClient::~HttpClient() = default;

void HttpClient::Post(WireRequest request, WireDone done) {
  loop_->Add(std::move(request), std::move(done), true);
}

void HttpClient::Get(WireRequest request, WireDone done) {
  loop_->Add(std::move(request), std::move(done), false);
}

void HttpClient::EndAll(const void* owner) { loop_->EndAll(owner); }

WireResponse HttpClient::PostAndWait(WireRequest request) {
  WireResponse result;
  absl::Notification ended;
  Post(std::move(request), [&](WireResponse response) {
    result = std::move(response);
    ended.Notify();
  });
  ended.WaitForNotification();
  return result;
}

WireResponse HttpClient::GetAndWait(WireRequest request) {
  WireResponse result;
  absl::Notification ended;
  Get(std::move(request), [&](WireResponse response) {
    result = std::move(response);
    ended.Notify();
  });
  ended.WaitForNotification();
  return result;
}

}  // namespace seaworthy
