// The head of every page: where one can go, which cluster is shown, how live it
// is, language and theme.
import { html } from './html.js';
import { LANGUAGES, language, setLanguage, t } from './i18n.js';
import { Icon } from './icon.js';
import { THEMES, currentTheme, setTheme } from './theme.js';

export const PAGES = ['overview', 'members', 'progress', 'operations', 'events',
                      'audit', 'budgets', 'coordination'];

const FRESH_ICON = { live: 'UP', stale: 'DEGRADED', lost: 'LOST',
                     loading: 'STARTING' };

function Select({ label, value, options, onChange }) {
  return html`<label class="select"><span class="sr-only">${label}</span>
    <select value=${value} aria-label=${label}
        onChange=${(e) => onChange(e.target.value)}>
      ${options.map(([key, text]) => html`<option key=${key} value=${key}
          selected=${key === value}>${text}</option>`)}</select></label>`;
}

export function Header({ app }) {
  const { router, state, clusters } = app;
  const freshness = state.freshness();
  const { page } = router.route;
  return html`<header>
    <a class="brand" href=${router.link('overview')}>Roster</a>
    <nav aria-label=${t('nav.label')}>${PAGES.map((name) => html`
      <a key=${name} href=${router.link(name)}
          aria-current=${page === name ? 'page' : undefined}>
        ${t('nav.' + name)}</a>`)}</nav>
    <div class="header-tools">
      <span class="freshness ${freshness}" id="freshness"><${Icon}
          name=${FRESH_ICON[freshness]} /> ${t('fresh.' + freshness)}</span>
      ${clusters.length > 1 && html`<${Select} label=${t('nav.cluster')}
          value=${app.cluster} options=${clusters.map((name) => [name, name])}
          onChange=${app.chooseCluster} />`}
      <${Select} label=${t('nav.language')} value=${language()}
          options=${Object.entries(LANGUAGES)} onChange=${(name) => {
            setLanguage(name);
            app.redraw();
          }} />
      <${Select} label=${t('nav.theme')} value=${currentTheme()}
          options=${THEMES.map((name) => [name, t('theme.' + name)])}
          onChange=${(name) => {
            setTheme(name);
            app.redraw();
          }} />
    </div></header>`;
}
