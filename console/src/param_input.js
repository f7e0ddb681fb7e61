// A field whose value is in the address, once it has been typed to the end:
// what it stands for is asked of the server, and not letter by letter.
import { Component, html } from './html.js';

export class ParamInput extends Component {
  constructor() {
    super();
    this.state = { typed: null };  // null: what the address says
  }

  render({ app, name, label, placeholder }, { typed }) {
    const value = typed ?? app.router.route.params[name] ?? '';
    return html`<label class="field grow"><span>${label}</span>
      <input type="search" value=${value} placeholder=${placeholder}
          autocomplete="off"
          onInput=${(e) => this.setState({ typed: e.target.value })}
          onChange=${(e) => {
            this.setState({ typed: null });
            app.router.setParams({ [name]: e.target.value.trim() });
          }} /></label>`;
  }
}
