// Light, dark, or as the system says.
import { getSetting, setSetting } from './settings.js';

export const THEMES = ['auto', 'light', 'dark'];

export function currentTheme() {
  const theme = getSetting('theme', 'auto');
  return THEMES.includes(theme) ? theme : 'auto';
}

export function setTheme(theme) {
  setSetting('theme', theme);
  applyTheme();
}

// style.css looks at the attribute; without it, at prefers-color-scheme.
export function applyTheme() {
  const theme = currentTheme();
  const root = document.documentElement;
  if (theme === 'auto') root.removeAttribute('data-theme');
  else root.setAttribute('data-theme', theme);
}
