// Which rows of a long table are in sight. Pure.

// Rows [first, last) are to be made, `above` and `below` pixels are to be kept
// free for the others. `overscan` rows more on either side make scrolling
// smooth. `slots` is a number that no window of this height has more rows than:
// row i is shown by the element i % slots, so that a row that leaves the window
// is used again for one that comes, which is far cheaper than a new one.
export function virtualWindow(scrollTop, height, count, rowHeight,
                              overscan = 4) {
  const top = Math.max(0, Math.min(scrollTop, count * rowHeight - height));
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan);
  const last = Math.min(count,
                        Math.ceil((top + height) / rowHeight) + overscan);
  return { first, last, above: first * rowHeight,
           below: (count - last) * rowHeight,
           slots: Math.ceil(height / rowHeight) + 1 + 2 * overscan };
}

// Where to scroll so that row `index` is in sight; `header` covers the top.
export function scrollToShow(index, scrollTop, height, rowHeight, header) {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  const bottom = top + rowHeight + header;
  return bottom > scrollTop + height ? bottom - height : scrollTop;
}

// The row that a key leads to from `index`, or null for any other key.
export function rowForKey(key, index, count, perPage) {
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: perPage,
                  PageUp: -perPage, Home: -Infinity, End: Infinity };
  if (!(key in steps) || count === 0) return null;
  return Math.max(0, Math.min(count - 1, index + steps[key]));
}
