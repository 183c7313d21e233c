/* plots.js - the charts, drawn by Apache ECharts (hune_charts) as SVG.
 *
 * Every ratio stands on a log2 axis: a value axis of log2(ratio) whose labels are ratios, so that
 * halving and doubling are equally far from 1. A chart is drawn when it comes near the screen, and
 * again when the colours change (dark, paper). */

const charts = [];
const log2 = Math.log2;
const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
const as_ratio = v => ratio_label(2 ** v);
/* 0.25 0.5 1 2 4; further down as 1/8, 1/256, where decimals would be unreadable. */
const ratio_label = x => x < 0.2 ? '1/' + whole(1 / x) : fixed(x, x >= 1 ? (Number.isInteger(x) ? 0 : 1) : x >= 0.5 ? 1 : 2);

function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ['ground', 'raised', 'ink', 'soft', 'line', 'rule', 'accent', 'band', 'signal', 'check', 'lower', 'none'];
  return Object.fromEntries(names.map(n => [n, style.getPropertyValue('--' + n).trim()]));
}
const light_colour = (c, light) => [c.signal, c.check, c.lower, c.none, c.none][light];

/* make(colours, width) gives ECharts' option for the node. */
function add_chart(node, label, make) {
  node.setAttribute('aria-label', label);
  const chart = {node, make, plot: null, width: 0};
  charts.push(chart);
  watcher.observe(node);
  sizes.observe(node);
  return chart;
}

function draw_chart(chart) {
  chart.width = chart.node.clientWidth;
  if (!chart.width) return;
  chart.plot ??= hune_charts.init(chart.node, null, {renderer: 'svg'});
  chart.plot.resize();
  chart.plot.setOption(chart.make(colours(), chart.width), true);
}

const chart_of = node => charts.find(c => c.node === node);

/* Drawn when near the screen, and again when the width is another. */
const watcher = new IntersectionObserver(seen => {
  for (const {target, isIntersecting} of seen) {
    const chart = chart_of(target);
    if (isIntersecting && chart && !chart.plot) draw_chart(chart);
  }
}, {rootMargin: '800px 0px'});
const sizes = new ResizeObserver(changed => {
  for (const {target} of changed) {
    const chart = chart_of(target);
    if (chart?.plot && target.clientWidth !== chart.width) draw_chart(chart);
  }
});

/* all: also those that nobody has scrolled to yet (for paper). */
function redraw(all) {
  for (const chart of charts) if (all || chart.plot) draw_chart(chart);
}

/* --- shared pieces of an option --- */

const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

const base = c => ({
  animation: false,
  textStyle: {fontFamily: font, color: c.ink},
  tooltip: {confine: true, backgroundColor: c.ground, borderColor: c.rule, textStyle: {color: c.ink, fontFamily: font, fontSize: 13}, extraCssText: 'box-shadow:none'}
});

const axis = (c, more) => ({
  axisLine: {show: true, onZero: false, lineStyle: {color: c.rule}}, axisTick: {lineStyle: {color: c.rule}},
  axisLabel: {color: c.soft, fontSize: 12, hideOverlap: true}, nameTextStyle: {color: c.soft, fontSize: 12},
  splitLine: {show: false}, ...more
});

const ratio_axis = (c, low, high, more) => axis(c, {
  type: 'value', min: low, max: high, interval: high - low > 8 ? 2 : 1,
  axisLabel: {color: c.soft, fontSize: 12, formatter: as_ratio, hideOverlap: true}, ...more
});

/* The line of "no difference", or of a limit. */
const rule = (c, at, label, dashed) => ({
  symbol: 'none', silent: true, animation: false,
  lineStyle: {color: c.rule, type: dashed ? 'dashed' : 'solid', width: 1},
  label: {show: !!label, formatter: label ?? '', color: c.soft, fontSize: 11, position: 'insideEndTop'},
  data: [at]
});

const tip = (title, ...lines) => el('div', {class: 'tip'}, el('b', null, title), ...lines.map(l => el('div', null, l)));

const pair_tip = p => tip(pair_name(p),
  `${word('irr')} ${ratio(p.irr)} (${interval(p.lower, p.upper)})`,
  `p ${probability(p.p)}, q ${probability(p.q)}`,
  word('tip_counts', {exposed: count(p.exposed), events: count(p.events)}),
  word('tip_pre', {pre: ratio(p.pre)}),
  [word('light_' + LIGHTS[p.light]), flags(p.flag)].filter(t => t).join(': '));

/* --- volcano --- */

/* -log10 of p. A p too small for a double is rebuilt from the distance z in standard errors, taken
 * from the interval: the normal tail is about exp(-z^2/2) / (z sqrt(pi/2)). */
function strength(p) {
  if (p.p > 0) return -Math.log10(p.p);
  if (p.lower === null || p.upper === null || !(p.upper > p.lower) || !(p.lower > 0)) return 300;
  const z = Math.abs(p.log_irr) / (Math.log(p.upper / p.lower) / (2 * 1.959964));
  return Math.min(999, (z * z / 2 + Math.log(z * Math.sqrt(Math.PI / 2))) / Math.LN10);
}

function volcano() {
  const points = PAIRS.filter(p => p.mark && p.p !== null);
  if (points.length < TOTAL.estimated) $('thinned').textContent = word('thinned', {shown: whole(points.length), total: whole(TOTAL.estimated)});
  /* Wide enough for every light that is on and for 99 % of the rest; further out is drawn on the edge. */
  const far = points.map(p => Math.abs(p.log_irr) / Math.LN2).sort((a, b) => a - b);
  const lit = points.filter(p => p.light < NONE).map(p => Math.abs(p.log_irr) / Math.LN2);
  const edge = clamp(Math.ceil(Math.max(far[Math.floor(far.length * 0.99)] ?? 1, ...lit, 1)), 1, 6);
  /* When the strongest are far above, a square-root scale leaves the cloud its shape. */
  const root = Math.max(0, ...points.map(strength)) > 25, high = v => root ? Math.sqrt(v) : v;
  const marks = [11, 11, 11, 5];
  const symbols = ['triangle', 'diamond', 'path://M0 0L10 0L5 9Z', 'circle'];
  const named = new Set(points.filter(p => p.light <= CHECK).slice(0, 8));
  const labels = word('volcano_label', {pairs: whole(points.length), signals: whole(TOTAL.lights[SIGNAL] + TOTAL.lights[CHECK])});

  add_chart($('volcano_chart'), labels, (c, width) => ({
    ...base(c),
    grid: {left: 48, right: 16, top: 58, bottom: 46},
    legend: {top: 0, left: 0, itemGap: 16, itemWidth: 12, itemHeight: 10, textStyle: {color: c.ink, fontSize: 12}, inactiveColor: c.line,
      data: [0, 1, 2, 3].map(l => word('light_' + LIGHTS[l]))},
    tooltip: {...base(c).tooltip, trigger: 'item', formatter: item => item.data?.pair ? pair_tip(item.data.pair) : ''},
    xAxis: ratio_axis(c, -edge, edge, {name: word('axis_irr'), nameLocation: 'middle', nameGap: 28}),
    yAxis: axis(c, {type: 'value', min: 0, minInterval: 1, name: word(root ? 'axis_strength_root' : 'axis_strength'), axisLabel: {color: c.soft, fontSize: 12, formatter: v => whole(root ? v * v : v)}, nameLocation: 'end', nameGap: 12,
      nameTextStyle: {color: c.soft, fontSize: 12, align: 'left', padding: [0, 0, 0, -40]}, splitLine: {show: true, lineStyle: {color: c.line}}}),
    dataZoom: width > 700 ? [{type: 'inside', xAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true},
      {type: 'inside', yAxisIndex: 0, filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: true}] : [],
    series: [3, 2, 1, 0].map(light => ({
      type: 'scatter', name: word('light_' + LIGHTS[light]), symbol: symbols[light], symbolSize: marks[light], z: 6 - light,
      itemStyle: {color: light_colour(c, light), opacity: light === NONE ? 0.45 : 0.9, borderColor: c.ground, borderWidth: light === NONE ? 0 : 1},
      emphasis: {scale: 1.5},
      data: points.filter(p => p.light === light).map(p => ({
        value: [clamp(p.log_irr / Math.LN2, -edge, edge), high(strength(p))], pair: p,
        ...(named.has(p) && width > 480 ? {label: {show: true, formatter: pair_name(p), position: p.log_irr / Math.LN2 > edge * 0.45 ? 'left' : 'right',
          color: c.ink, fontSize: 12, distance: 6}} : {})})),
      labelLayout: {hideOverlap: true},
      ...(light === NONE ? {markLine: {...rule(c, {xAxis: 0}), data: [{xAxis: 0, label: {show: false}},
        ...(TOTAL.p_limit > 0 ? [{yAxis: high(-Math.log10(TOTAL.p_limit)), lineStyle: {type: 'dashed'}, label: {show: true,
          formatter: word('fdr_line', {fdr: percent(DATA.fdr)}), position: 'insideEndTop', color: c.soft, fontSize: 11}}] : [])]}} : {})
    }))
  }));
}

/* --- forest --- */

/* The signals in order of evidence; without any, the strongest pairs there are. */
function forest_pairs() {
  const signals = PAIRS.filter(p => p.light <= CHECK), lit = signals.slice(0, 30);
  const which = lit.length ? (signals.length > lit.length ? 'forest_first' : 'forest_all') : 'forest_strongest';
  return {which, rows: lit.length ? lit : PAIRS.filter(p => p.light === NONE).slice(0, 15)};
}

function forest() {
  const {which, rows} = forest_pairs();
  const node = $('forest_chart');
  $('forest_which').textContent = rows.length ? word(which, {n: whole(rows.length)}) : word('nothing_estimated');
  if (!rows.length) { node.remove(); return; }
  const ends = rows.flatMap(p => [p.irr, p.lower, p.upper]).filter(x => x !== null && x > 0).map(log2);
  const low = clamp(Math.floor(Math.min(-1, ...ends)), -4, -1), high = clamp(Math.ceil(Math.max(2, ...ends)), 2, 5);
  const narrow = () => node.clientWidth < 640;
  const size = () => { node.style.height = rows.length * (narrow() ? 58 : 28) + 60 + 'px'; };
  size();
  add_chart(node, word('forest_label', {n: whole(rows.length)}), (c, width) => {
    size();
    const tight = narrow(), left = tight ? 8 : clamp(width * 0.38, 240, 420), right = tight ? 12 : 150;
    return {
      ...base(c),
      grid: {left, right, top: 8, bottom: 50},
      tooltip: {...base(c).tooltip, formatter: item => item.data?.pair ? pair_tip(item.data.pair) : ''},
      xAxis: ratio_axis(c, low, high, {name: word('axis_irr'), nameLocation: 'middle', nameGap: 28, splitLine: {show: true, lineStyle: {color: c.line}}}),
      yAxis: {type: 'category', inverse: true, data: rows.map(pair_name), axisLabel: {show: false}, axisTick: {show: false}, axisLine: {show: false}},
      series: [{
        type: 'custom', clip: false, encode: {x: 0, y: 1},
        data: rows.map((p, i) => ({value: [log2(p.irr), i], pair: p})),
        renderItem: (params, api) => forest_row(rows[params.dataIndex], params, api, c, {tight, left, width, low, high, right}),
        markLine: rule(c, {xAxis: 0})
      }]
    };
  });
}

/* Interval as a line, estimate as a square that grows with precision, name on the left (above on a
 * phone), figures on the right. An end outside the axis, or without a value, gets an arrow. */
function forest_row(p, params, api, c, at) {
  const x = v => api.coord([clamp(v, at.low, at.high), params.dataIndex])[0];
  const middle = api.coord([0, params.dataIndex])[1], y = at.tight ? middle + 18 : middle;
  const from = p.lower > 0 ? log2(p.lower) : -Infinity, to = p.upper === null ? Infinity : log2(p.upper);
  const colour = light_colour(c, p.light), line = {stroke: colour, lineWidth: 1.6};
  const half = clamp(7 / Math.sqrt(Math.max(0.2, to - from)), 3.5, 7);
  const figures = `${ratio(p.irr)} (${interval(p.lower, p.upper)})`;
  const text = (content, more) => ({type: 'text', style: {text: content, fill: c.ink, font: '13px ' + font, textVerticalAlign: 'middle', ...more}});
  const arrow = (tip_x, way) => ({type: 'polyline', shape: {points: [[tip_x - 5 * way, y - 4], [tip_x, y], [tip_x - 5 * way, y + 4]]}, style: {...line, fill: 'none'}});
  const cap = cap_x => ({type: 'line', shape: {x1: cap_x, x2: cap_x, y1: y - 4, y2: y + 4}, style: line});
  return {type: 'group', children: [
    {type: 'rect', shape: {x: 0, y: middle - (at.tight ? 29 : 14), width: at.width, height: at.tight ? 58 : 28}, style: {fill: 'transparent'}},
    {type: 'line', shape: {x1: x(from), x2: x(to), y1: y, y2: y}, style: line},
    from < at.low ? arrow(x(from), -1) : cap(x(from)),
    to > at.high ? arrow(x(to), 1) : cap(x(to)),
    {type: 'rect', shape: {x: x(log2(p.irr)) - half, y: y - half, width: 2 * half, height: 2 * half}, style: {fill: colour}},
    text(pair_name(p), {x: at.tight ? at.left : 0, y: at.tight ? middle - 17 : y, width: at.tight ? at.width - 2 * at.left : at.left - 16, overflow: 'truncate'}),
    at.tight ? text(figures, {x: at.left, y: middle, fill: c.soft}) : text(figures, {x: at.width - 2, y, textAlign: 'right'})
  ]};
}

/* --- rate ratio by time since start --- */

const day_label = (from, to) => to === null ? word('days_from', {from: whole(from)}) : word('days_between', {from: whole(from), to: whole(to)});

/* Windows are drawn equally wide, since the first weeks matter most; the axis tells their days. */
const edge = (rows, i) => i < rows.length ? whole(rows[i].from) : rows.at(-1).to === null ? '' : whole(rows.at(-1).to);

function time_courses() {
  const groups = new Map();
  for (const w of DATA.windows) {
    const key = pair_key(w[0], w[1]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push({from: w[2], to: w[3], events: w[4], irr: w[5], lower: w[6], upper: w[7]});
  }
  const points = DATA.windows.map(w => w[5]).filter(x => x > 0).map(log2);
  const low = clamp(Math.floor(Math.min(-1, ...points)), -4, -1), high = clamp(Math.ceil(Math.max(2, ...points) + 0.3), 2, 6);
  const host = $('time_charts');
  if (!groups.size) { host.replaceWith(el('p', {class: 'empty'}, word('no_windows'))); return; }
  const drawn = new Set();
  with_more($('time_more'), [...groups], 12, list => {
    for (const [key, rows] of list) if (!drawn.has(key)) { drawn.add(key); host.append(time_card(PAIR_AT.get(key), key, rows, low, high)); }
  });
}

function time_card(p, key, rows, low, high) {
  const title = p ? pair_name(p) : key.replace('\n', ' \u2192 ');
  const node = el('div', {class: 'chart', role: 'img'});
  const table = fill_table(el('table'), [[word('col_days'), ''], [word('col_irr'), 'n'], [word('col_interval'), 'n'], [word('col_events'), 'n']],
    rows.map(w => [day_label(w.from, w.to), ratio(w.irr), w.irr === null ? '\u2013' : interval(w.lower, w.upper), count(w.events)]));
  const card = el('figure', {class: 'card'}, el('h3', null, title),
    p ? el('p', {class: 'sub'}, `${word('overall')} ${ratio(p.irr)} (${interval(p.lower, p.upper)})`) : '',
    node, el('details', null, el('summary', null, word('as_table')), table));
  const label = word('time_label', {pair: title, list: rows.map(w => `${day_label(w.from, w.to)}: ${ratio(w.irr)}`).join('; ')});
  add_chart(node, label, c => ({
    ...base(c),
    grid: {left: 40, right: 8, top: 10, bottom: 44},
    tooltip: {...base(c).tooltip, formatter: item => {
      const w = rows[item.dataIndex];
      return tip(day_label(w.from, w.to) + ' ' + word('days'), `${word('irr')} ${ratio(w.irr)} (${interval(w.lower, w.upper)})`, word('tip_events', {n: count(w.events)}));
    }},
    xAxis: axis(c, {type: 'value', min: 0, max: rows.length, interval: 1, name: word('axis_days'), nameLocation: 'middle', nameGap: 24,
      axisLabel: {color: c.soft, fontSize: 11, formatter: v => edge(rows, v)}, axisLine: {show: false, onZero: false}}),
    yAxis: ratio_axis(c, low, high, {splitLine: {show: true, lineStyle: {color: c.line}}}),
    series: [{
      type: 'custom', clip: true, encode: {x: 0, y: 1}, data: rows.map((w, i) => [i + 0.5, w.irr > 0 ? log2(w.irr) : 0]),
      renderItem: (params, api) => time_window(rows[params.dataIndex], params, api, c, low, high),
      markLine: rule(c, {yAxis: 0})
    }]
  }));
  return card;
}

/* One window: its interval as a pale band, its ratio as a bar across it; grey before the start.
 * Without an estimate, a small cross on the line of 1. */
function time_window(w, params, api, c, low, high) {
  const [x, middle] = api.coord([params.dataIndex + 0.5, 0]), width = api.size([1, 0])[0];
  const y = v => api.coord([params.dataIndex + 0.5, clamp(v, low, high)])[1];
  const colour = w.from < 0 ? c.none : c.accent, a = x - width * 0.4, b = x + width * 0.4;
  const line = (x1, y1, x2, y2, style) => ({type: 'line', shape: {x1, y1, x2, y2}, style: {stroke: colour, lineWidth: 2.4, ...style}});
  if (!(w.irr > 0)) return {type: 'text', style: {text: '\u2013', x, y: middle - 9, fill: c.soft, textAlign: 'center', font: '12px ' + font}};
  const top = y(w.upper === null ? high : log2(w.upper)), bottom = y(w.lower > 0 ? log2(w.lower) : low);
  return {type: 'group', children: [
    {type: 'rect', shape: {x: a, y: top, width: b - a, height: Math.max(1, bottom - top)}, style: {fill: colour, opacity: 0.2}},
    line(a, y(log2(w.irr)), b, y(log2(w.irr)))
  ]};
}

/* --- baselines --- */

function baselines() {
  const curves = new Map();
  for (const [outcome, kind, from, to, r] of DATA.baseline) {
    if (!curves.has(outcome)) curves.set(outcome, {age: [], calendar: []});
    curves.get(outcome)[kind]?.push([from, to, r]);
  }
  const host = $('baseline_charts');
  if (!curves.size) { host.replaceWith(el('p', {class: 'empty'}, word('no_baseline'))); return; }
  /* Outcomes with a signal first: those are the ones that will be doubted. */
  const lit = new Set(PAIRS.filter(p => p.light <= CHECK).map(p => p.outcome));
  const order = [...curves].sort(([a], [b]) => lit.has(b) - lit.has(a));
  const drawn = new Set();
  with_more($('baseline_more'), order, 6, list => {
    for (const [outcome, curve] of list) if (!drawn.has(outcome)) { drawn.add(outcome); host.append(baseline_card(outcome, curve)); }
  });
}

/* Ages in years; calendar time as a decimal year, never with a thousands separator. */
const span_end = (kind, v) => kind === 'age' ? fixed(v, v % 1 ? 1 : 0) : String(Math.round(v * 100) / 100);

/* Steps as points: each value from its start to its end. */
const steps = rows => rows.flatMap(([from, to, r]) => [[from, r > 0 ? log2(r) : null], [to, r > 0 ? log2(r) : null]]);

function baseline_card(outcome, curve) {
  const title = outcome_label.get(outcome) ?? outcome;
  const node = el('div', {class: 'chart', role: 'img'});
  const range = rows => {
    const all = rows.map(r => r[2]).filter(r => r > 0).map(log2), least = Math.min(-1, ...all), most = Math.max(1, ...all);
    const step = most - least > 10 ? 4 : most - least > 4 ? 2 : 1;
    return [step * Math.max(-12 / step, Math.floor(least / step)), step * Math.min(12 / step, Math.ceil(most / step)), step];
  };
  const ranges = [range(curve.age), range(curve.calendar)];
  const peak = rows => rows.length ? rows.reduce((a, b) => b[2] > a[2] ? b : a) : null;
  const oldest = peak(curve.age);
  add_chart(node, word('baseline_label', {outcome: title, age: oldest ? `${whole(oldest[0])}\u2013${whole(oldest[1])}` : '\u2013'}), (c, width) => {
    const half = (width - 102) / 2, line = (rows, i) => ({type: 'line', xAxisIndex: i, yAxisIndex: i, data: steps(rows), symbol: 'none', lineStyle: {color: c.accent, width: 1.8}, silent: true, clip: true, markLine: rule(c, {yAxis: 0})});
    const ages = curve.age.flatMap(r => [r[0], r[1]]);
    const years = curve.calendar.flatMap(r => [r[0], r[1]]);
    return {
      ...base(c), tooltip: {show: false},
      grid: [0, 1].map(i => ({left: 42 + i * (half + 48), width: half, top: 10, bottom: 40})),
      xAxis: [axis(c, {gridIndex: 0, type: 'value', min: ages.length ? Math.min(...ages) : 0, max: ages.length ? Math.max(...ages) : 100, name: word('axis_age'), nameLocation: 'middle', nameGap: 24}),
        axis(c, {gridIndex: 1, type: 'value', min: years.length ? Math.floor(Math.min(...years) + 0.02) : 0, max: years.length ? Math.ceil(Math.max(...years) - 0.02) : 1,
          minInterval: 1, name: word('axis_calendar'), nameLocation: 'middle', nameGap: 24, axisLabel: {color: c.soft, fontSize: 11, formatter: v => String(v), hideOverlap: true}})],
      yAxis: ranges.map(([low, high, step], i) => ratio_axis(c, low, high, {gridIndex: i, interval: step, splitLine: {show: true, lineStyle: {color: c.line}}})),
      series: [line(curve.age, 0), line(curve.calendar, 1)]
    };
  });
  const rows = kind => curve[kind].map(([from, to, r]) => [word('axis_' + kind), word('span', {from: span_end(kind, from), to: span_end(kind, to)}), ratio(r)]);
  return el('figure', {class: 'card'}, el('h3', null, title, code_of(outcome, title) ?? ''), node,
    el('details', null, el('summary', null, word('as_table')), fill_table(el('table'), [[word('col_axis'), ''], [word('col_span'), ''], [word('col_rate'), 'n']], [...rows('age'), ...rows('calendar')])));
}
