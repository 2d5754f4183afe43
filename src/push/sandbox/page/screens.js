// SPDX-License-Identifier: EUPL-1.2
import { language, word } from './words.js';

/** How many notifications a screen shows before it says "more". */
const SHOWN = { apns: 3, fcm: 3, webpush: 3 };

/**
 * An element with a class and children. Text is only ever put in as text: what a push says is data.
 * @param {string} tag @param {string} className @param {...(Node | string)} children
 */
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

/**
 * The lock screen of one phone. `entries` are newest first; a later one with the same tag has taken an
 * earlier one's place, as it does on the phone.
 */
export function screen(gateway, entries, now, fresh) {
  const notes = replaced(entries);
  const shown = notes.slice(0, SHOWN[gateway]);
  const time = now.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', hour12: false });
  const day = now.toLocaleDateString(language, { weekday: 'long', day: 'numeric', month: 'long' });
  const list = make('div', 'notes');
  if (notes.length === 0) {
    list.append(make('p', 'nothing', word('nothing')));
  } else {
    list.append(...arranged(gateway, shown, notes.length - shown.length, now, fresh));
  }
  return make('div', 'screen', make('div', 'day', day), make('div', 'clock', time), list);
}

/** One notification per tag, the newest, unless it was taken down after that. */
function replaced(entries) {
  const seen = new Set();
  return entries.filter(({ seen: { notification, removed }, number }) => {
    if (removed) seen.add(removed);
    if (!notification) return false;
    const tag = notification.tag ?? `#${number}`;
    return !seen.has(tag) && seen.add(tag);
  });
}

/** The notifications as this kind of device arranges them. */
function arranged(gateway, shown, hidden, now, fresh) {
  const notes = shown.map((entry) => note(gateway, entry, now, entry.number > fresh));
  const more = hidden > 0 ? [make('div', 'more', word('more', hidden))] : [];
  switch (gateway) {
    case 'apns': // An iPhone stacks what does not fit under the oldest that does.
      return hidden > 0
        ? [...notes.slice(0, -1), make('div', 'stack', notes.at(-1)), ...more] : notes;
    case 'fcm': // Android bundles an app's notifications under one head.
      return [make('div', 'bundle', icon(), make('span', '', word('app'))), ...notes, ...more];
    default:
      return [...more, ...notes.reverse()];
  }
}

function note(gateway, entry, now, isNew) {
  const { title, body, class: kind } = entry.seen.notification;
  const urgent = kind === 'alert' ? ' urgent' : '';
  const when = make('span', '', ago(new Date(entry.at), now));
  const text = [make('b', gateway === 'fcm' ? urgent : '', title), make('p', '', body)];
  const classes = `note${isNew ? ' new' : ''}`;
  switch (gateway) {
    case 'apns':
      if (urgent) text.unshift(make('span', 'urgent', word('urgent')));
      return make('div', classes, icon(), make('div', '', make('div', 'from', when), ...text));
    case 'fcm':
      return make('div', classes, make('div', 'from', when), ...text);
    default:
      return make('div', classes + urgent,
        make('div', 'from', make('span', '', word('app')), when), ...text,
        make('span', 'site', new URL(entry.address).host));
  }
}

function icon() {
  const element = make('div', 'icon', 'S');
  element.setAttribute('aria-hidden', 'true');
  return element;
}

function ago(then, now) {
  const minutes = Math.floor((now - then) / 60_000);
  return minutes < 1 ? word('now') : word('minutes', minutes);
}
