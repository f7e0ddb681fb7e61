// The real rosterd with the configuration that the chart renders: it accepts
// each, serves, answers the probes whether ZooKeeper is there or not, and the
// pod of `helm test` would find it. Needs ROSTER_BIN, the folder of the programs.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { require, root } from '../dashboards/files.mjs';
import { chart, objects, one, run, template, valuesFiles, versions } from './chart.mjs';

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
  for (const sub of ['tls', 'zookeeper', 'config', 'data']) fs.mkdirSync(path.join(folder, sub));
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
    // A pod is told its file, and has no ZooKeeper of its own: that needs Java.
    .filter((name) => !['version', 'config', 'dev', 'dev-data', 'dev-port'].includes(name));
  assert.ok(settings.length > 20);
  const { properties } = JSON.parse(fs.readFileSync(path.join(chart, 'values.schema.json'), 'utf8'));
  assert.deepEqual(properties.config.propertyNames.enum, settings.sort());
});

// Values, whether rosterd takes them, and the chart with it.
const JUDGED = [
  ['clusters.w', ['/', '/web', '/a/b', '/we b', '/.a', '/..a', '/...', '/ä', '/a=b', '/a:1'],
    ['', 'web', '/web/', '/a//b', '//', '/.', '/a/..', '/../a', '/a,b', '/a\tb', '/\u0090', '/\ue000', '/\u{1f980}']],
  ['clusters', [{ 'a.b_c-D1': '/a' }, { ['x'.repeat(63)]: '/a' }],
    [{ 'a b': '/a' }, { '-a': '/a' }, { 'a=b': '/a' }, { ä: '/a' }, { ['x'.repeat(64)]: '/a' }]],
  ['statePath', ['/', '/s', '/a,b'], ['', 's', '/s/', '/a//b', '/a/./b']],
  ['zookeeper.servers', ['zk:1', 'zk:65535', 'zk:02181', 'a_b:1,c-d.e:2', '[::1]:2181', '[fe80::1%eth0]:1', 'zk:1/',
    'zk:1/a', 'zk:1/a b/c,d'],
  ['zk', ':1', 'zk:', 'zk:0', 'zk:99999', 'zk:65536', 'zk:002181', 'zk:1,', '::1:2181', '[zz]:1', 'a b:1', 'a@b:1',
    'zk:2181/a/', 'zk:1//', 'zk:1/./a', 'zk:1/a\tb']],
  ['zookeeper.sessionTimeout', ['100ms', '0.1s', '1m', '1h1ms'], ['99ms', '0s', '0.05s', '10', '-1s', '1d']],
  ['zookeeper.statsInterval', ['0', '0s', '0.0s', '1s', '1000ms', '1.5s'], ['500ms', '0.5s', '1', '1d']],
  ['httpHosts', [['*'], ['roster.example']], [['a b'], ['a:80'], ['ä'], ['']]],
  ['listenAddress', ['0.0.0.0', '[::]', 'localhost', '[fe80::1%eth0]'], ['::', 'eth0', '1.2.3', '1.2.3.4:80']],
];

test('the chart takes what rosterd takes, and refuses what it refuses', () => {
  // With nothing else to find fault with, rosterd finds fault with this.
  const last = 'need each other';
  const verdict = (text) => {
    const file = path.join(folder, 'config/judged.yaml');
    fs.writeFileSync(file, text);
    const { status, stderr } = spawnSync(path.join(bin, 'rosterd'), [`--config=${file}`, '--tls-key=none'],
      { encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    return stderr.includes(last) ? '' : stderr;
  };
  const rendered = yaml.parse(one(objects(template(4, 'ci/trial-values.yaml')), 'ConfigMap', 'r-roster')
    .data['rosterd.yaml']);
  assert.equal(verdict(yaml.stringify(rendered)), '');
  // What the chart would make of the value, if it took it.
  const settings = {
    'clusters.w': (value) => ({ cluster: [`w=${value}`] }),
    clusters: (value) => ({ cluster: Object.entries(value).map((entry) => entry.join('=')) }),
    statePath: (value) => ({ 'state-path': value }),
    'zookeeper.servers': (value) => ({ zookeeper: value }),
    'zookeeper.sessionTimeout': (value) => ({ 'session-timeout': value }),
    'zookeeper.statsInterval': (value) => ({ 'zookeeper-stats-interval': value }),
    httpHosts: (value) => ({ 'http-host': value }),
    listenAddress: (value) => ({ 'http-listen': `${value}:7471` }),
  };
  for (const [name, taken, refused] of JUDGED)
    for (const [index, value] of [...taken, ...refused].entries()) {
      const what = `${name}=${JSON.stringify(value)}`;
      const said = verdict(yaml.stringify({ ...rendered, ...settings[name](value) }));
      assert.equal(said === '', index < taken.length, `rosterd: ${what}: ${said}`);
      const args = ['template', 'r', '.', '--set-json', what];
      if (name !== 'zookeeper.servers') args.push('--set', 'zookeeperTrial.enabled=true');
      const chartSays = run(versions[index % versions.length], args);
      assert.equal(chartSays.status === 0, index < taken.length, `chart: ${what}: ${chartSays.stderr}`);
    }
});

for (const values of valuesFiles)
  test(`rosterd runs with the configuration of ${values}`, async () => {
    const list = objects(template(4, values));
    const deployment = one(list, 'Deployment');
    const [container] = deployment.spec.template.spec.containers;
    // Only where the files are mounted is another place here.
    const text = one(list, 'ConfigMap', deployment.metadata.name).data['rosterd.yaml']
      .replaceAll('/etc/roster/', `${folder}/`).replaceAll('/var/lib/roster', `${folder}/data`);
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

    if (config.controller) {
      // Nobody who asks over HTTP can be one of them.
      const answer = await fetch(`http://${server.http}/api/v1/members:take_offline?cluster=default`, {
        method: 'POST', headers: { 'X-Roster-Csrf': '1', 'Content-Type': 'application/json' },
        body: JSON.stringify({ names: ['a'], actor: 'me', reason: 'none' }) });
      assert.equal(answer.status, 403, await answer.text());
      assert.equal((await fetch(`http://${server.http}/api/v1/members?cluster=default`)).status, 200);
    }
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

// scripts/zk-ensemble in a folder of its own.
function ensemble(name, ...args) {
  return spawnSync(path.join(root, 'scripts/zk-ensemble'), ['--dir', path.join(folder, name), ...args],
    { encoding: 'utf8' });
}

test('ZooKeeper is killed under a running rosterd: alive, ready, and honest about it', async () => {
  const list = objects(template(4, 'ci/trial-values.yaml'));
  const [{ livenessProbe, readinessProbe }] = one(list, 'Deployment').spec.template.spec.containers;
  const file = path.join(folder, 'config/killed.yaml');
  fs.writeFileSync(file, one(list, 'ConfigMap', 'r-roster').data['rosterd.yaml']
    .replaceAll('/var/lib/roster', `${folder}/data`));
  const started = ensemble('killed', 'start', '1', '--port', '0');
  assert.equal(started.status, 0, started.stderr);
  try {
    const { connect } = JSON.parse(ensemble('killed', 'status', '--json').stdout);
    const { http } = await rosterd('killed', [`--config=${file}`, '--zookeeper', connect, '--session-timeout', '2s']);
    const get = async ({ httpGet }) => {
      const response = await fetch(`http://${http}${httpGet.path}`);
      return { status: response.status, text: await response.text() };
    };
    const readiness = (words) => until(`readiness says ${words}`, async () => {
      const { status, text } = await get(readinessProbe);
      // A monitor is kept in the service whatever ZooKeeper does.
      if (/synced=true/.test(text)) assert.equal(status, 200, text);
      assert.equal((await get(livenessProbe)).status, 200);
      return words.test(text) && status === 200;
    });
    await readiness(/^connected=true$/m);
    assert.equal(ensemble('killed', 'kill', '1').status, 0);
    await readiness(/^connected=false$/m);
    const { summary } = await (await fetch(`http://${http}/api/v1/summary`)).json();
    assert.equal(summary.view.connected, false);
    assert.equal(ensemble('killed', 'restart', '1').status, 0);
    await readiness(/^connected=true$/m);
  } finally {
    ensemble('killed', 'stop');
  }
});

test('the servers of the trial ensemble serve with the zoo.cfg of the chart, and write nothing beside it', async () => {
  const list = objects(template(4, 'ci/ensemble-values.yaml'));
  const text = one(list, 'ConfigMap', 'who-works-zookeeper').data['zoo.cfg']
    // Debian's package is without the provider of metrics.
    .replace(/^metricsProvider.*\n/gm, '');
  // Ports and folders of an ensemble that is made here, for three pods.
  assert.equal(ensemble('trial', 'start', '3', '--port', '0').status, 0);
  const children = [];
  try {
    const { servers } = JSON.parse(ensemble('trial', 'status', '--json').stdout);
    const lines = fs.readFileSync(path.join(folder, 'trial/1/zoo.cfg'), 'utf8').match(/^server\.\d=.*$/gm);
    const command = fs.readFileSync(`/proc/${servers[0].pid}/cmdline`, 'utf8').split('\0').slice(0, -2);
    ensemble('trial', 'stop');
    for (const id of [1, 2, 3]) {
      const home = path.join(folder, `pod-${id}`);
      for (const sub of ['data', 'datalog', 'conf']) fs.mkdirSync(path.join(home, sub), { recursive: true });
      fs.writeFileSync(path.join(home, 'data/myid'), `${id}\n`);
      const config = path.join(home, 'conf/zoo.cfg');
      fs.writeFileSync(config, text.replace(/^server\.\d=.*$/gm, () => '').replace(/=(\/data(log)?)$/gm, `=${home}$1`)
        + lines.join('\n'));
      children.push(spawn(command[0], [...command.slice(1), config], { stdio: 'ignore', cwd: home }));
    }
    const { http } = await rosterd('trial-ensemble', ['--zookeeper', servers.map(({ address }) => address).join(','),
      '--zookeeper-stats-interval', '1s']);
    await until('three serve, and tell all', async () => {
      const told = (await (await fetch(`http://${http}/api/v1/summary`)).json()).ensemble.servers;
      const roles = told.map(({ role }) => role.replace('ZOO_KEEPER_ROLE_', '')).sort();
      return `${roles}` === 'FOLLOWER,FOLLOWER,LEADER' && told.every((server) => server.data_bytes && !server.problem);
    }, 90);
    for (const id of [1, 2, 3]) assert.deepEqual(fs.readdirSync(path.join(folder, `pod-${id}/conf`)), ['zoo.cfg']);
  } finally {
    ensemble('trial', 'stop');
    for (const child of children) {
      child.kill('SIGTERM');
      await until('a server ends', () => child.exitCode !== null || child.signalCode !== null, 30);
    }
  }
});
