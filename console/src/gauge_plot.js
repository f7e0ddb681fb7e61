// A gauge's last values as a line. The number beside it is the text of it.
import { html } from './html.js';
import { formatGauge } from './format.js';
import { t } from './i18n.js';
import { Words } from './text.js';

const WIDTH = 160;
const HEIGHT = 36;

// Points in the picture's coordinates. Pure.
export function plotPoints(points, width = WIDTH, height = HEIGHT) {
  const times = points.map(([at]) => at);
  const values = points.map(([, value]) => value);
  const [t0, t1] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (at) => t1 === t0 ? width : ((at - t0) / (t1 - t0)) * width;
  const y = (value) => high === low ? height / 2
      : height - 2 - ((value - low) / (high - low)) * (height - 4);
  return points.map(([at, value]) =>
      `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
}

export function GaugePlot({ name, value, points }) {
  return html`<div class="gauge"><span class="gauge-name">
      <${Words} text=${name} /></span>
    <strong class="gauge-value">${formatGauge(name, value)}</strong>
    <svg class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
        aria-label=${t('member.plot', { n: points.length })}
        preserveAspectRatio="none">
      ${points.length > 1 && html`<polyline points=${plotPoints(points)} />`}
    </svg></div>`;
}
