// Where the tests find what they read, and the packages of tests/tools, which
// Node would not look for from here.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const tools = path.join(root, 'tests/tools');
export const require = createRequire(path.join(tools, 'package.json'));
const yaml = require('yaml');

export const read = (file) => fs.readFileSync(path.join(root, file), 'utf8');

// [{file, dashboard}] of every dashboard.
export function dashboards() {
  const folder = 'dashboards/grafana';
  return fs.readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ file: `${folder}/${name}`, dashboard: JSON.parse(read(`${folder}/${name}`)) }));
}

// Every rule of a Prometheus rule file.
export const rulesOf = (file) => yaml.parse(read(file)).groups.flatMap((group) => group.rules);
export const alerts = () => rulesOf('dashboards/prometheus/roster_alerts.yaml');
export const records = () => rulesOf('dashboards/prometheus/roster_rules.yaml');

// What rosterd exports, by name: its kind, from the one table of the source.
// Histograms are there with the names of their series.
export function exportedMetrics() {
  const kinds = { kG: 'gauge', kC: 'counter', kH: 'histogram' };
  const metrics = new Map();
  for (const [, name, kind] of
    read('monitor/metrics/metric_names.h').matchAll(/\{\s*"([a-z0-9_]+)",\s*(k[GCH]),/g)) {
    if (kind === 'kH') {
      for (const suffix of ['_bucket', '_sum', '_count']) metrics.set(name + suffix, 'counter');
      metrics.set(name, 'histogram');
    } else metrics.set(name, kinds[kind]);
  }
  return metrics;
}

// The names by ZooKeeper's Prometheus provider that we use, with their kinds.
// queries_test.py holds the list against a real server.
export function zookeeperMetrics() {
  return new Map(read('tests/dashboards/zookeeper_metrics.txt').split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => line.split(' ')));
}

// What Prometheus itself says of each target.
export const scrapeMetrics = new Map(
  [['up', 'gauge'], ['scrape_duration_seconds', 'gauge'], ['scrape_samples_scraped', 'gauge']]);
