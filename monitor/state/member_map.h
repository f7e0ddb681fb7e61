#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/state/member.h"

namespace roster::monitor {

// MemberMap is an immutable sorted map of members by name whose copies share
// almost everything: a change copies one path of a B-tree, which is three
// nodes of at most 32 pointers at 10,000 members and four at 100,000, and a
// copy of the whole map copies one pointer. That is what lets the monitor
// publish a whole view after each single change.
//
// It is a persistent B-tree without its strict lower bound: a node that became
// small is joined with a neighbour, when both fit in half a node.
//
// Thread-safety: immutable.
class MemberMap {
 public:
  MemberMap() = default;

  // Null if it is missing. Valid for as long as this map, or a copy, lives.
  MemberPtr Find(std::string_view name) const;
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // The map with `member` in place of the one of its name, if any.
  MemberMap With(MemberPtr member) const;
  MemberMap Without(std::string_view name) const;

  // Calls `visit(const MemberPtr&)` in the order of names, for names > `after`
  // ("" for all; no member has an empty name), until it returns false.
  template <typename Visit>
  void ForEachAfter(std::string_view after, Visit visit) const {
    if (root_ != nullptr) Walk(*root_, after, visit);
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    ForEachAfter("", [&](const MemberPtr& member) {
      visit(member);
      return true;
    });
  }

 private:
  static constexpr size_t kMaxEntries = 32;

  struct Node;
  using NodePtr = std::shared_ptr<const Node>;
  // What a changed node became: itself, and what was split off, or null.
  using NodePair = std::pair<NodePtr, NodePtr>;

  // Either a leaf with members or an inner node with children; never empty.
  // All leaves are equally deep.
  struct Node {
    // The least name below, owned by its member, which this node keeps alive.
    std::string_view first;
    std::vector<MemberPtr> members;
    std::vector<NodePtr> children;

    bool leaf() const { return children.empty(); }
    size_t entries() const { return members.size() + children.size(); }
    // The child under which `name` is, or would be.
    size_t ChildFor(std::string_view name) const;
    // The place in `members` of the first name not less than `name`.
    size_t LowerBound(std::string_view name) const;
  };

  static NodePtr MakeLeaf(std::vector<MemberPtr> members);
  static NodePtr MakeInner(std::vector<NodePtr> children);
  static NodePair Insert(const Node& node, MemberPtr member, bool* added);
  static NodePtr Erase(const Node& node, std::string_view name);
  static NodePtr Join(const Node& left, const Node& right);

  // False once `visit` wanted to stop.
  template <typename Visit>
  static bool Walk(const Node& node, std::string_view after, Visit& visit) {
    if (node.leaf()) {
      size_t i = after.empty() ? 0 : node.LowerBound(after);
      for (; i < node.members.size(); ++i) {
        const MemberPtr& member = node.members[i];
        if (member->name != after && !visit(member)) return false;
      }
      return true;
    }
    for (size_t i = node.ChildFor(after); i < node.children.size(); ++i) {
      if (!Walk(*node.children[i], after, visit)) return false;
    }
    return true;
  }

  NodePtr root_;
  size_t size_ = 0;
};

}  // namespace roster::monitor
