// How long to wait before trying again: doubling, with jitter, so that the
// pages of all operators do not come back in the same instant.

export class Backoff {
  constructor({ first = 250, most = 10_000, random = Math.random } = {}) {
    this.first = first;
    this.most = most;
    this.random = random;
    this.reset();
  }

  reset() {
    this.failures = 0;
  }

  // Milliseconds: between half of the step and all of it.
  next() {
    const step = Math.min(this.most, this.first * 2 ** this.failures++);
    return step / 2 + (step / 2) * this.random();
  }
}
