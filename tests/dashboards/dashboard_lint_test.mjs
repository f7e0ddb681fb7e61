// The rules of Grafana's dashboard-linter, on our dashboards, and a few that it
// lacks. Run by ctest: node --test.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dashboards, exportedMetrics, scrapeMetrics, zookeeperMetrics } from './files.mjs';
import { parse } from './promql.mjs';

// Units of Grafana that we use; it knows no others by these ids.
const units = new Set(['none', 'short', 'percentunit', 's', 'ms', 'bytes', 'cps', 'wps', 'pps',
  'dateTimeFromNow', 'bool_yes_no']);
const rangeFunctions = new Set(['rate', 'irate', 'increase', 'changes', 'deriv', 'delta', 'resets']);
const counterFunctions = new Set(['rate', 'irate', 'increase', 'changes', 'resets']);
const kinds = new Map([...exportedMetrics(), ...zookeeperMetrics(), ...scrapeMetrics]);
const datasource = { type: 'prometheus', uid: '${datasource}' };

const all = dashboards();

const panelsOf = (dashboard) => dashboard.panels.filter((panel) => panel.type !== 'row');
const variablesOf = (dashboard) => dashboard.templating.list;
// Every query: of panels, of annotations.
const queriesOf = (dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) =>
    panel.targets.map((target) => ({ where: panel.title, expr: target.expr }))),
  ...dashboard.annotations.list.map((mark) => ({ where: mark.name, expr: mark.expr })),
];

test('there is a dashboard for each question', () => {
  assert.deepEqual(all.map(({ dashboard }) => dashboard.uid).sort(), [
    'roster-cluster', 'roster-control', 'roster-member', 'roster-progress', 'roster-rosterd',
    'roster-zookeeper']);
});

for (const { file, dashboard } of all) {
  const each = (list, check) => {
    for (const item of list) check(item, `${file}: ${item.title ?? item.name ?? item.where}`);
  };

  test(`${file}: identity`, () => {
    assert.match(dashboard.uid, /^[a-z-]{8,40}$/);
    assert.equal(`dashboards/grafana/${dashboard.uid}.json`, file);
    assert.equal(dashboard.id, undefined, 'the id is the database\'s');
    assert.deepEqual(dashboard.tags, ['roster-mixin']);
    assert.equal(dashboard.editable, false, 'uneditable-dashboard');
    assert.equal(dashboard.schemaVersion, 39);
    assert.ok(dashboard.description);
    assert.ok(dashboard.links.some((link) => link.type === 'dashboards' && link.tags[0] === 'roster-mixin'));
  });

  test(`${file}: variables`, () => {
    const [first, second, ...rest] = variablesOf(dashboard);
    assert.equal(first.name, 'datasource', 'template-datasource');
    assert.equal(first.label, 'Data source');
    assert.equal(first.query, 'prometheus');
    assert.equal(second.name, 'job', 'template-job');
    assert.equal(second.label, 'Job');
    // Of the whole cluster every rosterd says the same: no instance there
    // (template-instance, target-instance are excluded), but a cluster.
    assert.ok(rest.some(({ name }) => name === 'instance' || name === 'cluster'));
    each([second, ...rest], (variable, where) => {
      assert.deepEqual(variable.datasource, datasource, `${where}: panel-datasource`);
      assert.equal(variable.refresh, 2, `${where}: template-on-time-change-reload`);
      assert.ok(variable.description && variable.label, `${where}: says what it is`);
      if (['job', 'instance', 'cluster'].includes(variable.name) && variable.multi)
        assert.equal(variable.allValue, '.+', where);
      const [, selector, label] = /^label_values\((.+), ([a-z_]+)\)$/.exec(variable.definition) ?? [];
      assert.ok(label, `${where}: template-label-promql`);
      assert.equal(variable.query.query, variable.definition, where);
      const { errors, selectors } = parse(selector);
      assert.deepEqual(errors, [], `${where}: template-label-promql`);
      for (const { metric } of selectors) assert.ok(kinds.has(metric), `${where}: ${metric}`);
    });
  });

  test(`${file}: panels`, () => {
    const ids = new Set();
    const cells = new Map();
    each(dashboard.panels, (panel, where) => {
      assert.ok(!ids.has(panel.id), `${where}: its id is not its own`);
      ids.add(panel.id);
      const { x, y, w, h } = panel.gridPos;
      assert.ok(w > 0 && h > 0 && x + w <= 24, where);
      for (let column = x; column < x + w; ++column)
        for (let row = y; row < y + h; ++row) {
          assert.ok(!cells.has(`${column} ${row}`), `${where} overlaps ${cells.get(`${column} ${row}`)}`);
          cells.set(`${column} ${row}`, where);
        }
    });
    each(panelsOf(dashboard), (panel, where) => {
      assert.ok(panel.title && panel.description, `${where}: panel-title-description`);
      assert.match(panel.description, /\.$/, `${where}: a description is sentences`);
      assert.deepEqual(panel.datasource, datasource, `${where}: panel-datasource`);
      assert.ok(units.has(panel.fieldConfig.defaults.unit), `${where}: panel-units`);
      assert.ok(panel.targets.length > 0, `${where}: panel-no-targets`);
      assert.equal(new Set(panel.targets.map(({ refId }) => refId)).size, panel.targets.length, where);
      for (const target of panel.targets)
        assert.deepEqual(target.datasource, datasource, `${where}: panel-datasource`);
    });
  });

  test(`${file}: queries`, () => {
    each(queriesOf(dashboard), ({ expr }, where) => {
      const { errors, selectors } = parse(expr);
      assert.deepEqual(errors, [], `${where}: target-promql: ${expr}`);
      assert.ok(selectors.length > 0, where);
      for (const range of expr.matchAll(/\[([^\]]*)\]/g))
        assert.equal(range[1], '$__rate_interval', `${where}: target-rate-interval`);
      for (const { metric, matchers, functions } of selectors) {
        assert.ok(kinds.has(metric), `${where}: nobody exports ${metric}`);
        assert.ok(['$job', '$zookeeper_job'].includes(matchers.job?.[1]) && matchers.job[0] === '=~',
          `${where}: target-job: ${metric}`);
        for (const label of ['instance', 'cluster'])
          if (matchers[label])
            assert.deepEqual(matchers[label], ['=~', `$${label}`], `${where}: target-${label}: ${metric}`);
        assert.ok(matchers.instance || matchers.cluster || dashboard.uid === 'roster-zookeeper',
          `${where}: target-instance: ${metric}`);
        const around = functions.find((name) => rangeFunctions.has(name));
        if (kinds.get(metric) === 'counter')
          assert.ok(counterFunctions.has(around), `${where}: target-counter-agg: ${metric}`);
        else assert.ok(!['rate', 'irate', 'increase'].includes(around), `${where}: ${around} of the gauge ${metric}`);
      }
    });
  });

  test(`${file}: every variable is defined, and every own one is used`, () => {
    const known = new Set(variablesOf(dashboard).map(({ name }) => name));
    const body = JSON.stringify([dashboard.panels, dashboard.annotations, dashboard.templating]);
    const used = new Set([...body.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name));
    for (const name of used) assert.ok(known.has(name), `$${name} is not defined`);
    for (const name of known) assert.ok(used.has(name), `$${name} is not used`);
  });

  test(`${file}: links lead to our dashboards and set variables that they have`, () => {
    for (const [, uid, rest] of JSON.stringify(dashboard).matchAll(/"\/d\/([a-z-]+)\??([^"]*)"/g)) {
      const target = all.find((other) => other.dashboard.uid === uid);
      assert.ok(target, uid);
      for (const [, name] of rest.matchAll(/var-(\w+)=/g))
        assert.ok(variablesOf(target.dashboard).some((variable) => variable.name === name), `${uid}: ${name}`);
    }
  });
}

test('what needs ZooKeeper\'s provider is in rows named for it, and says so; nothing else is', () => {
  const provider = 'ZooKeeper\'s Prometheus provider';
  const names = zookeeperMetrics();
  let count = 0;
  for (const { file, dashboard } of all) {
    let heading = '';
    for (const panel of dashboard.panels) {
      if (panel.type === 'row') {
        heading = panel.title;
        continue;
      }
      const where = `${file}: ${heading}: ${panel.title}`;
      const selectors = panel.targets.flatMap(({ expr }) => parse(expr).selectors);
      const needs = selectors.some(({ metric, matchers }) => names.has(metric) || matchers.job[1] === '$zookeeper_job');
      assert.equal(heading.startsWith(`${provider}: `), needs, where);
      assert.equal(panel.description.includes(`From ${provider}; empty without it.`), needs, where);
      if (!needs) continue;
      count += 1;
      for (const { expr } of panel.targets)
        assert.doesNotMatch(expr, /vector\(/, `${where}: no data is not zero`);
    }
    for (const mark of dashboard.annotations.list)
      for (const { metric } of parse(mark.expr).selectors) assert.ok(!names.has(metric), `${file}: ${mark.name}`);
    // Any job would be taken for one of ZooKeeper's.
    for (const { name, allValue } of variablesOf(dashboard))
      if (name === 'zookeeper_job') assert.equal(allValue, undefined);
  }
  assert.ok(count > 20);
});

test('holds and leaders are marked on every dashboard of a cluster', () => {
  for (const { file, dashboard } of all)
    if (variablesOf(dashboard).some(({ name }) => name === 'cluster'))
      for (const name of ['Drains', 'Leader changes'])
        assert.ok(dashboard.annotations.list.some((mark) => mark.name === name), `${file}: ${name}`);
});
