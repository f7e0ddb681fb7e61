// A table of any number of rows, of which only those in sight exist. All rows
// have the same height. Up, Down, PageUp, PageDown, Home and End go through the
// rows, Enter opens one, Space selects it.
//
// columns: [{id, title, render(row), sort, className}]; `sort` is what onSort
// is called with, if the column can be sorted by.
import { Component, classes, createRef, html } from './html.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { rowForKey, scrollToShow, virtualWindow } from './virtual_window.js';

const ROW_HEIGHT = 36;  // as in style.css

// Drawn anew only if what it shows has changed; `tick` is the clock of columns
// that show ages. So a column shows nothing but the row, its selection, and the
// time.
class Row extends Component {
  shouldComponentUpdate(next) {
    return ['row', 'index', 'selected', 'current', 'tick'].some(
        (name) => next[name] !== this.props[name]);
  }

  render({ row, index, selected, current, columns }) {
    return html`<tr class=${classes('row', selected && 'selected')}
        aria-rowindex=${index + 2} data-index=${index}
        tabindex=${current ? 0 : -1}>
      ${columns.map((column) => html`<td key=${column.id}
          class=${column.className}>${column.render(row)}</td>`)}
    </tr>`;
  }
}

function Heading({ column, sort, descending, onSort }) {
  if (!column.sort) {
    return html`<th scope="col" class=${column.className}>
      ${column.heading ?? column.title}</th>`;
  }
  const active = sort === column.sort;
  const order = active ? (descending ? 'descending' : 'ascending') : undefined;
  return html`<th scope="col" class=${column.className} aria-sort=${order}>
    <button type="button" class="sort"
        onClick=${() => onSort(column.sort, active && !descending)}>
      ${column.title}
      ${active && html`<${Icon} name=${descending ? 'down' : 'up'} />`}
    </button></th>`;
}

export class VirtualTable extends Component {
  constructor() {
    super();
    this.scroller = createRef();
    this.state = { top: 0, height: 600, current: 0 };
    this.focusWanted = false;
  }

  componentDidMount() {
    const element = this.scroller.current;
    const measure = () => this.setState({ height: element.clientHeight });
    this.observer = new ResizeObserver(measure);
    this.observer.observe(element);
    measure();
  }

  componentWillUnmount() {
    this.observer.disconnect();
  }

  componentDidUpdate() {
    if (!this.focusWanted) return;
    this.focusWanted = false;
    this.scroller.current.querySelector(
        `tr[data-index="${this.state.current}"]`)?.focus({ preventScroll: true });
  }

  onScroll = () => {
    this.setState({ top: this.scroller.current.scrollTop });
  };

  onKeyDown = (event) => {
    // Keys inside a row's button or checkbox are that one's.
    const onRow = event.target.tagName === 'TR';
    if (!onRow && event.target !== this.scroller.current) return;
    const { rows, onOpen, onSelect } = this.props;
    const row = rows[this.state.current];
    const element = this.scroller.current;
    const next = rowForKey(event.key, this.state.current, rows.length,
                           Math.floor(element.clientHeight / ROW_HEIGHT) - 1);
    if (next !== null) {
      element.scrollTop = scrollToShow(next, element.scrollTop,
                                       element.clientHeight, ROW_HEIGHT,
                                       ROW_HEIGHT);
      this.focusWanted = true;
      this.setState({ current: next, top: element.scrollTop });
    } else if (event.key === 'Enter' && row && onRow && onOpen) {
      onOpen(row);
    } else if (event.key === ' ' && row && onRow && onSelect) {
      onSelect(row);
    } else {
      return;
    }
    event.preventDefault();
  };

  onFocus = (event) => {
    const index = event.target.closest?.('tr')?.dataset.index;
    if (index !== undefined && Number(index) !== this.state.current)
      this.setState({ current: Number(index) });
  };

  render({ rows, columns, label, tick, sort, descending, onSort,
           isSelected = () => false, empty }, { top, height, current }) {
    const { first, last, above, below, slots } =
        virtualWindow(top, height, rows.length, ROW_HEIGHT);
    const spacer = (pixels) => pixels > 0 && html`<tr aria-hidden="true"
        class="spacer" style=${{ height: `${pixels}px` }}>
        <td colspan=${columns.length}></td></tr>`;
    const shown = Math.min(Math.max(current, first), last - 1);
    return html`<div class="table-scroller" ref=${this.scroller} tabindex="0"
        role="region" aria-label=${label} onScroll=${this.onScroll}
        onKeyDown=${this.onKeyDown} onFocusIn=${this.onFocus}>
      <table class="virtual" aria-rowcount=${rows.length + 1}>
        <thead><tr aria-rowindex="1">${columns.map((column) => html`
          <${Heading} key=${column.id} column=${column} sort=${sort}
              descending=${descending} onSort=${onSort} />`)}</tr></thead>
        <tbody>
          ${spacer(above)}
          ${rows.slice(first, last).map((row, i) => html`<${Row}
              key=${(first + i) % slots} row=${row} index=${first + i} tick=${tick}
              columns=${columns} selected=${isSelected(row)}
              current=${first + i === shown} />`)}
          ${spacer(below)}
        </tbody>
      </table>
      ${rows.length === 0 && html`<p class="empty">${empty ?? t('table.empty')}</p>`}
    </div>`;
  }
}
