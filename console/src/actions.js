// What an operator can do from the page: which fields each action asks for, and
// the call it becomes. No elements here; action_dialog.js shows them.
import { COORDINATION_ACTIONS, COORDINATION_FIELDS, coordinationForm }
    from './coordination_actions.js';
import { parseDuration, writeDuration } from './proto_json.js';

// Name -> how it is asked for. Labels are t('field.<name>').
export const FIELDS = {
  reason: { type: 'text', limit: 1024 },
  ticket: { type: 'text', limit: 128 },
  drainTimeout: { type: 'duration' },
  expireAfter: { type: 'duration' },
  paced: { type: 'checkbox' },
  batchSize: { type: 'number', least: 1 },
  minHealthy: { type: 'duration' },
  force: { type: 'checkbox' },
  releaseHolds: { type: 'checkbox' },
  owner: { type: 'owner' },
  budgetName: { type: 'text', limit: 63 },
  selector: { type: 'text', limit: 4096 },
  limitKind: { type: 'limit' },
  limit: { type: 'text', limit: 16 },
  description: { type: 'text', limit: 1024 },
  ...COORDINATION_FIELDS,
};

function duration(text) {
  return text ? writeDuration(parseDuration(text)) : undefined;
}

// What the calls about members have in common.
function common({ form, requestId }) {
  return { actor: form.actor, reason: form.reason, request_id: requestId };
}

function takeOffline(mode) {
  return (api, { action, form, requestId }) => api.post('members:take_offline', {
    ...common({ form, requestId }), names: action.names, mode,
    ticket: form.ticket || undefined,
    drain_timeout: duration(form.drainTimeout),
    expire_after: duration(form.expireAfter),
    pacing: form.paced ? { batch_size: Number(form.batchSize) || 1 } : undefined,
    force: form.force || undefined,
  });
}

function bringOnline(api, { action, form, requestId }) {
  const whose = action.holdIds ? { hold_ids: action.holdIds }
      : form.owner ? { owner: form.owner } : { all_holds: true };
  return api.post('members:bring_online',
                  { ...common({ form, requestId }), names: action.names,
                    ...whose });
}

function rollingRestart(api, { action, form, requestId }) {
  return api.post('operations:rolling_restart', {
    ...common({ form, requestId }), names: action.names,
    ticket: form.ticket || undefined,
    drain_timeout: duration(form.drainTimeout),
    pacing: { batch_size: Number(form.batchSize) || 1,
              min_healthy: duration(form.minHealthy) },
    force: form.force || undefined,
  });
}

function operate(verb) {
  return (api, { action, form }) => api.operate(action.operation.id, verb, {
    actor: form.actor, reason: form.reason,
    ...(verb === 'cancel' ? { release_holds: Boolean(form.releaseHolds) } : {}),
  });
}

function setBudget(api, { form, requestId }) {
  return api.setBudget(form.budgetName, {
    ...common({ form, requestId }),
    budget: { name: form.budgetName, selector: form.selector,
              description: form.description, [form.limitKind]: form.limit },
  });
}

// kind -> fields; those of `required` must be given; `budget`: the budgets are
// asked first; `danger`: what it does cannot be taken back.
export const ACTIONS = {
  drain: { fields: ['reason', 'ticket', 'drainTimeout', 'expireAfter', 'paced',
                    'batchSize', 'force'],
           required: ['reason'], budget: true, send: takeOffline('HOLD_MODE_DRAIN') },
  offline: { fields: ['reason', 'ticket', 'expireAfter', 'paced', 'batchSize',
                      'force'],
             required: ['reason'], budget: true, danger: true,
             send: takeOffline('HOLD_MODE_IMMEDIATE') },
  online: { fields: ['owner', 'reason'], required: [], send: bringOnline },
  restart: { fields: ['reason', 'ticket', 'batchSize', 'minHealthy',
                      'drainTimeout', 'force'],
             required: ['reason'], budget: true, send: rollingRestart },
  evict: { fields: ['reason', 'force'], required: ['reason'], danger: true,
           send: (api, { action, form, requestId }) =>
               api.evict(action.names[0], { ...common({ form, requestId }),
                                            force: form.force || undefined }) },
  forget: { fields: ['reason'], required: [], danger: true,
            send: (api, { action, form, requestId }) =>
                api.forget(action.names[0], common({ form, requestId })) },
  pause: { fields: ['reason'], required: [], send: operate('pause') },
  resume: { fields: ['reason'], required: [], send: operate('resume') },
  cancel: { fields: ['reason', 'releaseHolds'], required: [], danger: true,
            send: operate('cancel') },
  guard: { fields: ['reason'], required: [],
           send: (api, { form }) => api.post('guard:release', {
               actor: form.actor, reason: form.reason }) },
  setBudget: { fields: ['budgetName', 'selector', 'limitKind', 'limit',
                        'description', 'reason'],
               required: ['budgetName', 'selector', 'limit'], send: setBudget },
  deleteBudget: { fields: ['reason'], required: [], danger: true,
                  send: (api, { action, form, requestId }) =>
                      api.deleteBudget(action.budget.name,
                                       common({ form, requestId })) },
  ...COORDINATION_ACTIONS,
};

// What the fields begin with.
export function initialForm(action, actor) {
  const { budget } = action;
  const form = { actor, reason: '', batchSize: '1',
                 ...coordinationForm(action) };
  if (action.kind === 'setBudget') {
    Object.assign(form, {
      budgetName: budget.name ?? '', selector: budget.selector ?? '*',
      description: budget.description ?? '',
      limitKind: budget.min_available ? 'min_available' : 'max_unavailable',
      limit: budget.min_available || budget.max_unavailable || '1' });
  }
  return form;
}

const encoder = new TextEncoder();

// Field -> key of what is wrong with it; empty when it can be sent.
export function checkForm(kind, form) {
  const { fields, required } = ACTIONS[kind];
  const wrong = {};
  for (const name of ['actor', ...required])
    if (!form[name]?.trim()) wrong[name] = 'form.missing';
  for (const name of fields) {
    const { type, limit } = FIELDS[name];
    const value = form[name] ?? '';
    if (type === 'duration' && value && parseDuration(value) === null)
      wrong[name] = 'form.duration';
    if (limit && encoder.encode(value).length > limit)
      wrong[name] = 'form.tooLong';
  }
  return wrong;
}
