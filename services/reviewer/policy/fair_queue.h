// Who waits for an endpoint, in turn: one of each persona, then the next, so
// that a burst of one persona does not starve the others.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace seaworthy {

// First in, first out within a persona; bounded over all. Not thread-safe.
template <typename T>
class FairQueue {
 public:
  explicit FairQueue(size_t bound) : bound_(bound) {}

  // False where it is full.
  bool Push(std::string_view persona, T item) {
    if (size_ >= bound_) return false;
    auto found = lines_.find(persona);
    if (found == lines_.end()) found = lines_.try_emplace(std::string(persona)).first;
    if (found->second.empty()) turns_.push_back(&found->second);
    found->second.push_back(std::move(item));
    ++size_;
    return true;
  }

  // The next in turn; there must be one.
  T Pop() {
    std::deque<T>* line = turns_.front();
    turns_.pop_front();
    T item = std::move(line->front());
    line->pop_front();
    if (!line->empty()) turns_.push_back(line);
    --size_;
    return item;
  }

  // All of them.
  std::vector<T> Clear() {
    std::vector<T> all;
    all.reserve(size_);
    while (!empty()) all.push_back(Pop());
    return all;
  }

  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }

 private:
  const size_t bound_;
  size_t size_ = 0;
  // A line a persona; personas are few and stay.
  std::map<std::string, std::deque<T>, std::less<>> lines_;
  // Lines that hold somebody, in the order of their turns.
  std::deque<std::deque<T>*> turns_;
};

}  // namespace seaworthy
