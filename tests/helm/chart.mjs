// Renders the chart with real helm, and finds things in what it made.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { require, root, tools } from '../dashboards/files.mjs';

const yaml = require('yaml');

export const chart = path.join(root, 'helm/roster');
export const helm = (version) => path.join(tools, `node_modules/.bin/helm${version}`);
export const versions = [3, 4];

// Each file of ci/, by its name.
export const valuesFiles = fs.readdirSync(path.join(chart, 'ci')).map((name) => path.join('ci', name));

export function run(version, args) {
  return spawnSync(helm(version), args, { cwd: chart, encoding: 'utf8', maxBuffer: 1 << 26 });
}

export function template(version, file, args = []) {
  return execFileSync(helm(version), ['template', 'r', '.', '--namespace', 'ns', '-f', file, ...args],
    { cwd: chart, encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] });
}

export const objects = (text) => yaml.parseAllDocuments(text)
  .map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  }).filter(Boolean);

export const ofKind = (list, kind) => list.filter((object) => object.kind === kind);
export const one = (list, kind, name) => {
  const found = ofKind(list, kind).filter((object) => !name || object.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} of ${kind} ${name ?? ''}`);
  return found[0];
};

// Every pod that the objects would make.
export const pods = (list) => list.flatMap((object) => {
  if (object.kind === 'Pod') return [object];
  return object.spec?.template?.spec ? [object.spec.template] : [];
});
