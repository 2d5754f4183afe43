// SPDX-License-Identifier: EUPL-1.2
import { make, screen } from './screens.js';
import { language, speak, word } from './words.js';

/** The faults of a whole gateway: they strike no single push, so nobody is asked which. */
const FOR_ALL = ['one_stream_only', 'unreachable', 'revoke_access'];
const FAULTS = ['refuse', 'unregister', 'latency', 'stall', 'drop', 'lose_answer', 'reset', 'go_away',
  'freeze', ...FOR_ALL];
const WHICH = ['all', 'next', 'every_nth', 'address'];

/** What is on the page for each gateway: its elements, and which entry it shows as the newest. */
const views = new Map();
const form = document.querySelector('#fault-form');

document.documentElement.lang = language;
document.title = word('page');
document.querySelector(`.bar a[lang=${language}]`).setAttribute('aria-current', 'true');
for (const gateway of ['apns', 'fcm', 'webpush']) views.set(gateway, addGateway(gateway));
fill(form.elements.gateway, [...views.keys()]);
fill(form.elements.kind, FAULTS);
fill(form.elements.which, WHICH);
speak(document);
form.addEventListener('input', showFields);
form.addEventListener('submit', misbehave);
document.querySelector('#behave').addEventListener('click', () => order('DELETE'));
showFields();
look();

/** Looks once, and again a second later. */
async function look() {
  try {
    const overview = await get('/api/overview');
    await Promise.all(overview.gateways.map((gateway) => show(gateway, new Date(overview.now))));
    showFaults(overview.faults);
    document.querySelector('#offline').hidden = true;
  } catch {
    document.querySelector('#offline').hidden = false;
  }
  setTimeout(look, 1_000);
}

function addGateway(gateway) {
  const fragment = document.querySelector('#gateway-template').content.cloneNode(true);
  const section = fragment.querySelector('section');
  section.classList.add(gateway);
  section.querySelector('h2').textContent = word(gateway);
  const choice = section.querySelector('select');
  choice.append(new Option(word('newest'), ''));
  const view = { section, choice, shown: '', newest: 0, entries: [] };
  choice.addEventListener('change', () => { view.shown = ''; });
  document.querySelector('#gateways').append(section);
  return view;
}

/** Brings one gateway's column up to date; asks for entries only when there are new ones. */
async function show(overview, now) {
  const view = views.get(overview.gateway);
  const address = view.choice.value || overview.address || '';
  const shown = `${overview.newest} ${address}`;
  const fresh = view.newest;
  const changed = view.shown !== shown;
  if (changed) {
    view.entries = address ? await entries(overview.gateway, { address }) : [];
    // Not every refused request says for whom it was, so without a choice the wire shows them all.
    showWire(view, view.choice.value ? view.entries : await entries(overview.gateway, {}));
    showChoice(view, await get(`/api/phones?gateway=${overview.gateway}`));
    Object.assign(view, { shown, newest: overview.newest });
  }
  showCounts(view, overview);
  const minute = Math.floor(now / 60_000);
  if (changed || view.minute !== minute) {
    view.minute = minute;
    const accepted = view.entries.filter((entry) => entry.accepted);
    const device = view.section.querySelector('.device');
    // What was there when the page was opened has arrived before, without a movement.
    device.replaceChildren(screen(overview.gateway, accepted, now, fresh || Infinity));
  }
}

function showCounts(view, { url, phones, repeats, answers }) {
  view.section.querySelector('.address').textContent = url;
  const chips = [make('li', '', word('phones', phones))];
  if (repeats > 0) chips.push(make('li', 'warn', word('repeats', repeats)));
  for (const { status, reason, count } of answers) {
    const text = [status ?? word('no_answer'), reason, '·', count.toLocaleString(language)];
    chips.push(make('li', status >= 200 && status < 300 ? 'ok' : 'bad', text.filter(Boolean).join(' ')));
  }
  view.section.querySelector('.counts').replaceChildren(...chips);
}

/** The phones that were reached last; the one chosen stays even if it is no longer among them. */
function showChoice(view, addresses) {
  const chosen = view.choice.value;
  const all = chosen && !addresses.includes(chosen) ? [chosen, ...addresses] : addresses;
  const short = (address) => (address.length > 40 ? `${address.slice(0, 18)}…${address.slice(-12)}` : address);
  const named = (address) => new Option(short(address.replace(/^https:\/\/[^/]+\/push\//, '')), address);
  view.choice.replaceChildren(new Option(word('newest'), ''), ...all.map(named));
  view.choice.value = chosen;
}

/** The newest entries of one gateway, newest first. */
function entries(gateway, filter) {
  return get(`/api/journal?${new URLSearchParams({ gateway, limit: '20', ...filter })}`);
}

function showWire(view, entries) {
  const wire = view.section.querySelector('.wire');
  const open = new Set([...wire.querySelectorAll('details[open]')].map((d) => d.dataset.number));
  const items = entries.map((entry) => wireItem(entry, open.has(String(entry.number))));
  wire.replaceChildren(...(items.length ? items : [make('p', '', word('wire_empty'))]));
}

function wireItem(entry, open) {
  const time = new Date(entry.at).toLocaleTimeString(language, { hour12: false });
  const status = make('span', entry.accepted ? 'status' : 'status bad', String(entry.status ?? '—'));
  const what = entry.reason || entry.seen.notification?.title || '';
  const item = make('details', '',
    make('summary', '', make('span', '', time), status, make('span', '', what)), wireDetails(entry));
  item.dataset.number = entry.number;
  item.open = open;
  return item;
}

function wireDetails(entry) {
  const headers = entry.headers.map(([name, value]) => `${name}: ${value}`).join('\n');
  const parts = [['request', `POST ${entry.path}`], ['headers', headers],
    ['body', entry.body === null ? `base64: ${entry.body_base64}` : pretty(entry.body)]];
  const { decrypted, problem } = entry.seen;
  if (decrypted) parts.push(['decrypted', JSON.stringify(decrypted, null, 2)]);
  else if (problem) parts.push(['problem', problem]);
  else parts.push(['decrypted', word('not_encrypted')]);
  return make('dl', '', ...parts.flatMap(([name, text]) => [
    make('dt', '', word(name)), make('dd', '', make('pre', '', text))]));
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function showFaults(faults) {
  const lines = faults.map(({ gateway, fault: { kind, ...fault }, which, struck }) => {
    const details = Object.values(fault).filter((value) => value !== null).join(' ');
    const whom = FOR_ALL.includes(kind) ? '' : `· ${word(`which_${which.kind}`, which.value)}`;
    const text = `${word(gateway)}: ${word(kind)} ${details} ${whom}`;
    return make('li', '', text, FOR_ALL.includes(kind) ? '' : ` · ${word('struck', struck)}`);
  });
  const list = document.querySelector('#fault-list');
  const text = lines.map((line) => line.textContent).join('\n') || word('none');
  if (list.dataset.text === text) return; // So that nothing is read aloud twice.
  list.dataset.text = text;
  list.replaceChildren(...(lines.length ? lines : [make('li', 'muted', word('none'))]));
}

function showFields() {
  const kind = form.elements.kind.value;
  const which = form.elements.which.value;
  for (const field of form.querySelectorAll('[data-for]')) field.hidden = field.dataset.for !== kind;
  form.querySelector('[data-for-which]').hidden = FOR_ALL.includes(kind);
  form.querySelector('[data-for-number]').hidden =
    FOR_ALL.includes(kind) || !['next', 'every_nth'].includes(which);
}

function misbehave(event) {
  event.preventDefault();
  const value = Object.fromEntries(new FormData(form));
  const fault = { kind: value.kind };
  if (value.kind === 'refuse') {
    Object.assign(fault, { status: Number(value.status), reason: value.reason });
    if (value.retry_after !== '') fault.retry_after_s = Number(value.retry_after);
  }
  if (value.kind === 'latency') fault.ms = Number(value.ms);
  if (value.kind === 'unregister') fault.since = new Date().toISOString();
  order('POST', { gateway: value.gateway, fault, which: whichOf(value) });
}

function whichOf({ gateway, kind, which, number }) {
  if (which === 'all' || FOR_ALL.includes(kind)) return { kind: 'all' };
  if (which !== 'address') return { kind: which, value: Number(number) };
  const { choice, shown } = views.get(gateway);
  return { kind: 'address', value: choice.value || shown.split(' ')[1] };
}

async function order(method, body) {
  const problem = document.querySelector('#fault-error');
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch('/api/faults', { method, headers, body: body && JSON.stringify(body) });
    problem.textContent = answer.ok ? '' : word('failed', await answer.text());
  } catch {
    problem.textContent = word('offline');
  }
  problem.hidden = problem.textContent === '';
}

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function fill(select, keys) {
  select.replaceChildren(...keys.map((key) => new Option(word(key), key)));
}
