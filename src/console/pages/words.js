// What the console says.

import { words } from "/shared/language.js";

const de = {
  name: "Konsole", welcome: "Konsole", welcomeText: "Für Redaktion und Verwaltung. Melden Sie sich mit einem Code an.",
  overview: "Übersicht", announcements: "Mitteilungen", people: "Menschen", channels: "Kanäle", signOut: "Abmelden", toApp: "Zur App", other: "English",
  notAlarm: "Kein anerkannter Alarmweg. Für Alarme gelten die Wege der Leitstelle.", noRole: "Für die Konsole brauchen Sie eine Rolle. Ihre Verwaltung kann sie vergeben.",
  noSuchPage: "Diese Seite gibt es nicht.", cancel: "Abbrechen", save: "Speichern", saved: "Gespeichert.", close: "Schließen", more: "Mehr zeigen",
  new: "Neue Mitteilung", next: "Als Nächstes", drafts: "Entwürfe", last: "Zuletzt gesendet", nothingScheduled: "Nichts geplant.", noDrafts: "Keine Entwürfe.", nothingYet: "Noch nichts gesendet.",
  all: "Alle", states: { draft: "Entwurf", scheduled: "Geplant", released: "Gesendet", withdrawn: "Zurückgezogen" },
  stateLists: { draft: "Entwürfe", scheduled: "Geplant", released: "Gesendet", withdrawn: "Zurückgezogen" }, emptyList: "Hier steht nichts.", untitled: "Ohne Titel",
  classes: { news: "Neues", important: "Wichtig", alert: "Dringend" },
  classTexts: { news: "Leise, ohne Ton.", important: "Mit Ton, auf dem Sperrbildschirm.", alert: "Durchbricht auch „Nicht stören“, wo das Telefon es erlaubt." },
  class: "Wie dringend?", audience: "Für wen?", everybody: "Alle", someUnits: "Bestimmte Dienststellen", findUnit: "Dienststelle suchen",
  unitHint: "Mit allen Stellen darunter.", removeUnit: (/** @type {string} */ name) => `${name} entfernen`,
  peopleCount: (/** @type {string} */ n) => `${n} Personen`, audienceCount: (/** @type {string} */ people, /** @type {string} */ phone, /** @type {string} */ none) => `${people} Personen, ${phone} mit Telefon, ${none} ohne`,
  languages: { de: "Deutsch", en: "Englisch" }, title: "Titel", pushText: "Text auf dem Sperrbildschirm", body: "Ganzer Text in der App",
  of: (/** @type {string} */ n, /** @type {string} */ most) => `${n} von ${most} Zeichen`, lock: "So kommt es an", otherLanguage: "Wer diese Sprache gewählt hat, bekommt den anderen Text.",
  now: "jetzt", checklist: "Vor dem Senden", checks: { title: "Titel", push_text: "Text für den Sperrbildschirm", body: "Ganzer Text", audience: "Mindestens eine Dienststelle", time: "Zeitpunkt in der Zukunft" },
  when: "Wann? (T)", whenHint: (/** @type {string} */ zone) => `Ortszeit, ${zone}`, saveDraft: "Als Entwurf sichern", schedule: "Auf T planen", move: "T verschieben", releaseNow: "Jetzt senden",
  releaseTitle: "Jetzt an alle Empfänger senden?", releaseText: "Was auf den Telefonen ist, lässt sich nicht zurückholen.", unschedule: "Planung aufheben",
  remove: "Löschen", removeTitle: "Für immer löschen?", removeText: "Die Mitteilung ist dann weg; niemand hat sie gesehen.", withdraw: "Zurückziehen", withdrawTitle: "Mitteilung zurückziehen?", withdrawText: "In der App ist sie dann weg. Was auf Sperrbildschirmen steht, bleibt dort.",
  edit: "Bearbeiten", conflict: "Jemand anderes war schneller. Ihr Text steht noch hier: kopieren Sie, was Sie brauchen, und laden Sie neu.", reload: "Neu laden",
  beforeT: "bis zur Freigabe", at: "Freigabe", waitingForRelease: "Wird gerade freigegeben …", allBoards: "Alle Mitteilungen",
  persons: "Personen", devices: "Telefone", sum: "Summe",
  reachedOf: (/** @type {string} */ n, /** @type {string} */ all) => `${n} von ${all} Personen erreicht`, complete: "Vollständig", incomplete: "Läuft noch",
  outcomes: { reached: "Erreicht", accepted: "Übergeben", waiting: "Wartet noch", without_device: "Ohne Telefon", unaccounted: "Ungeklärt", unregistered: "Gerät gibt es nicht mehr", quarantined: "Gerät passt nicht zur Einrichtung", refused: "Abgelehnt", expired: "Zu spät", signed_out: "Abgemeldet", not_configured: "Kanal nicht eingerichtet" },
  gateways: { apns: "Apple (APNs)", fcm: "Google (FCM)", webpush: "Browser (Web Push)" }, gateway: "Weg", first: "Erstes", median: "Median", p99: "99 %", lastOne: "Letztes", everyGateway: "Alle Wege", handOver: "Zeit nach T bis zur Übergabe", notHanded: "Noch nichts übergeben.",
  reachHint: "Wer nicht erreicht ist, sieht die Mitteilung in der App. Für Menschen ohne Telefon: Aushang oder Dienststellenleitung.",
  search: "Namen suchen", nobody: "Niemand heißt so.", roles: "Rollen", roleNames: { editor: "Redaktion", moderator: "Moderation", admin: "Verwaltung" },
  roleTexts: { editor: "Spricht für die Stadt: Mitteilungen, angeheftete Beiträge.", moderator: "Bearbeitet und löscht Beiträge, mit Begründung.", admin: "Menschen, Rollen, Kanäle, Codes." },
  joinCode: "Code zum Anmelden", codeText: "Ein neuer Code macht den vorigen ungültig.", firstCode: "Code für ein Gerät", recoveryCode: "Telefon verloren", recoveryHint: "„Telefon verloren“ meldet alle anderen Geräte ab, sobald der Code eingelöst ist.", codeOnce: (/** @type {string} */ until) => `Wird nur jetzt gezeigt. Gilt bis ${until}.`,
  newChannel: "Kanal öffnen", channelName: "Name", channelText: "Beschreibung", kind: "Wer schreibt?", kinds: { editorial: "Redaktion", open: "Alle, die ihn lesen" }, archived: "Archiviert", archive: "Archivieren", restore: "Wieder öffnen", noChannels: "Noch kein Kanal.",
  keys: "Tastatur", keyNames: { "/": "Suchen", n: "Neue Mitteilung", "?": "Diese Hilfe" },
};

/** @type {typeof de} */
const en = {
  name: "Console", welcome: "Console", welcomeText: "For the communications team and administrators. Sign in with a code.",
  overview: "Overview", announcements: "Announcements", people: "People", channels: "Channels", signOut: "Sign out", toApp: "To the app", other: "Deutsch",
  notAlarm: "No recognised alarm channel. For alarms, the control centre's channels apply.", noRole: "The console needs a role. Your administrators can grant it.",
  noSuchPage: "There is no such page.", cancel: "Cancel", save: "Save", saved: "Saved.", close: "Close", more: "Show more",
  new: "New announcement", next: "Up next", drafts: "Drafts", last: "Sent recently", nothingScheduled: "Nothing scheduled.", noDrafts: "No drafts.", nothingYet: "Nothing sent yet.",
  all: "All", states: { draft: "Draft", scheduled: "Scheduled", released: "Sent", withdrawn: "Withdrawn" },
  stateLists: { draft: "Drafts", scheduled: "Scheduled", released: "Sent", withdrawn: "Withdrawn" }, emptyList: "Nothing here.", untitled: "Untitled",
  classes: { news: "News", important: "Important", alert: "Urgent" },
  classTexts: { news: "Quiet, without a sound.", important: "With a sound, on the lock screen.", alert: "Breaks through “do not disturb” where the phone allows it." },
  class: "How urgent?", audience: "For whom?", everybody: "Everybody", someUnits: "Certain offices", findUnit: "Find an office",
  unitHint: "With all offices below it.", removeUnit: (name) => `Remove ${name}`,
  peopleCount: (n) => `${n} people`, audienceCount: (people, phone, none) => `${people} people, ${phone} with a phone, ${none} without`,
  languages: { de: "German", en: "English" }, title: "Title", pushText: "Text on the lock screen", body: "Whole text in the app",
  of: (n, most) => `${n} of ${most} characters`, lock: "How it arrives", otherLanguage: "Whoever has chosen this language gets the other text.",
  now: "now", checklist: "Before sending", checks: { title: "Title", push_text: "Text for the lock screen", body: "Whole text", audience: "At least one office", time: "A time in the future" },
  when: "When? (T)", whenHint: (zone) => `Local time, ${zone}`, saveDraft: "Save as draft", schedule: "Schedule for T", move: "Move T", releaseNow: "Send now",
  releaseTitle: "Send to all recipients now?", releaseText: "What is on phones can't be taken back.", unschedule: "Cancel the schedule",
  remove: "Delete", removeTitle: "Delete for good?", removeText: "The announcement will be gone; nobody has seen it.", withdraw: "Withdraw", withdrawTitle: "Withdraw the announcement?", withdrawText: "It disappears from the app. What stands on lock screens stays there.",
  edit: "Edit", conflict: "Somebody else was faster. Your text still stands here: copy what you need, then reload.", reload: "Reload",
  beforeT: "until release", at: "Release", waitingForRelease: "Being released …", allBoards: "All announcements",
  persons: "People", devices: "Phones", sum: "Sum",
  reachedOf: (n, all) => `${n} of ${all} people reached`, complete: "Complete", incomplete: "Under way",
  outcomes: { reached: "Reached", accepted: "Handed over", waiting: "Waiting", without_device: "Without a phone", unaccounted: "Unaccounted for", unregistered: "Device is gone", quarantined: "Device does not fit the set-up", refused: "Refused", expired: "Too late", signed_out: "Signed out", not_configured: "Channel not set up" },
  gateways: { apns: "Apple (APNs)", fcm: "Google (FCM)", webpush: "Browsers (Web Push)" }, gateway: "Channel", first: "First", median: "Median", p99: "99 %", lastOne: "Last", everyGateway: "All channels", handOver: "Time after T until handed over", notHanded: "Nothing handed over yet.",
  reachHint: "Whoever was not reached sees the announcement in the app. For people without a phone: the notice board, or their head of office.",
  search: "Search names", nobody: "Nobody has this name.", roles: "Roles", roleNames: { editor: "Editor", moderator: "Moderator", admin: "Administrator" },
  roleTexts: { editor: "Speaks for the city: announcements, pinned posts.", moderator: "Edits and deletes posts, with a reason.", admin: "People, roles, channels, codes." },
  joinCode: "Join code", codeText: "A new code revokes the one before.", firstCode: "Code for a device", recoveryCode: "Phone lost", recoveryHint: "“Phone lost” signs all other devices out once the code is redeemed.", codeOnce: (until) => `Shown only now. Valid until ${until}.`,
  newChannel: "Open a channel", channelName: "Name", channelText: "Description", kind: "Who writes?", kinds: { editorial: "Editors", open: "Everybody who reads it" }, archived: "Archived", archive: "Archive", restore: "Open again", noChannels: "No channel yet.",
  keys: "Keyboard", keyNames: { "/": "Search", n: "New announcement", "?": "This help" },
};

export const say = words({ de, en });

/** The words of a table for a key that comes from the server; a key that this page does not know stands for itself.
 * @param {Record<string, string>} table @param {string} key */
export const named = (table, key) => table[key] ?? key;
