// Components and templates: preact, and htm bound to it. No other file names
// the libraries. What is put into a template becomes text nodes, properties
// and attributes, never markup.
import { Component, Fragment, createRef, h, render } from '../vendor/preact.js';
import htm from '../vendor/htm.js';

export const html = htm.bind(h);
export { Component, Fragment, createRef, render };

// classes('row', selected && 'selected') is what a class attribute takes.
export function classes(...names) {
  return names.filter(Boolean).join(' ');
}
