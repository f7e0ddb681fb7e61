// Asks what an action needs to know, shows what the budgets say, and carries it
// out.
import { Component, html } from './html.js';
import { ACTIONS, checkForm, initialForm } from './actions.js';
import { ActionField } from './action_fields.js';
import { newRequestId } from './api.js';
import { BudgetAnswer } from './budget_answer.js';
import { Dialog } from './dialog.js';
import { t } from './i18n.js';
import { getSetting, setSetting } from './settings.js';
import { LongWords, Words } from './text.js';

const NAMES_SHOWN = 20;

function Names({ names }) {
  if (names.length === 0) return null;
  return html`<p class="names">${names.slice(0, NAMES_SHOWN).map((name) => html`
      <span class="name-tag" key=${name}><${Words} text=${name} /></span>`)}
    ${names.length > NAMES_SHOWN &&
      t('dialog.more', { n: names.length - NAMES_SHOWN })}</p>`;
}

// The owners of the holds that there are.
function ownersOf(app, names) {
  const owners = new Set();
  for (const name of names) {
    for (const hold of app.state.members.get(name)?.desired.holds ?? [])
      owners.add(hold.owner);
  }
  return [...owners].sort();
}

function fieldsOf(action, form) {
  return ACTIONS[action.kind].fields.filter((name) =>
      !(name === 'batchSize' && action.kind !== 'restart' && !form.paced) &&
      !(name === 'owner' && action.holdIds) &&
      !(name === 'budgetName' && action.budget?.name) &&
      !(name === 'configName' && action.entry));
}

export class ActionDialog extends Component {
  constructor({ action }) {
    super();
    this.state = { form: initialForm(action, getSetting('actor')), wrong: {},
                   busy: false, error: null };
    this.requestId = newRequestId();
  }

  set = (name, value) => {
    this.setState({ form: { ...this.state.form, [name]: value } });
    // Another content is another request, unless the last may have been done:
    // that has to be found out under its own id.
    if (!this.state.error?.outcomeUnknown) this.requestId = newRequestId();
  };

  submit = async (event) => {
    event.preventDefault();
    const { app, action, onClose } = this.props;
    const { form } = this.state;
    const wrong = checkForm(action.kind, form);
    this.setState({ wrong });
    const first = Object.keys(wrong)[0];
    if (first) {
      document.getElementById(`field-${first}`)?.focus();
      return;
    }
    this.setState({ busy: true, error: null });
    setSetting('actor', form.actor);
    try {
      const answer = await ACTIONS[action.kind].send(
          app.api, { action, form, requestId: this.requestId });
      app.say(t('done.' + action.kind, { n: action.names.length }));
      action.onDone?.(answer);
      onClose();
      if (answer.operation) {
        app.state.operations.put(answer.operation);
        app.router.go('operations', answer.operation.id);
      }
    } catch (error) {
      this.setState({ busy: false, error });
    }
  };

  render({ app, action, onClose }, { form, wrong, busy, error }) {
    const { kind, names } = action;
    const spec = ACTIONS[kind];
    const owners = kind === 'online' ? ownersOf(app, names) : [];
    const field = (name, first) => html`<${ActionField} key=${name} name=${name}
        form=${form} wrong=${wrong[name]} owners=${owners} set=${this.set}
        first=${first} required=${name === 'actor' ||
            spec.required.includes(name)} />`;
    const fields = fieldsOf(action, form);
    return html`<${Dialog} title=${t('ask.' + kind, { n: names.length })}
        onClose=${onClose}>
      <form onSubmit=${this.submit} novalidate>
        <p>${t('explain.' + kind)}</p>
        <${Names} names=${action.budget?.name ? [action.budget.name] : names} />
        ${spec.budget && html`<${BudgetAnswer} app=${app} names=${names} />`}
        ${fields.map((name, i) => field(name, i === 0))}
        ${field('actor')}
        ${error && html`<p class="error" role="alert"><${LongWords}
            text=${error.message} />
          ${error.outcomeUnknown && html`<br />${t('form.outcomeUnknown')}`}</p>`}
        <div class="dialog-foot">
          <button type="button" onClick=${onClose}>${t('cancel')}</button>
          <button type="submit" class=${spec.danger ? 'danger' : 'primary'}
              disabled=${busy}>${busy ? t('form.sending')
                                      : t('action.' + kind)}</button></div>
      </form><//>`;
  }
}
