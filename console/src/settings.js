// What the browser remembers between visits. A browser that remembers nothing
// (private mode, storage switched off) still shows the page.

const PREFIX = 'roster.';
const memory = new Map();

export function getSetting(name, fallback = '') {
  try {
    return globalThis.localStorage?.getItem(PREFIX + name) ??
        memory.get(name) ?? fallback;
  } catch {
    return memory.get(name) ?? fallback;
  }
}

export function setSetting(name, value) {
  memory.set(name, value);
  try {
    globalThis.localStorage?.setItem(PREFIX + name, value);
  } catch {
    // It is remembered until the page is closed.
  }
}
