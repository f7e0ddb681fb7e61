// Draws at most once a frame, and what comes by itself at most ten times a
// second: people cannot read faster, and the page stays free for input.

export class Frame {
  constructor(draw, { interval = 100, now = () => performance.now(),
                      requestFrame = (f) => requestAnimationFrame(f),
                      setTimeout = globalThis.setTimeout } = {}) {
    this.draw = draw;
    this.interval = interval;
    this.now = now;
    this.requestFrame = requestFrame;
    this.setTimeout = setTimeout.bind(globalThis);
    this.asked = false;
    this.last = -Infinity;
  }

  request() {
    if (this.asked) return;
    this.asked = true;
    const wait = this.last + this.interval - this.now();
    if (wait <= 0) this.#onNextFrame();
    else this.setTimeout(() => this.#onNextFrame(), wait);
  }

  #onNextFrame() {
    this.requestFrame(() => {
      this.asked = false;
      this.last = this.now();
      this.draw();
    });
  }
}
