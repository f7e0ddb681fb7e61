// Texts of others, and times, as elements.
import { html } from './html.js';
import { exactTime, formatDuration, formatTime } from './format.js';
import { visibleText } from './visible_text.js';

// A text on one line: cut by the layout, whole in its tooltip. <bdi> keeps its
// writing direction from the rest of the line.
export function Words({ text, className = 'words' }) {
  const shown = visibleText(text);
  return html`<bdi class=${className} title=${shown || undefined}>${shown}</bdi>`;
}

// A text in full, wrapped wherever it has to be.
export function LongWords({ text }) {
  return html`<bdi class="long-words">${visibleText(text)}</bdi>`;
}

export function Time({ at }) {
  if (at === null || at === undefined) return html`<span>–</span>`;
  return html`<time datetime=${exactTime(at)} title=${exactTime(at)}>${
      formatTime(at)}</time>`;
}

// How long it is since `at`.
export function Ago({ at, now }) {
  if (at === null || at === undefined) return html`<span>–</span>`;
  return html`<time datetime=${exactTime(at)} title=${exactTime(at)}>${
      formatDuration(now - at)}</time>`;
}
