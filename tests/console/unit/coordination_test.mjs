// The calls that actions on elections, locks and the configuration become.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, checkForm, initialForm } from '../../../console/src/actions.js';
import { Api } from '../../../console/src/api.js';
import { decodeText, encodeText } from '../../../console/src/base64.js';

// What an action sends: {method, url, body}.
async function sent(action, form) {
  let call;
  const api = new Api({ fetch: async (url, { method, body }) => {
    call = { method, url, body: JSON.parse(body) };
    return { ok: true, status: 200, text: async () => '{}',
             headers: new Headers() };
  } });
  await ACTIONS[action.kind].send(api, { action, form: {
    ...initialForm(action, 'ada'), reason: 'r', ...form }, requestId: 'id' });
  return call;
}

test('texts survive base64, and what is no text is told', () => {
  for (const text of ['', 'a', '界\u0000\n', '\ufeffx', '😀'.repeat(500)])
    assert.equal(decodeText(encodeText(text)), text);
  assert.equal(encodeText('界'), '55WM');
  assert.equal(decodeText('/w=='), null);
});

test('an entry is put only over the version that was shown', async () => {
  const fresh = await sent({ kind: 'putConfig' },
                           { configName: 'a/b', configValue: '界' });
  assert.equal(fresh.method, 'PUT');
  assert.equal(fresh.url, '/api/v1/config/a%2Fb');
  assert.deepEqual(fresh.body, { actor: 'ada', comment: 'r', request_id: 'id',
                                 expected_version: '0', value: '55WM' });
  const entry = { name: 'x', version: '7', content_type: 'text/plain' };
  const changed = await sent({ kind: 'putConfig', entry, text: 'old' });
  assert.equal(changed.body.expected_version, '7');
  assert.equal(changed.body.content_type, 'text/plain');
  assert.equal(decodeText(changed.body.value), 'old');
  // One that was deleted is not there, whatever its number.
  const back = await sent({ kind: 'rollbackConfig', version: '5',
                            entry: { ...entry, deleted: true } });
  assert.equal(back.url, '/api/v1/config/x:rollback');
  assert.equal(back.body.expected_version, '0');
  assert.equal(back.body.version, '5');
});

test('leaders are a line each, of a name or a path', async () => {
  const action = { kind: 'designate', target: {
    name: '', path: '/app/election', suggested: ['a', 'b'] } };
  assert.equal(initialForm(action, '').leaders, 'a\nb');
  const { body } = await sent(action, { leaders: ' b \n\na' });
  assert.deepEqual(body.leaders, ['b', 'a']);
  assert.equal(body.path, '/app/election');
  assert.ok(!('name' in body));
  assert.equal(body.hand_back, 'HAND_BACK_IMMEDIATE');
  assert.equal(body.expected_version, '0');
});

test('a lock is taken away from the very holder that was shown', async () => {
  const { url, body } = await sent({
    kind: 'releaseLock', target: { name: 'l', path: '/p/l' },
    holder: { node: 'n-1', fencing_token: '83' } });
  assert.equal(url, '/api/v1/lock:force_release');
  assert.equal(body.name, 'l');
  assert.equal(body.node, 'n-1');
  assert.equal(body.fencing_token, '83');
});

test('every one of them asks for a reason and a name', () => {
  for (const kind of ['designate', 'clearDesignation', 'releaseLock',
                      'openBarrier', 'putConfig', 'deleteConfig',
                      'rollbackConfig']) {
    const wrong = checkForm(kind, { actor: ' ', reason: '' });
    assert.equal(wrong.reason, 'form.missing', kind);
    assert.equal(wrong.actor, 'form.missing', kind);
  }
  assert.equal(checkForm('putConfig', {
    actor: 'a', reason: 'r', configName: 'n',
    configValue: '界'.repeat(22_000) }).configValue, 'form.tooLong');
});
