// The dashboards by Grafana's own types, @grafana/schema: the dashboard, and
// the options and custom fields of each panel by the type of its kind, so that
// misspelt and forgotten keys do not pass for defaults.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { dashboards, tools } from './files.mjs';

// Panel type to the folder and file of its types.
const kinds = {
  bargauge: 'BarGauge', heatmap: 'Heatmap', stat: 'Stat', 'state-timeline': 'StateTimeline',
  table: 'Table', timeseries: 'TimeSeries',
};
const withCustom = new Set(['heatmap', 'state-timeline', 'table', 'timeseries']);
const name = (type) => type.replace('-', '');

// JSON has strings where the types have enums; and everything is optional,
// since Grafana fills in what is missing.
const header = `
import type { Dashboard, TableFieldOptions } from '@grafana/schema';
${Object.entries(kinds).map(([type, kind]) => `import type * as ${name(type)} from
  '@grafana/schema/dist/esm/raw/composable/${name(type)}/panelcfg/x/${kind}PanelCfg_types.gen';`).join('\n')}
type Json<T> = T extends string ? \`\${T}\` | T : T extends number ? T | (number & {}) :
  T extends boolean | null | undefined ? T : T extends (infer I)[] ? Json<I>[] :
  T extends object ? { [K in keyof T]?: Json<T[K]> } : T;
`;

function source(dashboard) {
  const lines = [header];
  for (const panel of dashboard.panels.filter(({ type }) => type !== 'row')) {
    const kind = kinds[panel.type];
    assert.ok(kind, `${panel.title}: no types known for ${panel.type}`);
    lines.push(`// ${panel.title}`,
      `const options${panel.id}: Json<${name(panel.type)}.Options> = ${JSON.stringify(panel.options)};`);
    const custom = panel.fieldConfig.defaults.custom;
    assert.ok(!custom || withCustom.has(panel.type), `${panel.title}: ${panel.type} has no custom fields`);
    if (custom) {
      const type = panel.type === 'table' ? 'TableFieldOptions' : `${name(panel.type)}.FieldConfig`;
      lines.push(`const custom${panel.id}: Json<${type}> = ${JSON.stringify(custom)};`);
    }
  }
  // What Grafana and its Prometheus data source read, and its types lack.
  const typed = structuredClone(dashboard);
  for (const variable of typed.templating.list) delete variable.definition;
  for (const mark of typed.annotations.list) {
    for (const key of ['expr', 'step', 'titleFormat', 'textFormat', 'tagKeys', 'useValueForTime'])
      delete mark[key];
    delete mark.target.expr;
  }
  lines.push(`const dashboard: Json<Dashboard> = ${JSON.stringify(typed)};`,
    'export { dashboard };');
  return lines.join('\n');
}

function compile(sources) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'roster-types-'));
  try {
    for (const [file, text] of Object.entries(sources)) fs.writeFileSync(path.join(folder, file), text);
    // Modules are looked for beside the sources.
    fs.symlinkSync(path.join(tools, 'node_modules'), path.join(folder, 'node_modules'));
    const run = spawnSync(process.execPath, [
      path.join(tools, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck',
      '--module', 'nodenext', '--target', 'es2022', '--pretty', 'false',
      ...Object.keys(sources)], { cwd: folder, encoding: 'utf8' });
    return run.stdout + run.stderr;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('dashboards have the types of Grafana, and mistakes are found', () => {
  const sources = Object.fromEntries(dashboards().map(({ dashboard }) =>
    [`${dashboard.uid}.mts`, source(dashboard)]));
  // One compilation for all: most of its time is reading Grafana's types.
  const broken = structuredClone(dashboards()[0].dashboard);
  const bad = [
    (d) => { d.schemaVersion = '39'; },
    (d) => { d.panels[1].gridPos.w = '4'; },
    (d) => { d.panels[1].options.colorMod = 'value'; },
    (d) => { d.panels[1].options.graphMode = 'nothing'; },
    (d) => { d.refrehs = '30s'; },
  ];
  bad.forEach((spoil, i) => {
    const copy = structuredClone(broken);
    spoil(copy);
    sources[`bad${i}.mts`] = source(copy);
  });
  const out = compile(sources);
  const good = out.split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('bad'));
  assert.deepEqual(good, [], out);
  bad.forEach((spoil, i) => assert.match(out, new RegExp(`^bad${i}\\.mts`, 'm'), `not found: ${spoil}`));
});
