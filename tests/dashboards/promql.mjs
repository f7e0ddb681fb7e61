// Reads PromQL by the grammar that Prometheus's own editor uses.
import { require } from './files.mjs';

const { parser } = require('@prometheus-io/lezer-promql');

// Grafana puts in its own variables before Prometheus sees the query.
export const substitute = (expr) => expr.replaceAll('$__rate_interval', '5m');

// {errors, selectors: [{metric, matchers: {label: [op, value]}, functions}]}.
// `functions` are those around the selector, the innermost first; `range` is
// the text of its range, if it has one.
export function parse(expr) {
  const text = substitute(expr);
  const errors = [];
  const selectors = [];
  const open = [];  // function names around
  let selector = null;
  let label = '';
  let operator = '';
  let range = null;
  parser.parse(text).iterate({
    enter(node) {
      const source = text.slice(node.from, node.to);
      if (node.type.isError) errors.push(`at ${node.from}: ...${text.slice(Math.max(0, node.from - 20), node.from + 20)}...`);
      switch (node.name) {
        case 'FunctionCall':
          open.unshift(source.slice(0, source.indexOf('(')).trim());
          break;
        case 'MatrixSelector':
          range = source.slice(source.lastIndexOf('['));
          break;
        case 'VectorSelector':
          selector = { metric: '', matchers: {}, functions: [...open], range };
          selectors.push(selector);
          break;
        case 'Identifier':
          if (selector && !selector.metric) selector.metric = source;
          break;
        case 'LabelName':
          label = source;
          break;
        case 'MatchOp':
          operator = source;
          break;
        case 'StringLiteral':
          if (selector && operator) selector.matchers[label] = [operator, source.slice(1, -1)];
          operator = '';
          break;
      }
    },
    leave(node) {
      if (node.name === 'FunctionCall') open.shift();
      if (node.name === 'MatrixSelector') range = null;
      if (node.name === 'VectorSelector') selector = null;
    },
  });
  return { errors, selectors };
}
