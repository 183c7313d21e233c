/* table.js - the page's data by name, words and numbers, and its tables.
 *
 * Labels come from data: they reach the page as text nodes and attribute values only (el), never
 * as markup. */

const $ = id => document.getElementById(id);
const WORDS = JSON.parse($('words').textContent);
const DATA = JSON.parse($('data').textContent);
const LANG = document.documentElement.lang;
const SIGNAL = 0, CHECK = 1, LOWER = 2, NONE = 3, NO_ESTIMATE = 4;
const LIGHTS = ['signal', 'check', 'lower', 'none', 'no_estimate'];
const SHAPES = ['\u25b2', '\u25c6', '\u25bc', '\u2022', '\u25cb'];

/* --- words and numbers --- */

const word = (key, values = {}) =>
  (WORDS[key] ?? key).replace(/\{(\w+)\}/g, (hole, name) => name in values ? values[name] : name === 'level' ? level() : hole);

/* Of the intervals, as the manifest says. */
const level = () => percent(DATA.manifest.options?.level ?? 0.95);

/* "key_one" or "key" by n. */
const plural = (key, n) => word(n === 1 && WORDS[key + '_one'] ? key + '_one' : key, {n: whole(n)});

const whole = n => n.toLocaleString(LANG, {maximumFractionDigits: 0});
const fixed = (x, digits) => x.toLocaleString(LANG, {minimumFractionDigits: digits, maximumFractionDigits: digits});

/* A count, or what stands for one that the screen masked. */
const count = n => n === null ? (DATA.min_cell > 0 ? '<' + whole(DATA.min_cell) : '\u2013') : whole(n);

/* A ratio to two decimals, fewer as it grows. */
function ratio(x) {
  if (x === null) return '\u2013';
  if (x >= 1000) return '>' + whole(1000);
  if (x > 0 && x < 0.005) return '<' + fixed(0.01, 2);
  return fixed(x, x >= 100 ? 0 : x >= 10 ? 1 : 2);
}

/* "1.52 to 2.20"; a side that does not exist is open. */
const interval = (lower, upper) => lower === null && upper === null ? '\u2013' :
  word('to', {lower: lower === null ? '0' : ratio(lower), upper: upper === null ? '\u221e' : ratio(upper)});

function probability(p) {
  if (p === null) return '\u2013';
  if (p >= 0.001) return fixed(p, p >= 0.1 ? 2 : 3);
  if (p === 0) return '<10\u207b\u00b9\u2075'; /* lost in rounding: no more is known */
  const power = Math.floor(Math.log10(p));
  const digits = Math.min(9, Math.round(p / 10 ** power));
  return `${digits}\u00d710${[...String(power)].map(c => c === '-' ? '\u207b' : '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079'[c]).join('')}`;
}

const percent = x => word('percent', {n: whole(Math.round(x * 1000) / 10)});

/* "few_cases+pre_exposure" in words; a flag without words is shown as it is. */
const flags = text => text === '' || text === 'ok' ? '' :
  text.split('+').map(f => WORDS['flag_' + f] ?? f.replace(/_/g, ' ')).join('; ');

/* --- the data by name --- */

const drug_label = new Map(DATA.drugs);
const outcome_label = new Map(DATA.outcomes.map(o => [o[0], o[1]]));
const PAIRS = DATA.pairs.map((r, i) => ({
  place: i + 1, drug: r[0], outcome: r[1], cases: r[2], exposed: r[3], events: r[4], irr: r[5], lower: r[6],
  upper: r[7], log_irr: r[8], p: r[9], q: r[10], pre: r[11], flag: r[12], light: r[13], mark: r[14] === 1,
  drug_name: drug_label.get(r[0]) ?? r[0], outcome_name: outcome_label.get(r[1]) ?? r[1]
}));
const pair_key = (drug, outcome) => drug + '\n' + outcome;
const PAIR_AT = new Map(PAIRS.map(p => [pair_key(p.drug, p.outcome), p]));
const pair_name = p => `${p.drug_name} \u2192 ${p.outcome_name}`;
const TOTAL = (([signal, check, lower, none, no_estimate, pairs, estimated, p_limit]) =>
  ({lights: [signal, check, lower, none, no_estimate], pairs, estimated, p_limit}))(DATA.totals[0]);

/* --- elements --- */

/* An element; strings among the children become text, null ones nothing. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {}))
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  node.append(...children.filter(c => c !== null));
  return node;
}

const light_mark = light => el('span', {class: `light light-${light}`},
  el('i', {'aria-hidden': 'true'}, SHAPES[light]), word('light_' + LIGHTS[light]));

const code_of = (code, label) => code === label ? null : el('span', {class: 'code'}, ' ' + code);

/* A small table: head = [[name, class]], rows = arrays of text or elements, first cell is the row's head. */
function fill_table(table, head, rows) {
  const row = el('tr', null, ...head.map(([name, kind]) => el('th', {scope: 'col', class: kind}, name)));
  table.tHead ? table.tHead.replaceChildren(row) : table.append(el('thead', null, row));
  const body = table.tBodies[0] ?? table.appendChild(el('tbody'));
  body.replaceChildren(...rows.map(cells => el('tr', null, ...cells.map((cell, i) =>
    i === 0 ? el('th', {scope: 'row', class: head[i][1]}, cell) : el('td', {class: head[i][1]}, cell)))));
  return table;
}

/* --- the signal table --- */

const COLUMNS = [
  {key: 'place', kind: 'n place', sort: p => p.place, cell: p => whole(p.place)},
  {key: 'light', kind: 'full', sort: p => p.light, cell: p => light_mark(p.light)},
  {key: 'drug', kind: 'full drug', head: true, sort: p => p.drug_name, cell: p => [p.drug_name, code_of(p.drug, p.drug_name)]},
  {key: 'outcome', kind: 'full outcome', sort: p => p.outcome_name, cell: p => [p.outcome_name, code_of(p.outcome, p.outcome_name)]},
  {key: 'irr', kind: 'n irr', sort: p => p.irr, down: true, cell: p => ratio(p.irr)},
  {key: 'interval', kind: 'n wide', sort: p => p.lower, down: true, cell: p => interval(p.lower, p.upper)},
  {key: 'exposed', kind: 'n', sort: p => p.exposed ?? 0.5, down: true, cell: p => count(p.exposed)},
  {key: 'events', kind: 'n', sort: p => p.events ?? 0.5, down: true, cell: p => count(p.events)},
  {key: 'p', kind: 'n', sort: p => p.p, cell: p => probability(p.p)},
  {key: 'q', kind: 'n', sort: p => p.q, cell: p => probability(p.q)},
  {key: 'pre', kind: 'n', sort: p => p.pre, down: true, cell: p => ratio(p.pre)},
  {key: 'flag', kind: 'flags full', sort: p => flags(p.flag) || null, cell: p => flags(p.flag)}
];
const STEP = 50, FIRST = 15;

/* Letters without accents and case, so that "oedeme" finds "\u0152d\u00e8me" halfway. */
const plain = text => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();

/* Missing values stay last whichever way the column is sorted; equals keep their place. */
function compare(column, down) {
  return (a, b) => {
    const x = column.sort(a), y = column.sort(b);
    if (x === null || y === null) return (x === null) - (y === null) || a.place - b.place;
    const order = typeof x === 'string' ? x.localeCompare(y, LANG) : x - y;
    return (down ? -order : order) || a.place - b.place;
  };
}

function signal_table() {
  const table = $('ranked');
  const state = {sort: COLUMNS[0], down: false, light: 'all', text: '', shown: FIRST};
  for (const p of PAIRS) p.search = plain([p.drug, p.drug_name, p.outcome, p.outcome_name, flags(p.flag)].join(' '));

  const cell = (column, p) => {
    const content = [column.cell(p)].flat().filter(c => c !== null);
    return el(column.head ? 'th' : 'td', {class: `${column.kind} c-${column.key}`, scope: column.head ? 'row' : null,
      'data-name': word(WORDS['short_' + column.key] ? 'short_' + column.key : 'col_' + column.key)}, ...content);
  };
  const chosen = () => {
    const terms = plain(state.text).split(/\s+/).filter(t => t);
    return PAIRS.filter(p => (state.light === 'all' || p.light === +state.light) && terms.every(t => p.search.includes(t)))
      .sort(compare(state.sort, state.down));
  };
  function draw() {
    const rows = chosen(), shown = rows.slice(0, state.shown);
    table.tBodies[0].replaceChildren(...shown.map(p =>
      el('tr', {class: `light-row-${p.light}`}, ...COLUMNS.map(c => {
        const td = cell(c, p);
        if (c.key === 'irr') td.classList.add(`light-${p.light}`);
        return td;
      }))));
    if (!rows.length) table.tBodies[0].append(el('tr', null, el('td', {colspan: COLUMNS.length, class: 'empty full'}, word('nothing_found'))));
    $('count').textContent = word('count_shown', {shown: whole(shown.length), found: whole(rows.length)});
    $('more').hidden = shown.length === rows.length;
    $('more').textContent = word('more', {n: whole(Math.min(STEP, rows.length - shown.length))});
    for (const th of table.tHead.rows[0].cells) {
      if (th.dataset.key === state.sort.key) th.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
      else th.removeAttribute('aria-sort');
    }
  }
  function sort_by(column) {
    state.down = state.sort === column ? !state.down : !!column.down;
    state.sort = column;
    draw();
  }
  const head = COLUMNS.map(column => {
    const button = el('button', {type: 'button', title: word('hint_' + column.key)}, word('col_' + column.key));
    button.addEventListener('click', () => sort_by(column));
    return el('th', {scope: 'col', class: column.kind, 'data-key': column.key}, button);
  });
  table.tHead.append(el('tr', null, ...head));

  const filter = $('filter');
  filter.append(el('option', {value: 'all'}, word('all_pairs')));
  LIGHTS.forEach((name, light) => filter.append(el('option', {value: light},
    `${word('light_' + name)} (${whole(PAIRS.filter(p => p.light === light).length)})`)));
  filter.addEventListener('change', () => { state.light = filter.value; state.shown = FIRST; draw(); });
  $('search').addEventListener('input', e => { state.text = e.target.value; state.shown = FIRST; draw(); });
  $('more').addEventListener('click', () => { state.shown += STEP; draw(); });
  $('save').addEventListener('click', () => save(chosen()));
  $('lights').append(...LIGHTS.map((name, light) => el('li', null, light_mark(light), ': ' + word('means_' + name, {fdr: percent(DATA.fdr)}))));
  if (PAIRS.length < TOTAL.pairs) $('cut').textContent = word('cut', {shown: whole(PAIRS.length), total: whole(TOTAL.pairs)});
  draw();
}

/* The chosen rows as a CSV file, made in the browser; masked counts stay empty as in pairs.csv. */
function save(rows) {
  const quote = v => v === null ? '' : /[",\n]/.test(v) ? `"${String(v).replace(/"/g, '""')}"` : String(v);
  const names = ['drug', 'drug_label', 'outcome', 'outcome_label', 'cases', 'exposed_cases', 'events_exposed', 'irr', 'lower', 'upper', 'p', 'q', 'pre_exposure_irr', 'flag'];
  const lines = rows.map(p => [p.drug, p.drug_name, p.outcome, p.outcome_name, p.cases, p.exposed, p.events, p.irr, p.lower, p.upper, p.p, p.q, p.pre, p.flag].map(quote).join(','));
  const url = URL.createObjectURL(new Blob([names.join(',') + '\n' + lines.join('\n') + '\n'], {type: 'text/csv'}));
  el('a', {href: url, download: 'pairs.csv'}).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/* --- the other tables --- */

function attrition_table() {
  fill_table($('attrition'), [[word('col_step'), ''], [word('col_persons'), 'n'], [word('col_number'), 'n']],
    DATA.attrition.map(([, what, persons, events]) => [what, ...[persons, events].map(n => n === null ? '\u2013' : whole(n))]));
}

/* Rows in the order given, `first` of them until the button is pressed. */
function with_more(button, all, first, draw) {
  draw(all.slice(0, first));
  button.hidden = all.length <= first;
  button.textContent = word('show_all', {n: whole(all.length)});
  button.addEventListener('click', () => { draw(all); button.hidden = true; });
}

function outcome_table() {
  const signals = new Map();
  for (const p of PAIRS) if (p.light <= CHECK) signals.set(p.outcome, (signals.get(p.outcome) ?? 0) + 1);
  const head = [[word('col_outcome'), ''], [word('col_cases'), 'n'], [word('col_persons'), 'n'], [word('col_events_all'), 'n'],
    [word('col_signals'), 'n'], [word('col_baseline'), ''], [word('col_excluded'), 'flags']];
  with_more($('outcomes_more'), DATA.outcomes, 20, rows => fill_table($('outcome_table'), head, rows.map(
    ([code, label, events, persons, cases, excluded, ok]) => [el('span', null, label, code_of(code, label) ?? ''), count(cases), count(persons),
      count(events), whole(signals.get(code) ?? 0), word(ok ? 'baseline_yes' : 'baseline_no'), excluded])));
}

/* The manifest, whatever it holds: nested names joined by dots. */
function manifest_table() {
  const rows = [];
  const walk = (value, path) => {
    if (value !== null && typeof value === 'object') for (const [k, v] of Object.entries(value)) walk(v, path ? `${path}.${k}` : k);
    else rows.push([path, value === null ? '' : String(value)]);
  };
  walk(DATA.manifest, '');
  $('manifest').tBodies[0].append(...rows.map(([name, value]) => el('tr', null, el('th', {scope: 'row'}, name), el('td', null, value))));
}
