/* app.js - puts the page together: summary, tables, charts; then listens for dark and paper. */

const option = name => DATA.manifest.options?.[name];

/* Spans of the files are half-open; people name the last day. */
function day_before(iso) {
  const day = new Date(iso + 'T00:00:00Z');
  return Number.isNaN(day.getTime()) ? iso : new Date(day.getTime() - 86400000).toISOString().slice(0, 10);
}

function source_line() {
  const m = DATA.manifest;
  const {path, study_start: from, study_end: to} = m.store ?? {};
  const parts = [path ? word('store', {path}) : '', from && to ? word('study', {from, to: day_before(to)}) : '', m.tool ?? '', m.created ?? ''];
  $('source').textContent = parts.filter(t => t).join(' \u00b7 ');
}

/* Text with **bold** pieces, as nodes. */
const emphasised = text => text.split('**').map((piece, i) => i % 2 ? el('b', null, piece) : piece);

function summary() {
  const {store = {}, counts = {}} = DATA.manifest, tell = (n, otherwise) => whole(Number.isFinite(n) ? n : otherwise);
  const [clear, check, lower] = TOTAL.lights, signals = clear + check;
  const best = PAIRS.find(p => p.light <= CHECK);
  const sentences = [
    !Number.isFinite(store.persons) ? '' : word(Number.isFinite(counts.person_years) ? 'sum_store' : 'sum_store_only',
      {persons: whole(store.persons), events: tell(store.events, 0), years: tell(counts.person_years, 0)}),
    word('sum_pairs', {drugs: tell(counts.drugs, DATA.drugs.length), outcomes: tell(counts.outcomes, DATA.outcomes.length),
      pairs: whole(TOTAL.pairs), estimated: whole(TOTAL.estimated)}),
    word('sum_rate', {fdr: percent(DATA.fdr)}) + ' ' + (signals ? plural('sum_signals', signals) : word('sum_no_signal')),
    check ? plural('sum_checks', check) : '',
    best ? word('sum_best', {pair: pair_name(best), irr: ratio(best.irr), interval: interval(best.lower, best.upper)}) : '',
    word('sum_caution')
  ];
  $('lead').append(...emphasised(sentences.filter(t => t).join(' ')));
  const figure = (name, value, kind) => el('div', {class: kind}, el('dt', null, word(name)), el('dd', null, value));
  $('figures').append(
    figure('fig_persons', Number.isFinite(store.persons) ? whole(store.persons) : '\u2013'),
    figure('fig_pairs', whole(TOTAL.pairs)), figure('fig_estimated', whole(TOTAL.estimated)),
    figure('fig_signals', whole(clear), 'is-signal'), figure('fig_checks', whole(check), 'is-check'), figure('fig_lower', whole(lower), 'is-lower'));
}

/* What the manifest says of the rules, one sentence per option that is known; all options stand in
 * the last table anyway. */
function rules() {
  const known = [
    ['rule_grace', option('grace_days'), 'n'],
    ['rule_carry', option('carry_days'), 'n'],
    ['rule_pre', option('pre_days'), 'n'],
    ['rule_min_cases', option('min_cases'), 'n'],
    ['rule_level', Number.isFinite(option('level')) ? percent(option('level')) : undefined, 'text'],
    ['rule_fdr', percent(DATA.fdr), 'text'],
    ['rule_cell', DATA.min_cell, 'cell']
  ];
  for (const [key, value, kind] of known) {
    if (value === undefined) continue;
    const name = kind === 'cell' && !(value > 0) ? 'rule_no_cell' : key;
    $('rules').append(el('li', null, word(name, {n: kind === 'text' ? value : whole(Number(value)), below: whole(Number(value) - 1)})));
  }
}

source_line();
summary();
signal_table();
attrition_table();
outcome_table();
manifest_table();
rules();
volcano();
forest();
time_courses();
baselines();

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw(false));

/* On paper: light colours, the paper's width, and every chart, seen or not. */
addEventListener('beforeprint', () => {
  document.documentElement.classList.add('printing');
  redraw(true);
});
addEventListener('afterprint', () => {
  document.documentElement.classList.remove('printing');
  redraw(false);
});
