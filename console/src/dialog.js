// A modal dialog. The browser's own: it keeps the focus inside, makes the rest
// inert, closes on Escape, and gives the focus back afterwards.
import { Component, createRef, html } from './html.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';

export class Dialog extends Component {
  constructor() {
    super();
    this.element = createRef();
  }

  componentDidMount() {
    this.element.current.showModal();
    this.element.current.querySelector('[data-first]')?.focus();
  }

  // While it still is in the page: a dialog that is taken out without being
  // closed gives the focus back to nobody.
  componentWillUnmount() {
    this.element.current?.close();
  }

  render({ title, children, onClose }) {
    return html`<dialog ref=${this.element} aria-labelledby="dialog-title"
        onCancel=${(event) => { event.preventDefault(); onClose(); }}>
      <div class="dialog-head"><h2 id="dialog-title">${title}</h2>
        <button type="button" class="plain" aria-label=${t('close')}
            onClick=${onClose}><${Icon} name="close" /></button></div>
      ${children}</dialog>`;
  }
}
