// The fields of a dialog, each with its label and what is wrong with it.
import { html } from './html.js';
import { t } from './i18n.js';
import { FIELDS } from './actions.js';

// What can be chosen; nothing for what is typed.
function optionsOf(type, owners) {
  if (type === 'limit')
    return ['max_unavailable', 'min_available'].map(
        (kind) => [kind, t('field.' + kind)]);
  if (type === 'handBack')
    return ['IMMEDIATE', 'WHEN_LEADER_ENDS'].map(
        (kind) => ['HAND_BACK_' + kind, t('handBack.' + kind)]);
  if (type === 'owner')
    return [['', t('field.anyOwner')], ...owners.map((owner) => [owner, owner])];
  return null;
}

function control(name, { type, least }, { form, owners, set, described, first }) {
  const value = form[name] ?? '';
  const common = { id: `field-${name}`, 'aria-describedby': described,
                   'data-first': first };
  if (type === 'checkbox') {
    return html`<input ...${common} type="checkbox" checked=${Boolean(value)}
        onChange=${(e) => set(name, e.target.checked)} />`;
  }
  if (type === 'lines') {
    return html`<textarea ...${common} value=${value} rows="6" class="code"
        spellcheck=${false}
        onInput=${(e) => set(name, e.target.value)}></textarea>`;
  }
  const options = optionsOf(type, owners);
  if (options) {
    return html`<select ...${common} value=${value}
        onChange=${(e) => set(name, e.target.value)}>
      ${options.map(([key, text]) => html`<option key=${key} value=${key}
          selected=${key === value}>${text}</option>`)}</select>`;
  }
  return html`<input ...${common} value=${value} autocomplete="off"
      type=${type === 'number' ? 'number' : 'text'} min=${least}
      placeholder=${type === 'duration' ? '10m' : undefined}
      onInput=${(e) => set(name, e.target.value)} />`;
}

export function ActionField({ name, wrong, required, ...rest }) {
  const spec = FIELDS[name] ?? { type: 'text' };
  const hint = wrong ? t(wrong) : '';
  const described = hint ? `hint-${name}` : undefined;
  return html`<div class="form-field ${spec.type}">
    <label for=${`field-${name}`}>${t('field.' + name)}${required ? ' *' : ''}
    </label>
    ${control(name, spec, { ...rest, described })}
    ${hint && html`<span class="error" id=${described}>${hint}</span>`}</div>`;
}
