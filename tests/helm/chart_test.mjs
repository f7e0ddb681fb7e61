// The chart by real helm 3 and 4, its manifests by Kubernetes's own types. That
// rosterd accepts its configuration and answers its probes is in
// configuration_test.mjs. No live cluster is at hand here.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { alerts, read, records, require, root, tools } from '../dashboards/files.mjs';
import { chart, objects, ofKind, one, pods, run, template, valuesFiles, versions } from './chart.mjs';

const yaml = require('yaml');
const modules = path.join(tools, 'node_modules');

const rendered = new Map(valuesFiles.map((file) => [file, template(versions[0], file)]));
const production = objects(rendered.get('ci/production-values.yaml'));
const trial = objects(rendered.get('ci/trial-values.yaml'));
const ensemble = objects(rendered.get('ci/ensemble-values.yaml'));

for (const version of versions)
  for (const file of valuesFiles)
    test(`helm ${version} lints ${file}, strictly`, () => {
      const { status, stdout, stderr } = run(version, ['lint', '--strict', '.', '-f', file]);
      assert.equal(status, 0, stdout + stderr);
    });

test('helm 3 and 4 render the same', () => {
  for (const [file, text] of rendered) assert.equal(template(4, file), text, file);
});

test('the notes are for people', () => {
  const notes = (file) => run(4, ['install', 'r', '.', '--dry-run=client', '-f', file]).stdout.split('\nNOTES:\n')[1];
  assert.match(notes('ci/trial-values.yaml'), /for trying out: what it knows goes with its pods/);
  assert.match(notes('ci/trial-values.yaml'), /below \/clusterServer\./);
  assert.match(notes('ci/trial-values.yaml'), /everybody who reaches it may give orders/);
  assert.doesNotMatch(notes('ci/production-values.yaml'), /NOTE/);
  assert.match(notes('ci/production-values.yaml'), /below \/batch\/workers, \/clusterServer\./);
});

// Where the types of a kind are.
function typesOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const pack = group === 'monitoring.coreos.com' ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
  return { pack, file: path.posix.join(pack, group, version, kind) };
}

test('manifests have the types of Kubernetes: no unknown field, no wrong value', async () => {
  const sources = {};
  const source = (object) => `import type { I${object.kind} } from '${typesOf(object).file}';\n` +
    `export const object: I${object.kind} = ${JSON.stringify(object)};\n`;
  for (const [file, text] of rendered)
    for (const [i, object] of objects(text).entries()) {
      const { file: type } = typesOf(object);
      const { [object.kind]: Model } =
        await import(pathToFileURL(path.join(modules, `${type}.js`)));
      assert.doesNotThrow(() => new Model(object).validate(), `${file}: ${object.kind}`);
      sources[`${path.basename(file, '.yaml')}-${i}-${object.kind}.mts`] = source(object);
    }
  // That the two would find something.
  const misspelt = structuredClone(one(trial, 'Deployment'));
  misspelt.spec.template.spec.containers[0].livenesProbe = {};
  sources['misspelt.mts'] = source(misspelt);
  const { Deployment } = await import(pathToFileURL(path.join(modules, 'kubernetes-models/apps/v1/Deployment.js')));
  const wrong = structuredClone(one(trial, 'Deployment'));
  wrong.spec.replicas = 'two';
  assert.throws(() => new Deployment(wrong).validate());

  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roster-chart-'));
  try {
    for (const [name, text] of Object.entries(sources)) fs.writeFileSync(path.join(folder, name), text);
    fs.symlinkSync(modules, path.join(folder, 'node_modules'));
    const { stdout } = spawnSync(process.execPath, [
      path.join(modules, 'typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext',
      '--target', 'es2022', '--pretty', 'false', ...Object.keys(sources)], { cwd: folder, encoding: 'utf8' });
    const errors = stdout.split('\n').filter((line) => /^\S/.test(line));
    assert.deepEqual(errors.filter((line) => !line.startsWith('misspelt')), []);
    assert.match(stdout, /misspelt.*livenesProbe/);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

const matches = (selector, labels) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

test('selectors find their pods, and no label in them changes with a release', () => {
  for (const list of [production, trial, ensemble]) {
    const all = pods(list);
    const selectors = [
      ...ofKind(list, 'Service').map(({ spec }) => spec.selector),
      ...['Deployment', 'StatefulSet', 'PodDisruptionBudget'].flatMap((kind) =>
        ofKind(list, kind).map(({ spec }) => spec.selector.matchLabels)),
      ...ofKind(list, 'NetworkPolicy').map(({ spec }) => spec.podSelector.matchLabels),
      ...ofKind(list, 'Deployment').flatMap(({ spec }) =>
        (spec.template.spec.topologySpreadConstraints ?? []).map((c) => c.labelSelector.matchLabels)),
    ];
    assert.ok(selectors.length >= 2);
    for (const selector of selectors) {
      assert.equal(all.filter((pod) => matches(selector, pod.metadata.labels)).length, 1, JSON.stringify(selector));
      assert.deepEqual(Object.keys(selector).sort(), ['app.kubernetes.io/component',
        'app.kubernetes.io/instance', 'app.kubernetes.io/name']);
    }
    for (const { spec } of ofKind(list, 'ServiceMonitor'))
      assert.equal(ofKind(list, 'Service').filter((service) =>
        matches(spec.selector.matchLabels, service.metadata.labels)).length, 1);
    // Ports by name are ports of the containers.
    for (const { spec } of ofKind(list, 'Service')) {
      const names = all.find((pod) => matches(spec.selector, pod.metadata.labels))
        .spec.containers.flatMap((container) => container.ports.map(({ name }) => name));
      for (const { targetPort } of spec.ports) assert.ok(names.includes(targetPort), targetPort);
    }
  }
});

test('every container fits the restricted profile of the Pod Security Standards, and writes to volumes only', () => {
  for (const { spec } of [...rendered.values()].flatMap((text) => pods(objects(text)))) {
    assert.equal(spec.securityContext.runAsNonRoot, true);
    assert.ok(spec.securityContext.runAsUser > 0);
    assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault');
    assert.equal(spec.automountServiceAccountToken, false);
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) assert.ok(!spec[key], key);
    for (const volume of spec.volumes ?? []) assert.ok(!volume.hostPath);
    assert.equal(spec.initContainers, undefined);
    for (const { name, securityContext, image, ports = [] } of spec.containers) {
      assert.deepEqual(securityContext, {
        allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] },
      }, name);
      for (const { hostPort } of ports) assert.equal(hostPort, undefined);
      assert.doesNotMatch(image, /:latest$/);
    }
  }
});

test('two rosterd by default, spread, and not drained at once', () => {
  const { spec } = one(trial, 'Deployment');
  assert.equal(spec.replicas, 2);
  assert.deepEqual(spec.template.spec.topologySpreadConstraints.map((c) => c.topologyKey),
    ['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
  assert.equal(spec.strategy.rollingUpdate.maxUnavailable, 0);
  assert.equal(one(trial, 'PodDisruptionBudget').spec.maxUnavailable, 1);
});

test('probes ask the process alone', () => {
  const [container] = one(trial, 'Deployment').spec.template.spec.containers;
  assert.deepEqual(container.livenessProbe.httpGet, { path: '/-/healthy', port: 'http' });
  assert.deepEqual(container.startupProbe.httpGet, { path: '/-/healthy', port: 'http' });
  assert.deepEqual(container.readinessProbe.httpGet, { path: '/-/ready', port: 'http' });
});

test('what is mounted is there, or is named by the values', () => {
  const secrets = ['roster-tls', 'zookeeper-login'];
  const given = { 'ci/production-values.yaml': secrets, 'ci/read-only-values.yaml': secrets,
    'ci/encrypted-values.yaml': [...secrets, 'stunnel'] };
  for (const [file, text] of rendered) {
    const list = objects(text);
    const known = [...(given[file] ?? []),
      ...list.filter(({ kind }) => ['Secret', 'ConfigMap'].includes(kind)).map(({ metadata }) => metadata.name)];
    const { spec } = one(list, 'Deployment').spec.template;
    for (const volume of spec.volumes) {
      const name = volume.configMap?.name ?? volume.secret?.secretName;
      if (!volume.emptyDir) assert.ok(known.includes(name), `${file}: ${name}`);
      assert.ok(spec.containers.flatMap(({ volumeMounts }) => volumeMounts).some((mount) =>
        mount.name === volume.name && (mount.readOnly || volume.emptyDir)), volume.name);
    }
    // Every file that the configuration names is below a mount.
    const config = yaml.parse(one(list, 'ConfigMap', one(list, 'Deployment').metadata.name).data['rosterd.yaml']);
    for (const value of Object.values(config).flat().filter((v) => /^\/(etc|var)\//.test(v)))
      assert.ok(spec.containers[0].volumeMounts.some(({ mountPath }) => `${value}/`.startsWith(`${mountPath}/`)), value);
  }
  assert.equal(one(ensemble, 'Secret').stringData.credentials, 'roster:a "quoted" password');
  const item = one(production, 'Deployment').spec.template.spec.volumes
    .find(({ name }) => name === 'zookeeper-credentials').secret.items[0];
  assert.deepEqual(item, { key: 'digest', path: 'credentials' });
});

// The settings of rosterd that have a value of their own: how it is given, and
// what rosterd is told. The rest are told by `config` alone.
const OWN_VALUES = {
  zookeeper: [['zookeeperTrial.enabled=false', 'zookeeper.servers=zk:2181/a'], 'zk:2181/a'],
  'zookeeper-credentials-file': [['zookeeper.credentials.existingSecret=s'], '/etc/roster/zookeeper/credentials'],
  'zookeeper-stats-interval': [['zookeeper.statsInterval=1m'], '1m'],
  'session-timeout': [['zookeeper.sessionTimeout=7s'], '7s'],
  cluster: [['clusters.web=/a', 'clusters.batch=/b'], ['batch=/b', 'web=/a']],
  'state-path': [['statePath=/s'], '/s'],
  'grpc-listen': [['listenAddress=127.0.0.2'], '127.0.0.2:7470'],
  'http-listen': [['listenAddress=127.0.0.2'], '127.0.0.2:7471'],
  'http-host': [['fullnameOverride=x', 'httpHosts={roster.example}'],
    ['x', 'x.ns', 'x.ns.svc', 'x.ns.svc.cluster.local', 'roster.example']],
  'tls-certificate': [['tls.enabled=true', 'tls.existingSecret=s'], '/etc/roster/tls/tls.crt'],
  'tls-key': [['tls.enabled=true', 'tls.existingSecret=s'], '/etc/roster/tls/tls.key'],
  'tls-client-ca': [['tls.enabled=true', 'tls.existingSecret=s', 'tls.clientCaKey=c'], '/etc/roster/tls/c'],
  controller: [['tls.enabled=true', 'tls.existingSecret=s', 'tls.clientCaKey=c', 'tls.controllers={a,b}'], ['a', 'b']],
  data: [[], '/var/lib/roster'],
  'left-retention': [['history.leftRetention=2h'], '2h'],
  'lost-retention': [['history.lostRetention=0'], '0'],
  'event-history': [['history.events=1000000'], 1000000],
  'max-member-series': [['maxMemberSeries=0'], 0],
  'log-format': [['logFormat=text'], 'text'],
  'log-level': [['logLevel=debug'], 'debug'],
};

test('values become the settings of rosterd, and `config` wins over them', () => {
  const schema = JSON.parse(read('helm/roster/values.schema.json'));
  // rosterd chooses no port that somebody would have to be told; and that HTTP
  // is plaintext is always meant.
  assert.deepEqual(schema.properties.config.propertyNames.enum,
    [...Object.keys(OWN_VALUES), 'address-file', 'insecure-listen'].sort());
  const settings = (sets) => {
    // A duration of zero is text, as all durations are.
    const args = sets.flatMap((set) => [/Retention/.test(set) ? '--set-string' : '--set', set]);
    const list = objects(template(4, 'ci/trial-values.yaml', args));
    return yaml.parse(one(list, 'ConfigMap', one(list, 'Deployment').metadata.name).data['rosterd.yaml']);
  };
  for (const [key, [sets, told]] of Object.entries(OWN_VALUES))
    assert.deepEqual(settings(sets)[key], told, key);
  assert.equal(settings(['logLevel=debug', 'config.log-level=error'])['log-level'], 'error');
  const without = objects(template(4, 'ci/trial-values.yaml', ['--set', 'rememberLeaders=false']));
  assert.doesNotMatch(one(without, 'ConfigMap', 'r-roster').data['rosterd.yaml'], /^data:/m);
  assert.doesNotMatch(JSON.stringify(one(without, 'Deployment')), /\/var\/lib/);
});

test('a cluster that is named is the only one; without any there is a default', () => {
  const clusters = (version, value) => yaml.parse(one(objects(
    template(version, 'ci/trial-values.yaml', ['--set-json', `clusters=${value}`])), 'ConfigMap', 'r-roster')
    .data['rosterd.yaml']).cluster;
  for (const version of versions) {
    assert.deepEqual(clusters(version, '{"web":"/web","batch":"/batch"}'), ['batch=/batch', 'web=/web']);
    assert.deepEqual(clusters(version, '{"web":"/web","default":"/d"}'), ['default=/d', 'web=/web']);
    for (const none of ['{}', 'null']) assert.deepEqual(clusters(version, none), ['default=/clusterServer']);
  }
});

test('new settings are new pods', () => {
  const sum = (args) => one(objects(template(3, 'ci/trial-values.yaml', args)), 'Deployment')
    .spec.template.metadata.annotations['checksum/config'];
  assert.equal(sum([]), sum([]));
  assert.notEqual(sum([]), sum(['--set', 'logLevel=debug']));
  // A secret of the chart's own is read once too.
  assert.notEqual(sum(['--set', 'zookeeper.credentials.userPassword=a:b']),
    sum(['--set', 'zookeeper.credentials.userPassword=a:c']));
});

test('the NetworkPolicy lets in whom it names, at the ports that they need', () => {
  const { spec } = one(production, 'NetworkPolicy');
  const [grpc, http] = spec.ingress;
  assert.deepEqual(grpc.ports, [{ port: 'grpc', protocol: 'TCP' }]);
  assert.deepEqual(grpc.from, [{ namespaceSelector: { matchLabels: { 'roster-clients': 'yes' } } }]);
  assert.deepEqual(http.ports, [{ port: 'http', protocol: 'TCP' }]);
  assert.equal(http.from.length, 2);
  assert.deepEqual(spec.policyTypes, ['Ingress', 'Egress']);
  assert.ok(spec.egress.some(({ ports, to }) => ports[0].port === 2181 && to));
  // As the servers are named, so that no rosterd is cut off from them.
  const named = one(objects(template(3, 'ci/production-values.yaml', ['--set', 'zookeeper.servers=[fe80::1]:2182\\,b:2183/x:99'])),
    'NetworkPolicy').spec.egress.find(({ to }) => to);
  assert.deepEqual(named.ports.map(({ port }) => port), [2181, 2182, 2183]);
  // Nobody said who: not everybody.
  for (const { from } of one(trial, 'NetworkPolicy').spec.ingress) assert.ok(from.length > 0);
});

test('the trial ensemble is where rosterd looks for it, and its servers know each other', () => {
  const { spec, metadata } = one(ensemble, 'StatefulSet');
  const config = yaml.parse(one(ensemble, 'ConfigMap', 'who-works').data['rosterd.yaml']);
  const names = [0, 1, 2].map((i) => `${metadata.name}-${i}.${spec.serviceName}`);
  assert.equal(config.zookeeper, names.map((name) => `${name}:2181`).join(','));
  const lines = one(ensemble, 'ConfigMap', metadata.name).data['zoo.cfg'].split('\n');
  assert.deepEqual(lines.filter((line) => /^(server\.|clientPort)/.test(line)),
    names.map((name, i) => `server.${i + 1}=${name}:2888:3888;2181`));
  assert.ok(lines.includes('4lw.commands.whitelist=srvr,mntr,ruok'));
  const single = one(trial, 'ConfigMap', 'r-roster-zookeeper').data['zoo.cfg'].split('\n');
  assert.deepEqual(single.filter((line) => /^(server\.|clientPort)/.test(line)), ['clientPort=2181']);
  assert.equal(one(ensemble, 'Service', spec.serviceName).spec.clusterIP, 'None');
  // The numbers begin with 1, those of the pods with 0.
  for (const [host, id] of [['x-0', '1'], ['who-works-zookeeper-2', '3']])
    assert.equal(execFileSync('sh', ['-c',
      spec.template.spec.containers[0].command[2].replace(/exec .*/, 'echo $ZOO_MY_ID')],
    { env: { HOSTNAME: host }, encoding: 'utf8' }).trim(), id);
});

test('values that make no sense are refused, with a reason', () => {
  const refused = [
    [['--set', 'zookeeperTrial.enabled=false'], /name your ensemble/],
    [['--set', 'zookeeper.servers=a:2181'], /exclude each other/],
    [['--set', 'tls.enabled=true'], /tls.existingSecret/],
    [['--set', 'tls.controllers={ops}'], /need tls.enabled/],
    [['--set', 'replicaCount=0'], /replicaCount/],
    [['--set', 'replicas=2'], /replicas/],
    [['--set', 'zookeeperTrial.replicas=2'], /replicas/],
    [['--set', 'logLevel=loud'], /logLevel/],
    [['--set', 'image.digest=latest'], /digest/],
    [['--set', 'zookeeper.sessionTimeout=10'], /sessionTimeout/],
    [['--set', 'clusters.default=no/path'], /default/],
    [['--set-json', 'clusters={"default":null}'], /clusters/],
    [['--set', 'clusters.web=/web/'], /web/],
    [['--set', 'zookeeperTrial.enabled=false,zookeeper.servers=zk:2181/a/'], /zookeeper.servers/],
    [['--set', 'zookeeperTrial.enabled=false,zookeeper.servers=zk:99999'], /99999 is no port/],
    [['--set', 'prometheusRule.disabledAlerts={RosterTaskStaled}'], /disabledAlerts.*RosterTaskStalled/s],
    [['--set', 'config.maxMemberSeries=3'], /config|maxMemberSeries/],
    [['--set', 'config.max-member-serie=3'], /max-member-serie/],
    [['--set', 'config.dev=true'], /config|dev/],
    [['--set', 'zookeeper.statsInterval=15'], /statsInterval/],
    [['--set', 'history.leftRetention=week'], /leftRetention/],
    [['--set', 'history.events=10'], /events/],
    [['--set', 'fullnameOverride=UPPER_case.'], /fullnameOverride/],
    [['--set', 'commonLabels.app\\.kubernetes\\.io/name=x'], /app.kubernetes.io.name/],
    [['--set', 'podLabels.helm\\.sh/chart=x'], /helm.sh.chart/],
    [['--set', 'podDisruptionBudget.maxUnavailable=150%'], /maxUnavailable/],
    [['--set', 'service.grpcPort=7471'], /two numbers/],
    [['--set', 'service.type=Hidden'], /type/],
  ];
  for (const version of versions)
    for (const [args, why] of refused) {
      const { status, stderr } = run(version, ['template', 'r', '.', '-f', 'ci/trial-values.yaml', ...args]);
      assert.notEqual(status, 0, `${version}: ${args}`);
      assert.match(stderr, why, `${version}: ${args}`);
    }
});

test('names that YAML would take for something else stay names', () => {
  for (const name of ['true', '123', '1e3', 'null']) {
    const all = objects(run(4, ['template', name, '.', '-f', 'ci/trial-values.yaml', '--namespace', name,
      '--set-string', `fullnameOverride=${name},nameOverride=${name},serviceAccount.name=${name}`]).stdout);
    assert.ok(all.length > 5, name);
    for (const { kind, metadata } of all) {
      for (const text of [metadata.name, metadata.namespace, ...Object.values(metadata.labels)])
        assert.equal(typeof text, 'string', `${kind}: ${name}`);
    }
    assert.equal(one(all, 'Deployment').spec.template.spec.serviceAccountName, name);
  }
});

test('the schema and values.yaml know the same values', () => {
  const schema = JSON.parse(read('helm/roster/values.schema.json'));
  const same = (values, of, where) => {
    assert.equal(of.additionalProperties, false, where);
    assert.deepEqual(Object.keys(values).sort(), Object.keys(of.properties).filter((key) => key !== 'global').sort(), where);
    for (const [key, value] of Object.entries(values))
      if (of.properties[key].properties) same(value, of.properties[key], `${where}.${key}`);
  };
  same(yaml.parse(read('helm/roster/values.yaml')), schema, 'values');
});

test('the alerts that can be left out are those that there are', () => {
  const { prometheusRule } = JSON.parse(read('helm/roster/values.schema.json')).properties;
  assert.deepEqual(prometheusRule.properties.disabledAlerts.items.enum, alerts().map(({ alert }) => alert).sort());
});

test('rules of the chart are those of dashboards/prometheus', () => {
  const { spec } = one(production, 'PrometheusRule');
  const rules = spec.groups.flatMap((group) => group.rules);
  assert.deepEqual(rules.filter(({ record }) => record), records());
  const expected = alerts().filter(({ alert }) => alert !== 'RosterSeriesDropped').map((rule) => ({
    ...rule,
    labels: { ...rule.labels, team: 'platform' },
    annotations: {
      ...rule.annotations,
      runbook_url: `https://git.example/roster/blob/main/${rule.annotations.runbook_url}`,
      dashboard_url: `https://grafana.example${rule.annotations.dashboard_url}`,
    },
  }));
  assert.deepEqual(rules.filter(({ alert }) => alert), expected);
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'roster-rules-')), 'rules.yaml');
  fs.writeFileSync(file, yaml.stringify(spec));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
  fs.rmSync(path.dirname(file), { recursive: true });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, new RegExp(`${rules.length} rules found`));
});

test('dashboards of the chart are those of dashboards/grafana, also in the package', () => {
  const files = fs.readdirSync(path.join(root, 'dashboards/grafana')).filter((name) => name.endsWith('.json'));
  const maps = ofKind(production, 'ConfigMap').filter(({ metadata }) => metadata.labels.grafana_dashboard === '1');
  const shown = Object.assign({}, ...maps.map(({ data }) => data));
  assert.deepEqual(Object.keys(shown).sort(), files.sort());
  for (const name of files) assert.equal(shown[name].trim(), read(`dashboards/grafana/${name}`).trim(), name);
  for (const { metadata } of maps) assert.match(metadata.name, /^[a-z0-9-]{1,63}$/);

  for (const version of versions) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roster-package-'));
    try {
      const { status, stderr } = run(version, ['package', '.', '-d', folder]);
      assert.equal(status, 0, stderr);
      // Links of the repository are files of the package.
      execFileSync('tar', ['-xzf', path.join(folder, fs.readdirSync(folder)[0]), '-C', folder]);
      for (const name of files)
        assert.equal(fs.readFileSync(path.join(folder, 'roster/files/grafana', name), 'utf8'), read(`dashboards/grafana/${name}`));
      assert.ok(fs.existsSync(path.join(folder, 'roster/files/prometheus/roster_alerts.yaml')));
      assert.ok(!fs.existsSync(path.join(folder, 'roster/ci')));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }
});
