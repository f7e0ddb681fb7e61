// A table of a few rows. It scrolls sideways when it is wider than the page, by
// keyboard too.
import { html } from './html.js';

// `heads` are the words above the columns, `children` the rows; `numbers` are
// the columns, from 0, whose cells are of the class `number`.
export function PlainTable({ label, heads, numbers = [], className, children }) {
  return html`<div class="plain-scroller" tabindex="0" role="group"
      aria-label=${label}>
    <table class=${className}><caption class="sr-only">${label}</caption>
      <thead><tr>${heads.map((head, i) => html`<th scope="col" key=${head}
          class=${numbers.includes(i) ? 'number' : undefined}>${head}</th>`)}
      </tr></thead>
      <tbody>${children}</tbody></table></div>`;
}
