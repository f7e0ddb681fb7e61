// The words of the page, in the language that was chosen. Each language is one
// dictionary with the same keys; tests/console/i18n_test.mjs sees to that.
import { english } from './lang_en.js';
import { chinese } from './lang_zh.js';
import { getSetting, setSetting } from './settings.js';
import { visibleText } from './visible_text.js';

export const LANGUAGES = { en: 'English', zh: '中文' };
const DICTIONARIES = { en: english, zh: chinese };

let current = null;

export function language() {
  if (!current) {
    const preferred = globalThis.navigator?.language ?? 'en';
    const chosen = getSetting('language', preferred.startsWith('zh') ? 'zh' : 'en');
    current = DICTIONARIES[chosen] ? chosen : 'en';
  }
  return current;
}

export function setLanguage(name) {
  current = name;
  setSetting('language', name);
}

// Values may be names that others chose; here they end up in labels too.
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
      values[name] === undefined ? whole : visibleText(values[name]));
}

// t('banner.asOf', {time: '08:00'}). A text may be [one, many], told apart by n.
export function t(key, values = {}) {
  const entry = DICTIONARIES[language()][key] ?? english[key] ?? key;
  const text = Array.isArray(entry) ? entry[Number(values.n) === 1 ? 0 : 1]
                                    : entry;
  return fill(text, values);
}
