#include "registrar/drain.h"

#include <utility>

#include "registrar/board.h"

namespace roster::registrar {

Drain::Drain(std::weak_ptr<Board> board, uint64_t id)
    : board_(std::move(board)), id_(id) {}

void Drain::Done() const {
  if (const std::shared_ptr<Board> board = board_.lock()) {
    board->Update(
        [this](RecordKeeper& keeper, absl::Time) { keeper.SetDrainDone(id_); });
  }
}

}  // namespace roster::registrar
