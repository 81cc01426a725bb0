// The rules of docs/votes.md written a second time, over plain maps.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "seaworthy/v1/community_vote.pb.h"

namespace seaworthy {

// Votes on one tool, in the order of the log.
class VoteBook {
 public:
  void Take(const v1::CommunityVote& vote) {
    ++came_;
    const int64_t hour = vote.vote_time().seconds() / 3600;
    if (hour > hour_) {
      hour_ = hour;
      in_hour_ = 0;
      at_its_begin_ = votes_.size();
    }
    const auto known = votes_.find(vote.voter());
    if (known != votes_.end()) {
      known->second = vote.vote();
      ++discarded_["replaced"];
      return;
    }
    const std::string reason = WhyNot(vote);
    if (!reason.empty()) {
      ++discarded_[reason];
      return;
    }
    votes_[vote.voter()] = vote.vote();
    ++of_address_[vote.address()];
    ++of_network_[vote.network()];
    ++in_hour_;
  }
  uint64_t Of(v1::Vote vote) const {
    uint64_t count = 0;
    for (const auto& [voter, voted] : votes_) count += voted == vote ? 1 : 0;
    return count;
  }
  uint64_t came() const { return came_; }
  const std::map<std::string, uint64_t>& discarded() const { return discarded_; }

 private:
  std::string WhyNot(const v1::CommunityVote& vote) {
    if (of_address_[vote.address()] == 2) return "address";
    if (of_network_[vote.network()] == 8) return "network";
    return in_hour_ >= 30 + at_its_begin_ / 4 ? "burst" : "";
  }

  std::map<std::string, v1::Vote> votes_;
  std::map<std::string, uint64_t> of_address_;
  std::map<std::string, uint64_t> of_network_;
  std::map<std::string, uint64_t> discarded_;
  uint64_t came_ = 0;
  int64_t hour_ = 0;
  uint64_t in_hour_ = 0;
  uint64_t at_its_begin_ = 0;
};

}  // namespace seaworthy
