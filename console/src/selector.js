// Selectors, read and matched in the page so that filtering does not wait for
// the network. The language is that of docs/selectors.md and has to stay the
// same as monitor/state/selector.cc; tests/console/selector_test.mjs has the
// examples of that page.
import { STATUSES } from './member_status.js';

const FIELDS = ['status', 'service', 'version', 'name', 'cluster'];
const SPECIAL = ',=!()|"';
const MAX_BYTES = 4096;

// What is wrong with a selector, for people; `column` counts from 1.
export class SelectorError extends Error {
  constructor(what, column) {
    super(`${what}, at column ${column}`);
    this.column = column;
  }
}

const isSpace = (c) => /[\t-\r ]/.test(c);

class Parser {
  constructor(text) {
    this.text = [...text];  // by character, as columns are counted
    this.at = 0;
  }

  parse() {
    const requirements = [];
    if (this.text.join('').trim() === '*') return requirements;
    this.skipSpace();
    if (this.atEnd()) return requirements;
    for (;;) {
      requirements.push(this.requirement());
      this.skipSpace();
      if (this.atEnd()) return requirements;
      if (!this.take(',')) this.fail(`expected ',' before ${this.here()}`);
    }
  }

  requirement() {
    this.skipSpace();
    const requirement = { negated: this.take('!'), exists: false, values: [],
                          globs: [] };
    this.skipSpace();
    const keyAt = this.at;
    const key = this.word();
    if (!key) this.fail(`expected a key, found ${this.here()}`, keyAt);
    this.setKey(key, keyAt, requirement);
    this.skipSpace();
    if (this.atEnd() || this.text[this.at] === ',') {
      requirement.exists = true;
      return requirement;
    }
    if (requirement.negated)
      this.fail(`'!${key}' takes no operator, found ${this.here()}`);
    this.values(requirement);
    return requirement;
  }

  setKey(key, keyAt, requirement) {
    if (key.startsWith('label.')) {
      requirement.label = key.slice('label.'.length);
      if (!requirement.label)
        this.fail("expected a label's name after 'label.'");
    } else if (FIELDS.includes(key)) {
      requirement.field = key;
    } else if (/[*?]/.test(key)) {
      this.fail(`a key takes no wildcards: '${key}'`, keyAt);
    } else {
      requirement.label = key;
    }
  }

  values(requirement) {
    const operatorAt = this.at;
    if (this.take('=')) {
      this.take('=');
      return this.alternatives('=', requirement);
    }
    if (this.take('!')) {
      if (!this.take('=')) this.fail(`expected '=' after '!', found ${this.here()}`);
      requirement.negated = true;
      return this.alternatives('!=', requirement);
    }
    const word = this.word();
    if (word !== 'in' && word !== 'notin') {
      this.at = operatorAt;
      this.fail(`expected =, ==, !=, in, notin or ',', found ${this.here()}`);
    }
    requirement.negated = word === 'notin';
    return this.set(word, requirement);
  }

  alternatives(operator, requirement) {
    do {
      this.value(operator, requirement);
      this.skipSpace();
    } while (this.take('|'));
  }

  set(operator, requirement) {
    this.skipSpace();
    const openAt = this.at;
    if (!this.take('('))
      this.fail(`expected '(' after '${operator}', found ${this.here()}`);
    do {
      this.value('(', requirement);
      this.skipSpace();
    } while (this.take(','));
    if (this.take(')')) return;
    if (this.atEnd()) this.fail("this '(' is never closed", openAt);
    this.fail(`expected ',' or ')', found ${this.here()}`);
  }

  value(after, requirement) {
    this.skipSpace();
    const valueAt = this.at;
    const quoted = this.take('"');
    const text = quoted ? this.quoted(valueAt) : this.word();
    if (!quoted && !text)
      this.fail(`expected a value after '${after}', found ${this.here()}`);
    if (requirement.field === 'status') {
      const status = text.toUpperCase();
      if (!STATUSES.includes(status)) {
        this.fail(`no such status: '${text}'; there are ${STATUSES.join(', ')}`,
                  valueAt);
      }
      requirement.values.push(status);
    } else if (requirement.field === 'name' && !quoted && /[*?]/.test(text)) {
      requirement.globs.push([...text]);
    } else {
      requirement.values.push(text);
    }
  }

  quoted(openAt) {
    let text = '';
    for (;;) {
      if (this.atEnd()) this.fail("this '\"' is never closed", openAt);
      let c = this.text[this.at++];
      if (c === '"') return text;
      if (c === '\\' && !this.atEnd()) c = this.text[this.at++];
      text += c;
    }
  }

  word() {
    const start = this.at;
    while (!this.atEnd() && !isSpace(this.text[this.at]) &&
           !SPECIAL.includes(this.text[this.at])) ++this.at;
    return this.text.slice(start, this.at).join('');
  }

  atEnd() { return this.at >= this.text.length; }
  take(c) {
    if (this.text[this.at] !== c) return false;
    ++this.at;
    return true;
  }
  skipSpace() {
    while (!this.atEnd() && isSpace(this.text[this.at])) ++this.at;
  }
  here() { return this.atEnd() ? 'the end' : `'${this.text[this.at]}'`; }
  fail(what, at = this.at) { throw new SelectorError(what, at + 1); }
}

function meets(requirement, member) {
  const { field, label, exists, values, globs } = requirement;
  let value;
  if (label !== undefined) {
    if (!Object.hasOwn(member.labels, label)) return false;
    if (exists) return true;
    value = member.labels[label];
  } else {
    value = member[field];
  }
  if (exists) return value !== '';
  return values.includes(value) ||
      (globs.length > 0 && globs.some((glob) => globMatches(glob, [...value])));
}

// Whether `text` matches `pattern`, both by character: '*' is any run, '?' any
// one. Returns to the last star only, so no pattern blows up.
export function globMatches(pattern, text) {
  let p = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      starText = t;
    } else if (pattern[p] === '?' || pattern[p] === text[t]) {
      ++p;
      ++t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') ++p;
  return p === pattern.length;
}

// A function that tells whether a member matches. Throws SelectorError.
export function parseSelector(text) {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_BYTES) {
    throw new SelectorError(`${bytes} bytes are over the limit of ${MAX_BYTES}`,
                            1);
  }
  const requirements = new Parser(text).parse();
  return (member) => requirements.every(
      (requirement) => meets(requirement, member) !== requirement.negated);
}

// `value` as a selector takes it, quoted if it has to be.
export function quoteValue(value) {
  const plain = value !== '' && !/[\s,=!()|"*?\\]/.test(value);
  return plain ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}
