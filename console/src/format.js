// Numbers, times and durations for people. Everything here is pure.
import { language } from './i18n.js';

const locale = () => (language() === 'zh' ? 'zh-CN' : 'en-GB');

// 4m10s; at most two parts. Negative and unknown: "–".
export function formatDuration(ms) {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return '–';
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'm'], [1, 's']];
  let rest = seconds;
  let text = '';
  let taken = 0;
  for (const [size, unit] of parts) {
    const count = Math.floor(rest / size);
    if (taken === 0 && count === 0 && size > 1) continue;
    if (taken === 2) break;
    if (taken === 1 && count === 0) break;
    text += count + unit;
    rest -= count * size;
    ++taken;
  }
  return text;
}

// 1,234,567 below a million; then 12.3M.
export function formatNumber(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  if (size >= 1e6 || (size < 0.001 && size > 0)) {
    return new Intl.NumberFormat('en', { notation: size >= 1e15 || size < 0.001
        ? 'scientific' : 'compact', maximumFractionDigits: 2 }).format(value);
  }
  return new Intl.NumberFormat(
      locale(), { maximumFractionDigits: size < 10 ? 3 : size < 1000 ? 1 : 0 })
      .format(value);
}

export function formatBytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let step = 0;
  let size = value;
  while (Math.abs(size) >= 1024 && step < units.length - 1) {
    size /= 1024;
    ++step;
  }
  return `${formatNumber(Math.round(size * 10) / 10)} ${units[step]}`;
}

export function formatPercent(ratio) {
  if (ratio === null || !Number.isFinite(ratio)) return '–';
  // 100 % is only what is done.
  const percent = ratio < 1 ? Math.min(99.9, Math.floor(ratio * 1000) / 10) : 100;
  return `${percent} %`;
}

// A gauge's unit is the end of its name.
export function formatGauge(name, value) {
  const number = Number(value);
  if (/_bytes$/.test(name)) return formatBytes(number);
  if (/_ratio$/.test(name)) return `${formatNumber(number * 100)} %`;
  if (/_seconds$/.test(name)) return `${formatNumber(number)} s`;
  if (/_per_second$/.test(name)) return `${formatNumber(number)}/s`;
  return formatNumber(number);
}

export function formatRate(rate, unit) {
  if (rate === null) return '–';
  return unit === 'bytes' ? `${formatBytes(rate)}/s`
                          : `${formatNumber(rate)}/s`;
}

export function formatAmount(value, unit) {
  return unit === 'bytes' ? formatBytes(value) : formatNumber(value);
}

// 22 Nov 08:00:05, with the year if it is another one.
export function formatTime(ms, now = Date.now()) {
  if (ms === null || ms === undefined) return '–';
  const at = new Date(ms);
  const options = { month: 'short', day: '2-digit', hour: '2-digit',
                    minute: '2-digit', second: '2-digit', hour12: false };
  if (at.getFullYear() !== new Date(now).getFullYear()) options.year = 'numeric';
  return new Intl.DateTimeFormat(locale(), options).format(at);
}

// For title attributes: without doubt.
export function exactTime(ms) {
  return ms === null || ms === undefined ? '' : new Date(ms).toISOString();
}
