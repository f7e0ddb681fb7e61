// Calls of the HTTP API: docs/http.md. Answers are the messages of the API as
// JSON; errors are thrown as ApiError.

import { t } from './i18n.js';

export class ApiError extends Error {
  constructor(status, code, message, details = []) {
    super(message);
    this.status = status;    // of HTTP; 0: no answer came
    this.code = code;        // "FAILED_PRECONDITION"
    this.details = details;
  }

  // The reason of the ErrorInfo: "BUDGET_EXCEEDED".
  get reason() {
    return this.details.find((detail) => detail.reason)?.reason ?? '';
  }

  // Whether it may have been done although no good answer came.
  get outcomeUnknown() {
    return this.status === 0 || this.reason === 'OUTCOME_UNKNOWN' ||
        this.status === 504;
  }
}

// An id for a changing call: the same call sent twice is done once. Not
// crypto.randomUUID(), which browsers refuse to pages without TLS.
export function newRequestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return 'console-' +
      [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// One segment of a path. A name that is "." or ".." cannot be one.
const segment = (text) => encodeURIComponent(text);

const TIMEOUT_MS = 20_000;

export class Api {
  constructor({ fetch = globalThis.fetch.bind(globalThis), clock = null } = {}) {
    this.fetch = fetch;
    this.clock = clock;   // told the server's time, if there is one
    this.cluster = '';    // that calls are about; empty: the only one
  }

  url(path, query = {}) {
    const params = new URLSearchParams();
    if (this.cluster) params.set('cluster', this.cluster);
    for (const [key, value] of Object.entries(query)) {
      for (const one of [value].flat())
        if (one !== '' && one !== undefined && one !== null) params.append(key, one);
    }
    const text = params.toString();
    return `/api/v1/${path}${text ? '?' + text : ''}`;
  }

  get(path, query) {
    return this.#send('GET', this.url(path, query));
  }

  // A call that changes something, or a POST that only asks.
  change(method, path, body) {
    return this.#send(method, this.url(path), body);
  }

  post(path, body) {
    return this.change('POST', path, body);
  }

  member(name) { return this.get(`members/${segment(name)}`); }
  evict(name, body) { return this.post(`members/${segment(name)}:evict`, body); }
  forget(name, body) { return this.post(`members/${segment(name)}:forget`, body); }
  operation(id) { return this.get(`operations/${segment(id)}`); }
  operate(id, verb, body) {
    return this.post(`operations/${segment(id)}:${verb}`, body);
  }
  setBudget(name, body) {
    return this.change('PUT', `budgets/${segment(name)}`, body);
  }
  deleteBudget(name, body) {
    return this.change('DELETE', `budgets/${segment(name)}`, body);
  }

  // The names of entries may hold slashes, which the server takes encoded too.
  config(method, name, body) {
    return this.change(method, `config/${segment(name)}`, body);
  }
  configHistory(name) { return this.get(`config_history/${segment(name)}`); }
  rollbackConfig(name, body) {
    return this.post(`config/${segment(name)}:rollback`, body);
  }

  async #send(method, url, body) {
    const headers = { Accept: 'application/json' };
    if (method !== 'GET') {
      headers['Content-Type'] = 'application/json';
      // No page of another site can send this one; its value is of no matter.
      headers['X-Roster-Csrf'] = 'console';
    }
    let response;
    let text;
    try {
      response = await this.fetch(url, {
        method, headers, cache: 'no-store', credentials: 'same-origin',
        body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      // What browsers say of it helps nobody: "Failed to fetch".
      throw new ApiError(0, 'UNAVAILABLE', error.name === 'TimeoutError'
          ? t('api.timeout', { n: TIMEOUT_MS / 1000 }) : t('api.noAnswer'));
    }
    this.clock?.observe(response.headers.get('Date'));
    let json = {};
    try {
      json = text ? JSON.parse(text) : {};
    } catch {
      if (response.ok)
        throw new ApiError(response.status, 'INTERNAL', 'the answer is no JSON');
    }
    if (response.ok) return json;
    throw new ApiError(response.status, json.code ?? 'UNKNOWN',
                       json.message ?? `HTTP ${response.status}`,
                       json.details ?? []);
  }
}
