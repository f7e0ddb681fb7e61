// The real rosterd with the configuration that the chart renders: it accepts
// each, serves, answers the probes whether ZooKeeper is there or not, and the
// pod of `helm test` would find it. Needs ROSTER_BIN, the folder of the programs.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { require } from '../dashboards/files.mjs';
import { chart, objects, one, template, valuesFiles } from './chart.mjs';

const yaml = require('yaml');
const bin = process.env.ROSTER_BIN;
assert.ok(bin, 'ROSTER_BIN is not set');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roster-configuration-'));
const running = [];
const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function until(what, condition, seconds = 60) {
  const end = Date.now() + seconds * 1000 * (process.env.ROSTER_TEST_TIMEOUT_FACTOR ?? 1);
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`gave up waiting: ${what}`);
    await sleep(50);
  }
}

// Starts rosterd; resolves with its addresses once it has written them.
async function rosterd(name, args) {
  const file = path.join(folder, `${name}.json`);
  const log = fs.openSync(path.join(folder, `${name}.log`), 'w');
  const child = spawn(path.join(bin, 'rosterd'), [
    ...args, '--address-file', file, '--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0',
  ], { stdio: ['ignore', log, log] });
  running.push(child);
  const text = () => fs.readFileSync(path.join(folder, `${name}.log`), 'utf8');
  await until(`rosterd ${name} serves`, () => {
    assert.equal(child.exitCode, null, text());
    return fs.existsSync(file) && fs.readFileSync(file, 'utf8').trim().endsWith('}');
  });
  const { grpc: [grpc], http: [http], zookeeper } = JSON.parse(fs.readFileSync(file, 'utf8'));
  return { grpc, http, zookeeper, log: text };
}

let zookeeper;
// A port where nobody listens: it was ours and is closed.
const nobody = '127.0.0.1:1';

before(async () => {
  ({ zookeeper } = await rosterd('dev', ['--dev']));
  for (const sub of ['tls', 'zookeeper', 'config']) fs.mkdirSync(path.join(folder, sub));
  fs.writeFileSync(path.join(folder, 'zookeeper/credentials'), 'roster:secret\n');
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=localhost', '-days', '2', '-keyout', path.join(folder, 'tls/tls.key'),
    '-out', path.join(folder, 'tls/tls.crt')], { stdio: 'ignore' });
  fs.copyFileSync(path.join(folder, 'tls/tls.crt'), path.join(folder, 'tls/ca.crt'));
});

after(async () => {
  for (const child of running) {
    child.kill('SIGTERM');
    await until('rosterd ends', () => child.exitCode !== null || child.signalCode !== null, 30);
  }
  fs.rmSync(folder, { recursive: true });
});

test('the chart knows the settings of rosterd, and no others', () => {
  const help = execFileSync(path.join(bin, 'rosterd'), ['--help'], { encoding: 'utf8' });
  const settings = [...help.matchAll(/^  --([a-z-]+)/gm)].map(([, name]) => name)
    .filter((name) => !['version', 'config'].includes(name));
  assert.ok(settings.length > 20);
  const { properties } = JSON.parse(fs.readFileSync(path.join(chart, 'values.schema.json'), 'utf8'));
  assert.deepEqual(properties.config.propertyNames.enum, settings.sort());
});

for (const values of valuesFiles)
  test(`rosterd runs with the configuration of ${values}`, async () => {
    const list = objects(template(4, values));
    const deployment = one(list, 'Deployment');
    const [container] = deployment.spec.template.spec.containers;
    // Only where the files are mounted is another place here.
    const text = one(list, 'ConfigMap', deployment.metadata.name).data['rosterd.yaml']
      .replaceAll('/etc/roster/', `${folder}/`);
    const config = yaml.parse(text);
    const name = path.basename(values, '.yaml');
    const file = path.join(folder, `config/${name}.yaml`);
    fs.writeFileSync(file, text);
    assert.deepEqual(container.command, ['rosterd']);
    const args = container.args.map((arg) => arg.replace('/etc/roster/config/rosterd.yaml', file));
    assert.ok(args.includes(`--config=${file}`));

    const get = async (address, probe) => {
      const { status } = await fetch(`http://${address}${probe.httpGet.path}`);
      return status;
    };
    // ZooKeeper was never there: that is nothing to restart a pod for, nor to
    // take it out of the service. Who asks it is told how blind it is.
    const blind = await rosterd(`${name}-blind`, [...args, '--zookeeper', nobody]);
    assert.equal(await get(blind.http, container.startupProbe), 200);
    assert.equal(await get(blind.http, container.livenessProbe), 200);
    assert.equal(await get(blind.http, container.readinessProbe), 200);

    const server = await rosterd(name, [...args, '--zookeeper', zookeeper]);
    await until('it is ready', async () => await get(server.http, container.readinessProbe) === 200);
    assert.equal(await get(server.http, container.livenessProbe), 200);
    const page = async () => (await fetch(`http://${server.http}/metrics`)).text();
    for (const cluster of config.cluster)
      await until(`it watches ${cluster}`, async () =>
        (await page()).includes(`roster_view_connected{cluster="${cluster.split('=')[0]}"} 1\n`));
    assert.equal(server.log().trimStart().startsWith('{'), config['log-format'] === 'json', server.log());
    if (config['max-member-series'])
      assert.ok((await page()).includes(`roster_member_series_limit ${config['max-member-series']}\n`));

    if (config['tls-certificate']) {
      const { stdout } = spawnSync('openssl', ['s_client', '-connect', server.grpc, '-alpn', 'h2',
        '-cert', config['tls-certificate'], '-key', config['tls-key']], { input: '', encoding: 'utf8' });
      assert.match(stdout, /ALPN protocol: h2/);
    } else {
      // What the pod of `helm test` runs.
      const grpc = one(list, 'Pod').spec.containers.find((c) => c.name === 'grpc');
      assert.equal(grpc.command[0], 'rosterctl');
      const command = grpc.command.slice(1).map((word) => (/:\d+$/.test(word) ? server.grpc : word));
      const out = execFileSync(path.join(bin, 'rosterctl'), command, { encoding: 'utf8' });
      assert.match(out, /default/);
    }
  });
