#include "model/sequential_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace roster::model {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(SequenceOfTest, ReadsTheNumberAfterTheLastMarker) {
  EXPECT_THAT(SequenceOf("_c_x-lock-0000000007", "-lock-"), Optional(7));
  EXPECT_THAT(SequenceOf("a-lock-b-lock-2147483647", "-lock-"),
              Optional(2147483647));
}

TEST(SequenceOfTest, ReadsWhatTheServersCounterGivesPastItsEnd) {
  EXPECT_THAT(SequenceOf("x-lock--2147483648", "-lock-"),
              Optional(-2147483648LL));
  EXPECT_THAT(SequenceOf("x-lock--000000001", "-lock-"), Optional(-1));
}

TEST(SequenceOfTest, RefusesOtherNames) {
  for (const char* name :
       {"", "-lock-", "x-lock-1", "x-lock-00000000012", "x-lock-000000000a",
        "x-lock--00000001", "x-lock- 000000001", "x-lock-+000000001",
        "0000000001"})
    EXPECT_THAT(SequenceOf(name, "-lock-"), Eq(std::nullopt)) << name;
}

TEST(SortBySequenceTest, OrdersByNumberAndDropsTheRest) {
  EXPECT_THAT(
      SortBySequence(
          {"b-l-0000000009", "junk", "a-l-0000000010", "c-l-0000000002"},
          "-l-"),
      ElementsAre("c-l-0000000002", "b-l-0000000009", "a-l-0000000010"));
  EXPECT_THAT(SortBySequence({"junk"}, "-l-"), IsEmpty());
}

TEST(SortBySequenceTest, MixesMarkersOfOneCounter) {
  EXPECT_THAT(
      SortBySequence({"b-w-0000000002", "a-r-0000000001", "c-r-0000000003"},
                     std::vector<std::string>{"-r-", "-w-"}),
      ElementsAre("a-r-0000000001", "b-w-0000000002", "c-r-0000000003"));
}

TEST(SortBySequenceTest, KeepsTheOrderOfCreationWhereTheCounterWraps) {
  EXPECT_THAT(SortBySequence({"c-l--2147483648", "a-l-2147483646",
                              "d-l--2147483647", "b-l-2147483647"},
                             "-l-"),
              ElementsAre("a-l-2147483646", "b-l-2147483647", "c-l--2147483648",
                          "d-l--2147483647"));
  EXPECT_THAT(
      SortBySequence({"c-l-0000000000", "b-l--000000001", "a-l--000000002"},
                     "-l-"),
      ElementsAre("a-l--000000002", "b-l--000000001", "c-l-0000000000"));
}

}  // namespace
}  // namespace roster::model
