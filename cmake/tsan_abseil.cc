// Tells the thread sanitizer what Abseil's mutexes and statuses do. Debian's
// Abseil is built without it, so that every access under an absl::Mutex would
// look like a race. A library of its own, found before Abseil's: by our calls and by
// those of gRPC, whose threads hand ours over by such mutexes. What a condition
// reads while Abseil asks it is not looked at.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdint>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"

namespace {

// Abseil's own ways of waiting call each other; the outermost tells.
thread_local bool waiting = false;

// The mutex is taken within `wait`.
template <typename Wait>
auto AroundLock(absl::Mutex* mutex, Wait wait) {
  if (waiting) return wait();
  waiting = true;
  __tsan_mutex_pre_lock(mutex, 0);
  struct Taken {
    absl::Mutex* mutex;
    ~Taken() {
      __tsan_mutex_post_lock(mutex, 0, 0);
      waiting = false;
    }
  } taken{mutex};
  return wait();
}

// The mutex is let go and taken again within `wait`.
template <typename Wait>
auto AroundWait(absl::Mutex* mutex, Wait wait) {
  if (!waiting) {
    __tsan_mutex_pre_unlock(mutex, 0);
    __tsan_mutex_post_unlock(mutex, 0);
  }
  return AroundLock(mutex, wait);
}

void* Of(const void* thing) { return const_cast<void*>(thing); }

}  // namespace

// Abseil's own function of that mangled name. Its libraries call ours while they are loaded.
#define SEAWORTHY_REAL(NAME)                                                               \
  ([] {                                                                                    \
    static const auto real = reinterpret_cast<decltype(&(NAME))>(dlsym(RTLD_NEXT, #NAME)); \
    return real;                                                                           \
  }())

extern "C" {

void _ZN4absl7debian35Mutex4LockEv(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, 0);
  SEAWORTHY_REAL(_ZN4absl7debian35Mutex4LockEv)(mutex);
  __tsan_mutex_post_lock(mutex, 0, 0);
}

bool _ZN4absl7debian35Mutex7TryLockEv(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, __tsan_mutex_try_lock);
  const bool taken = SEAWORTHY_REAL(_ZN4absl7debian35Mutex7TryLockEv)(mutex);
  __tsan_mutex_post_lock(mutex, __tsan_mutex_try_lock | (taken ? 0 : __tsan_mutex_try_lock_failed), 0);
  return taken;
}

void _ZN4absl7debian35Mutex6UnlockEv(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, 0);
  SEAWORTHY_REAL(_ZN4absl7debian35Mutex6UnlockEv)(mutex);
  __tsan_mutex_post_unlock(mutex, 0);
}

void _ZN4absl7debian35Mutex10ReaderLockEv(absl::Mutex* mutex) {
  __tsan_mutex_pre_lock(mutex, __tsan_mutex_read_lock);
  SEAWORTHY_REAL(_ZN4absl7debian35Mutex10ReaderLockEv)(mutex);
  __tsan_mutex_post_lock(mutex, __tsan_mutex_read_lock, 0);
}

void _ZN4absl7debian35Mutex12ReaderUnlockEv(absl::Mutex* mutex) {
  __tsan_mutex_pre_unlock(mutex, __tsan_mutex_read_lock);
  SEAWORTHY_REAL(_ZN4absl7debian35Mutex12ReaderUnlockEv)(mutex);
  __tsan_mutex_post_unlock(mutex, __tsan_mutex_read_lock);
}

void _ZN4absl7debian35MutexD1Ev(absl::Mutex* mutex) {
  SEAWORTHY_REAL(_ZN4absl7debian35MutexD1Ev)(mutex);
  __tsan_mutex_destroy(mutex, 0);
}

void _ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE(absl::Mutex* mutex, const absl::Condition* until) {
  AroundWait(mutex, [&] { SEAWORTHY_REAL(_ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE)(mutex, until); });
}

bool _ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE(absl::Mutex* mutex,
                                                                              const absl::Condition* until,
                                                                              absl::Duration timeout) {
  return AroundWait(mutex, [&] {
    return SEAWORTHY_REAL(_ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE)(
        mutex, until, timeout);
  });
}

bool _ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE(absl::Mutex* mutex,
                                                                           const absl::Condition* until,
                                                                           absl::Time end) {
  return AroundWait(mutex, [&] {
    return SEAWORTHY_REAL(_ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE)(mutex, until,
                                                                                                 end);
  });
}

void _ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE(absl::Mutex* mutex, const absl::Condition* until) {
  AroundLock(mutex, [&] { SEAWORTHY_REAL(_ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE)(mutex, until); });
}

bool _ZN4absl7debian35Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE(absl::Mutex* mutex,
                                                                                 const absl::Condition* until,
                                                                                 absl::Duration timeout) {
  return AroundLock(mutex, [&] {
    return SEAWORTHY_REAL(_ZN4absl7debian35Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE)(
        mutex, until, timeout);
  });
}

bool _ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE(absl::Mutex* mutex,
                                                                              const absl::Condition* until,
                                                                              absl::Time end) {
  return AroundLock(mutex, [&] {
    return SEAWORTHY_REAL(_ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE)(
        mutex, until, end);
  });
}

void _ZN4absl7debian37CondVar4WaitEPNS0_5MutexE(absl::CondVar* condition, absl::Mutex* mutex) {
  AroundWait(mutex, [&] { SEAWORTHY_REAL(_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE)(condition, mutex); });
}

bool _ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE(absl::CondVar* condition,
                                                                          absl::Mutex* mutex,
                                                                          absl::Duration timeout) {
  return AroundWait(mutex, [&] {
    return SEAWORTHY_REAL(_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE)(
        condition, mutex, timeout);
  });
}

bool _ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE(absl::CondVar* condition,
                                                                       absl::Mutex* mutex, absl::Time end) {
  return AroundWait(mutex, [&] {
    return SEAWORTHY_REAL(_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE)(condition, mutex,
                                                                                             end);
  });
}

void _ZN4absl7debian312Notification6NotifyEv(absl::Notification* notification) {
  __tsan_release(notification);
  SEAWORTHY_REAL(_ZN4absl7debian312Notification6NotifyEv)(notification);
}

void _ZNK4absl7debian312Notification19WaitForNotificationEv(const absl::Notification* notification) {
  SEAWORTHY_REAL(_ZNK4absl7debian312Notification19WaitForNotificationEv)(notification);
  __tsan_acquire(Of(notification));
}

bool _ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
    const absl::Notification* notification, absl::Duration timeout) {
  const bool notified = SEAWORTHY_REAL(
      _ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE)(notification, timeout);
  if (notified) __tsan_acquire(Of(notification));
  return notified;
}

bool _ZN4absl7debian315BlockingCounter14DecrementCountEv(absl::BlockingCounter* counter) {
  __tsan_release(counter);
  return SEAWORTHY_REAL(_ZN4absl7debian315BlockingCounter14DecrementCountEv)(counter);
}

void _ZN4absl7debian315BlockingCounter4WaitEv(absl::BlockingCounter* counter) {
  SEAWORTHY_REAL(_ZN4absl7debian315BlockingCounter4WaitEv)(counter);
  __tsan_acquire(counter);
}

// Of a status' count: whoever ends the last has seen what the others did.
void _ZN4absl7debian36Status15UnrefNonInlinedEm(uintptr_t status) {
  __tsan_release(reinterpret_cast<void*>(status));
  __tsan_acquire(reinterpret_cast<void*>(status));
  SEAWORTHY_REAL(_ZN4absl7debian36Status15UnrefNonInlinedEm)(status);
}

}  // extern "C"
