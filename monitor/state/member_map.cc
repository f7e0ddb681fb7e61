#include "monitor/state/member_map.h"

#include <algorithm>
#include <iterator>

namespace roster::monitor {
namespace {

// A copy of `from` with `place` replaced by what is in [first, last): the one
// allocation has exactly the size that is needed.
template <typename T>
std::vector<T> CopyReplacing(const std::vector<T>& from, size_t place,
                             size_t replaced, T* first, T* last) {
  std::vector<T> to;
  to.reserve(from.size() - replaced + static_cast<size_t>(last - first));
  const auto cut = from.begin() + static_cast<std::ptrdiff_t>(place);
  to.insert(to.end(), from.begin(), cut);
  to.insert(to.end(), std::make_move_iterator(first),
            std::make_move_iterator(last));
  to.insert(to.end(), cut + static_cast<std::ptrdiff_t>(replaced), from.end());
  return to;
}

// Moves the upper half of `entries` out.
template <typename T>
std::vector<T> SplitOff(std::vector<T>& entries) {
  const auto middle =
      entries.begin() + static_cast<std::ptrdiff_t>(entries.size() / 2);
  std::vector<T> upper(std::make_move_iterator(middle),
                       std::make_move_iterator(entries.end()));
  entries.erase(middle, entries.end());
  return upper;
}

template <typename T>
std::vector<T> Concatenate(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> both;
  both.reserve(a.size() + b.size());
  both.insert(both.end(), a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

}  // namespace

size_t MemberMap::Node::ChildFor(std::string_view name) const {
  const auto next =
      std::upper_bound(children.begin(), children.end(), name,
                       [](std::string_view n, const NodePtr& child) {
                         return n < child->first;
                       });
  return next == children.begin()
             ? 0
             : static_cast<size_t>(next - children.begin()) - 1;
}

size_t MemberMap::Node::LowerBound(std::string_view name) const {
  const auto place = std::lower_bound(
      members.begin(), members.end(), name,
      [](const MemberPtr& m, std::string_view n) { return m->name < n; });
  return static_cast<size_t>(place - members.begin());
}

MemberMap::NodePtr MemberMap::MakeLeaf(std::vector<MemberPtr> members) {
  auto node = std::make_shared<Node>();
  node->first = members.front()->name;
  node->members = std::move(members);
  return node;
}

MemberMap::NodePtr MemberMap::MakeInner(std::vector<NodePtr> children) {
  auto node = std::make_shared<Node>();
  node->first = children.front()->first;
  node->children = std::move(children);
  return node;
}

MemberMap::NodePair MemberMap::Insert(const Node& node, MemberPtr member,
                                      bool* added) {
  if (node.leaf()) {
    const size_t i = node.LowerBound(member->name);
    *added = i == node.members.size() || node.members[i]->name != member->name;
    auto members =
        CopyReplacing(node.members, i, *added ? 0 : 1, &member, &member + 1);
    if (members.size() <= kMaxEntries)
      return {MakeLeaf(std::move(members)), {}};
    auto upper = SplitOff(members);
    return {MakeLeaf(std::move(members)), MakeLeaf(std::move(upper))};
  }
  const size_t i = node.ChildFor(member->name);
  auto [child, sibling] = Insert(*node.children[i], std::move(member), added);
  NodePtr parts[] = {std::move(child), std::move(sibling)};
  auto children = CopyReplacing(node.children, i, 1, parts,
                                parts + (parts[1] == nullptr ? 1 : 2));
  if (children.size() <= kMaxEntries)
    return {MakeInner(std::move(children)), {}};
  auto upper = SplitOff(children);
  return {MakeInner(std::move(children)), MakeInner(std::move(upper))};
}

// Null when nothing is left. REQUIRES: `name` is there.
MemberMap::NodePtr MemberMap::Erase(const Node& node, std::string_view name) {
  if (node.leaf()) {
    if (node.members.size() == 1) return nullptr;
    MemberPtr* const nothing = nullptr;
    return MakeLeaf(CopyReplacing(node.members, node.LowerBound(name), 1,
                                  nothing, nothing));
  }
  const size_t i = node.ChildFor(name);
  NodePtr child = Erase(*node.children[i], name);
  size_t place = i;
  size_t replaced = 1;
  if (child != nullptr && node.children.size() > 1) {
    const size_t left = i > 0 ? i - 1 : i;
    const NodePtr& neighbour = node.children[i > 0 ? i - 1 : i + 1];
    if (child->entries() + neighbour->entries() <= kMaxEntries / 2) {
      child = i > 0 ? Join(*neighbour, *child) : Join(*child, *neighbour);
      place = left;
      replaced = 2;
    }
  }
  if (child == nullptr && node.children.size() == 1) return nullptr;
  return MakeInner(CopyReplacing(node.children, place, replaced, &child,
                                 &child + (child == nullptr ? 0 : 1)));
}

MemberMap::NodePtr MemberMap::Join(const Node& left, const Node& right) {
  return left.leaf() ? MakeLeaf(Concatenate(left.members, right.members))
                     : MakeInner(Concatenate(left.children, right.children));
}

MemberPtr MemberMap::Find(std::string_view name) const {
  if (root_ == nullptr) return nullptr;
  const Node* node = root_.get();
  while (!node->leaf()) node = node->children[node->ChildFor(name)].get();
  const size_t i = node->LowerBound(name);
  if (i == node->members.size() || node->members[i]->name != name)
    return nullptr;
  return node->members[i];
}

MemberMap MemberMap::With(MemberPtr member) const {
  MemberMap result;
  bool added = true;
  if (root_ == nullptr) {
    result.root_ = MakeLeaf({std::move(member)});
  } else {
    auto [root, sibling] = Insert(*root_, std::move(member), &added);
    result.root_ =
        sibling == nullptr ? std::move(root) : MakeInner({root, sibling});
  }
  result.size_ = size_ + (added ? 1 : 0);
  return result;
}

MemberMap MemberMap::Without(std::string_view name) const {
  if (Find(name) == nullptr) return *this;
  MemberMap result;
  result.root_ = Erase(*root_, name);
  while (result.root_ != nullptr && result.root_->children.size() == 1) {
    NodePtr only = result.root_->children.front();
    result.root_ = std::move(only);
  }
  result.size_ = size_ - 1;
  return result;
}

}  // namespace roster::monitor
