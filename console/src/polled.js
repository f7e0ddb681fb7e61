// What is asked for now and again while it is shown: an answer of the API that
// no stream brings. The last answer stays while a later one fails.
import { Component, html } from './html.js';
import { t } from './i18n.js';
import { LongWords } from './text.js';

const REFRESH_MS = 3_000;

// `load` returns a promise of the answer, `show(answer, reload)` elements. What
// is asked for must not change: give another `key` for another question.
export class Polled extends Component {
  constructor() {
    super();
    this.state = { answer: null, error: '' };
  }

  componentDidMount() {
    this.load();
    this.timer = setInterval(() => { if (!document.hidden) this.load(); },
                             REFRESH_MS);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
    this.turn = null;
  }

  load = async () => {
    // An answer that was overtaken, or comes when nobody looks, is dropped.
    const turn = this.turn = {};
    const settle = (state) => { if (turn === this.turn) this.setState(state); };
    try {
      settle({ answer: await this.props.load(), error: '' });
    } catch (error) {
      settle({ error: error.message });
    }
  };

  render({ show }, { answer, error }) {
    return html`${error && html`<p class="error" role="alert"><${LongWords}
        text=${error} /></p>`}
      ${answer ? show(answer, this.load)
               : !error && html`<p class="empty">${t('loading')}</p>`}`;
  }
}
