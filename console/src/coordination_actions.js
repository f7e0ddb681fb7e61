// What can be done to elections, locks, barriers and the configuration: as of
// actions.js, which has them all.
import { encodeText } from './base64.js';

// How elections, locks and barriers are named: by name, or by path.
function named({ name, path }) {
  return name ? { name } : { path };
}

function common({ form, requestId }) {
  return { actor: form.actor, reason: form.reason, request_id: requestId };
}

const lines = (text) =>
    text.split('\n').map((line) => line.trim()).filter(Boolean);

function designate(api, { action, form, requestId }) {
  return api.post('election:designate', {
    ...common({ form, requestId }), ...named(action.target),
    leaders: lines(form.leaders), hand_back: form.handBack,
    // Two who say something else at the same time are told.
    expected_version: action.target.designation?.version ?? '0' });
}

function clearDesignation(api, { action, form, requestId }) {
  return api.post('election:clear_designation', {
    ...common({ form, requestId }), ...named(action.target),
    expected_version: action.target.designation?.version });
}

function releaseLock(api, { action, form, requestId }) {
  return api.post('lock:force_release', {
    ...common({ form, requestId }), ...named(action.target),
    node: action.holder.node, fencing_token: action.holder.fencing_token });
}

function openBarrier(api, { action, form, requestId }) {
  return api.post('barrier:open', {
    ...common({ form, requestId }), ...named(action.target) });
}

// The reason becomes the comment of the version that is made.
function configChange({ action, form, requestId }) {
  return { actor: form.actor, comment: form.reason, request_id: requestId,
           expected_version: action.entry && !action.entry.deleted
               ? action.entry.version : '0' };
}

function putConfig(api, { action, form, requestId }) {
  return api.config('PUT', form.configName, {
    ...configChange({ action, form, requestId }),
    value: encodeText(form.configValue ?? ''),
    content_type: form.contentType || undefined });
}

function deleteConfig(api, call) {
  return api.config('DELETE', call.action.entry.name, configChange(call));
}

function rollbackConfig(api, call) {
  return api.rollbackConfig(call.action.entry.name, {
    ...configChange(call), version: call.action.version });
}

export const COORDINATION_FIELDS = {
  leaders: { type: 'lines', limit: 65_536 },
  handBack: { type: 'handBack' },
  configName: { type: 'text', limit: 255 },
  configValue: { type: 'lines', limit: 65_536 },
  contentType: { type: 'text', limit: 128 },
};

export const COORDINATION_ACTIONS = {
  designate: { fields: ['leaders', 'handBack', 'reason'],
               required: ['leaders', 'reason'], send: designate },
  clearDesignation: { fields: ['reason'], required: ['reason'], danger: true,
                      send: clearDesignation },
  releaseLock: { fields: ['reason'], required: ['reason'], danger: true,
                 send: releaseLock },
  openBarrier: { fields: ['reason'], required: ['reason'], danger: true,
                 send: openBarrier },
  putConfig: { fields: ['configName', 'configValue', 'contentType', 'reason'],
               required: ['configName', 'reason'], send: putConfig },
  deleteConfig: { fields: ['reason'], required: ['reason'], danger: true,
                  send: deleteConfig },
  rollbackConfig: { fields: ['reason'], required: ['reason'],
                    send: rollbackConfig },
};

// What the fields begin with; {} for the actions of others.
export function coordinationForm({ kind, target, entry, text }) {
  if (kind === 'designate') {
    const { designation, suggested } = target;
    return { leaders: (designation?.leaders ?? suggested ?? []).join('\n'),
             handBack: designation?.hand_back ?? 'HAND_BACK_IMMEDIATE' };
  }
  if (kind === 'putConfig') {
    return { configName: entry?.name ?? '', configValue: text ?? '',
             contentType: entry?.content_type ?? '' };
  }
  return {};
}
