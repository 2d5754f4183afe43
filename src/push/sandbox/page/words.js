// SPDX-License-Identifier: EUPL-1.2
/** What the page says, in both languages. @type {Record<string, Record<string, string>>} */
const WORDS = {
  de: {
    title: 'Sandkasten', page: 'Stadtfunk · Sandkasten',
    subtitle: 'Apple, Google und ein Browserdienst auf diesem Rechner',
    offline: 'Keine Verbindung zum Sandkasten. Läuft er noch?',
    apns: 'iPhone (APNs)', fcm: 'Android (FCM)', webpush: 'Browser (Web Push)',
    app: 'Stadtfunk', now: 'jetzt', minutes: 'vor {n} Min.', more: '+ {n} weitere',
    nothing: 'Noch keine Mitteilung', urgent: 'Dringend',
    phones: '{n} Telefone erreicht', repeats: '{n} doppelt', no_answer: 'ohne Antwort',
    phone: 'Telefon', newest: 'Das zuletzt erreichte', wire: 'Über die Leitung',
    wire_empty: 'Hier steht, was gesendet wurde: Kopfzeilen, Inhalt, verschlüsselt und entschlüsselt.',
    request: 'Anfrage', headers: 'Kopfzeilen', body: 'Inhalt, wie gesendet',
    decrypted: 'Auf dem Telefon entschlüsselt', problem: 'Nicht lesbar',
    not_encrypted: 'Unverschlüsselt: Jeder auf dem Weg konnte es lesen.',
    faults: 'Störungen', faults_about: 'Lassen Sie einen Dienst sich falsch verhalten und sehen Sie, was Stadtfunk daraus macht.',
    gateway: 'Dienst', fault: 'Störung', which: 'Welche Mitteilungen', number: 'Anzahl', status: 'Status',
    reason: 'Grund', retry_after: 'Retry-After (Sekunden)', milliseconds: 'Millisekunden',
    misbehave: 'Störung beginnen', behave: 'Alle Störungen beenden',
    struck: '{n} getroffen', none: 'Alle Dienste verhalten sich richtig.',
    all: 'alle', every_nth: 'jede n-te', next: 'die nächsten n', address: 'dieses Telefon',
    which_all: 'alle', which_every_nth: 'jede {n}.', which_next: 'noch {n}', which_address: 'ein Telefon',
    refuse: 'ablehnen', unregister: 'App ist gelöscht', stall: 'nie antworten', latency: 'spät antworten',
    drop: 'Verbindung vorher kappen', lose_answer: 'annehmen, Antwort verlieren', reset: 'Strom abbrechen (RST_STREAM)',
    go_away: 'höflich schließen (GOAWAY)', freeze: 'Verbindung einfrieren', one_stream_only: 'nur ein Strom je Verbindung',
    unreachable: 'nicht erreichbar', revoke_access: 'Zugang entziehen (nur FCM)',
    failed: 'Das ging nicht: {n}',
  },
  en: {
    title: 'Sandbox', page: 'Stadtfunk · sandbox',
    subtitle: 'Apple, Google and a browser’s push service on this machine',
    offline: 'No connection to the sandbox. Is it still running?',
    apns: 'iPhone (APNs)', fcm: 'Android (FCM)', webpush: 'Browser (Web Push)',
    app: 'Stadtfunk', now: 'now', minutes: '{n} min ago', more: '+ {n} more',
    nothing: 'No message yet', urgent: 'Urgent',
    phones: '{n} phones reached', repeats: '{n} twice', no_answer: 'no answer',
    phone: 'Phone', newest: 'The one reached last', wire: 'Over the wire',
    wire_empty: 'What was sent will stand here: headers, body, encrypted and decrypted.',
    request: 'Request', headers: 'Headers', body: 'Body as sent',
    decrypted: 'Decrypted on the phone', problem: 'Not readable',
    not_encrypted: 'Not encrypted: anybody on the way could read it.',
    faults: 'Faults', faults_about: 'Make a gateway misbehave and see what Stadtfunk makes of it.',
    gateway: 'Gateway', fault: 'Fault', which: 'Which messages', number: 'Number', status: 'Status',
    reason: 'Reason', retry_after: 'Retry-After (seconds)', milliseconds: 'Milliseconds',
    misbehave: 'Start the fault', behave: 'End all faults',
    struck: 'struck {n}', none: 'All gateways behave.',
    all: 'all', every_nth: 'every nth', next: 'the next n', address: 'this phone',
    which_all: 'all', which_every_nth: 'one in {n}', which_next: '{n} more', which_address: 'one phone',
    refuse: 'refuse', unregister: 'app is deleted', stall: 'never answer', latency: 'answer late',
    drop: 'cut the connection before', lose_answer: 'take it, lose the answer', reset: 'reset the stream (RST_STREAM)',
    go_away: 'close politely (GOAWAY)', freeze: 'freeze the connection', one_stream_only: 'one stream per connection',
    unreachable: 'unreachable', revoke_access: 'revoke access (FCM only)',
    failed: 'That did not work: {n}',
  },
};

const asked = new URLSearchParams(location.search).get('lang');

/** The language of the address, else the browser's, else German. */
export const language = asked === 'en' || asked === 'de' ? asked
  : navigator.language.startsWith('en') ? 'en' : 'de';

/** The words for `key`; `{n}` becomes `n`, a number in the language's own spelling. */
export function word(key, n) {
  const value = typeof n === 'number' ? n.toLocaleString(language) : n;
  return (WORDS[language][key] ?? key).replace('{n}', value ?? '');
}

/** Puts the words into everything below `root` that asks for some. */
export function speak(root) {
  for (const element of root.querySelectorAll('[data-word]')) {
    element.textContent = word(element.dataset.word);
  }
}
