// Small pictures that stand beside a word, never for it. Each status has a
// shape of its own, so that they are told apart without colour.
import { html } from './html.js';

const PATHS = {
  UP: 'M3 8.5 6.5 12 13 4.5',
  STARTING: 'M8 2a6 6 0 1 1-6 6M8 5v3l2 2',
  DEGRADED: 'M8 2 14.5 13.5H1.5ZM8 6.5v3.5M8 11.6v.6',
  DRAINING: 'M8 2v8M4.5 7 8 10.5 11.5 7M3 13.5h10',
  OFFLINE: 'M4.5 4.5h7v7h-7Z',
  LOST: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  LEFT: 'M9 3H3.5v10H9M6.5 8h7M11 5.5 13.5 8 11 10.5',
  stalled: 'M5.5 3.5v9M10.5 3.5v9',
  hold: 'M4 7h8v6.5H4ZM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  guard: 'M8 1.8 13.5 4v4c0 3.5-2.5 5.3-5.5 6.3C5 13.3 2.5 11.5 2.5 8V4Z',
  note: 'M8 14A6 6 0 1 1 8 2a6 6 0 0 1 0 12ZM8 7.2v4M8 4.6v.6',
  close: 'M4 4l8 8M12 4l-8 8',
  up: 'M8 12.5V4M4.5 7.5 8 4l3.5 3.5',
  down: 'M8 3.5V12M4.5 8.5 8 12l3.5-3.5',
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"
      focusable="false"><path d=${PATHS[name] ?? ''} /></svg>`;
}
