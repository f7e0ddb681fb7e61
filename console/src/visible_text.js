// Text that members and people wrote, made safe to look at. That it is never
// markup is html.js's doing; this is about what would hide or reorder text:
// control characters and direction marks are shown as \x1b and \u{202e}, like
// rosterctl does, so that no name can pass for another one.

// C0, DEL, C1; soft hyphen; Arabic letter mark; zero-width and direction marks;
// separators; embeddings, overrides and isolates; byte order mark.
const HIDDEN = new RegExp(
    '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f' +
    '\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]', 'gu');

function escape(character) {
  const code = character.codePointAt(0);
  return code < 0x100 ? '\\x' + code.toString(16).padStart(2, '0')
                      : '\\u{' + code.toString(16) + '}';
}

export function visibleText(text) {
  return String(text ?? '').replace(HIDDEN, escape);
}

// The same for texts of several lines: line ends stay.
export function visibleLines(text) {
  return String(text ?? '').split(/\r?\n/).map(visibleText).join('\n');
}
