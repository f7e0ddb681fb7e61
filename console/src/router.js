// Which page is shown, and how: all of it is in the address, so that it can be
// bookmarked and sent to a colleague.
//
//   #/members?cluster=web&selector=zone%3Da     {page, name, params}
//   #/members/web-01                            name: 'web-01'

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;  // a broken percent-encoding names nobody
  }
}

export function parseHash(hash) {
  const [path, query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const slash = path.indexOf('/');
  const page = slash < 0 ? path : path.slice(0, slash);
  return {
    page: decode(page) || 'overview',
    name: slash < 0 ? '' : decode(path.slice(slash + 1)),
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function formatHash({ page, name = '', params = {} }) {
  const given = Object.entries(params).filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  return `#/${encodeURIComponent(page)}` +
      (name ? '/' + encodeURIComponent(name) : '') + (query ? '?' + query : '');
}

export class Router {
  constructor(onChange) {
    this.onChange = onChange;
    this.route = parseHash(location.hash);
    addEventListener('hashchange', () => {
      const before = this.route;
      this.route = parseHash(location.hash);
      this.onChange(before);
    });
  }

  // The address of a page in the cluster that is shown.
  link(page, name = '', params = {}) {
    const { cluster } = this.route.params;
    return formatHash({ page, name, params: { cluster, ...params } });
  }

  go(page, name, params) {
    location.hash = this.link(page, name, params);
  }

  // Changes how the page is shown. It is no new entry in the history: nobody
  // wants to go back letter by letter.
  setParams(changes) {
    this.route = { ...this.route,
                   params: { ...this.route.params, ...changes } };
    history.replaceState(null, '', formatHash(this.route));
    this.onChange(this.route);
  }
}
