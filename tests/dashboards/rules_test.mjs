// What Prometheus rules promise: style, a runbook and a test for every alert,
// and that every metric named anywhere is one that somebody exports. What the
// alerts do is in alerts_test.yaml, which promtool runs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import {
  alerts, dashboards, exportedMetrics, read, records, require, root, scrapeMetrics,
  zookeeperMetrics,
} from './files.mjs';
import { parse } from './promql.mjs';

const yaml = require('yaml');
const known = new Map([...exportedMetrics(), ...zookeeperMetrics(), ...scrapeMetrics]);
const recorded = new Set(records().map(({ record }) => record));
const runbooks = 'docs/operations/runbooks';

test('the table of metrics is read', () => {
  assert.ok(exportedMetrics().size > 50);
  assert.equal(exportedMetrics().get('roster_members_by_service'), 'gauge');
  assert.equal(exportedMetrics().get('roster_watch_publish_seconds_bucket'), 'counter');
});

test('alerts are in the style of mixins', () => {
  for (const { alert, expr, labels, annotations } of alerts()) {
    assert.match(alert, /^Roster[A-Z][A-Za-z]+$/);
    assert.ok(['critical', 'warning', 'info'].includes(labels.severity), alert);
    assert.match(annotations.summary, /^[^{]*\.$/, `${alert}: a summary is one fixed sentence`);
    assert.match(annotations.description, /\{\{ \$(labels|value)/, `${alert}: says which`);
    assert.equal(annotations.runbook_url, `${runbooks}/${alert}.md`);
    const { errors } = parse(expr);
    assert.deepEqual(errors, [], alert);
    const [, uid, query] = /^\/d\/([a-z-]+)\??(.*)$/.exec(annotations.dashboard_url);
    const target = dashboards().find(({ dashboard }) => dashboard.uid === uid);
    assert.ok(target, `${alert}: ${uid}`);
    for (const [, name] of query.matchAll(/var-(\w+)=/g))
      assert.ok(target.dashboard.templating.list.some((v) => v.name === name), `${alert}: ${name}`);
  }
  const names = alerts().map(({ alert }) => alert);
  assert.equal(new Set(names).size, names.length);
});

test('recording rules are named level:metric:operations, by labels that they keep', () => {
  for (const { record, expr } of records()) {
    assert.match(record, /^[a-z_]+:roster_[a-z_]+:[a-z0-9_]+$/);
    assert.deepEqual(parse(expr).errors, [], record);
  }
});

test('every alert has a runbook that says what, why and what to do', () => {
  const files = fs.readdirSync(path.join(root, runbooks));
  assert.deepEqual(files.sort(), alerts().map(({ alert }) => `${alert}.md`).sort());
  const index = read('docs/operations/README.md');
  for (const { alert, labels } of alerts()) {
    const text = read(`${runbooks}/${alert}.md`);
    assert.match(text, new RegExp(`^# ${alert}\n`));
    for (const heading of ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'])
      assert.match(text, new RegExp(`^## ${heading}$`, 'm'), `${alert}: ${heading}`);
    assert.match(text, new RegExp(`Severity: ${labels.severity}\\.`), alert);
    assert.ok(index.includes(`runbooks/${alert}.md`), `${alert} is not in the index`);
  }
});

test('every alert is tested both firing and silent', () => {
  const seen = new Map();
  for (const { alert_rule_test: cases = [] } of yaml.parse(read('tests/dashboards/alerts_test.yaml')).tests)
    for (const { alertname, exp_alerts: expected } of cases) {
      const of = seen.get(alertname) ?? { firing: 0, silent: 0 };
      ++of[expected.length > 0 ? 'firing' : 'silent'];
      seen.set(alertname, of);
    }
  assert.deepEqual([...seen.keys()].sort(), alerts().map(({ alert }) => alert).sort());
  for (const [alert, { firing, silent }] of seen) assert.ok(firing && silent, alert);
});

test('rules ask for metrics that exist', () => {
  for (const { alert, record, expr } of [...alerts(), ...records()])
    for (const { metric } of parse(expr).selectors)
      assert.ok(known.has(metric) || recorded.has(metric), `${alert ?? record}: ${metric}`);
});

test('the provisioning files are what Grafana reads', () => {
  const { apiVersion, providers: [provider] } = yaml.parse(read('dashboards/grafana/provisioning/dashboards/roster.yaml'));
  assert.equal(apiVersion, 1);
  assert.equal(provider.type, 'file');
  assert.equal(provider.allowUiUpdates, false);
  assert.match(provider.options.path, /^\//);
  const { datasources: [source] } = yaml.parse(read('dashboards/grafana/provisioning/datasources/roster.yaml'));
  assert.equal(source.type, 'prometheus');
  // $__rate_interval is four times that.
  assert.equal(source.jsonData.timeInterval,
    yaml.parse(read('dashboards/prometheus/prometheus.yml')).global.scrape_interval);
});

// Words that begin as our metrics do and are none: groups of rules, and what the
// C interface declares.
const cHeaders = 'registrar/c/roster';
const notMetrics = new Set(['roster_rules', 'roster_alerts',
  ...fs.readdirSync(path.join(root, cHeaders))
    .flatMap((file) => read(`${cHeaders}/${file}`).match(/\broster_[a-z0-9_]+/g))]);

test('every metric named in dashboards, rules, the chart and the documents is exported', () => {
  const folders = ['dashboards', 'docs', 'helm'];
  const files = folders.flatMap((folder) =>
    fs.readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`))
    .filter((file) => /\.(md|json|ya?ml|txt|py|tpl)$/.test(file));
  assert.ok(files.length > 30);
  let found = 0;
  for (const file of [...files, 'README.md'])
    for (const [word, prefix] of read(file).matchAll(/(?<![\w./-])([a-z_]+:)?((?:roster|process)_[a-z0-9_]+)(:[a-z0-9_]+)?(?![\w/(]|\.[a-z])/g)) {
      if (prefix) {
        assert.ok(recorded.has(word), `${file}: nobody records ${word}`);
      } else if (!notMetrics.has(word) && !word.endsWith('_')) {
        assert.ok(known.has(word), `${file}: nobody exports ${word}`);
        ++found;
      }
    }
  assert.ok(found > 200, `${found}`);
});
