// How long it takes from an input to the picture that shows its effect.

// To be added to a page before its own scripts. From the event's own time, so
// that waiting in line counts, to the first task after the next frame: that is
// when the frame has been handed over to be drawn.
export function measureInputs() {
  window.inputDelays = [];
  const listen = (type) => addEventListener(type, (event) => {
    const begun = event.timeStamp;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () =>
          window.inputDelays.push({ type, ms: performance.now() - begun });
      channel.port2.postMessage(0);
    });
  }, { capture: true, passive: true });
  for (const type of ['input', 'click', 'keydown', 'wheel']) listen(type);
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
