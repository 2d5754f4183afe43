// What the app says.

import { words } from "/shared/language.js";

const de = {
  news: "Neues", announcements: "Mitteilungen", write: "Schreiben", people: "Menschen", me: "Ich",
  offline: "Offline – was Sie schreiben, wird gesendet, sobald wieder Netz da ist",
  welcome: "Willkommen bei Stadtfunk", welcomeText: "Die App für alle, die bei der Stadt arbeiten. Melden Sie sich mit dem Code aus Ihrem Brief an.",
  pinned: "Angeheftet", more: "mehr", older: "Ältere zeigen", emptyFeed: "Noch hat niemand etwas geschrieben. Fangen Sie an.",
  edited: "bearbeitet", editedByModeration: "von der Moderation bearbeitet", pending: "Wird gesendet, sobald wieder Netz da ist",
  discard: "Verwerfen", rework: "Überarbeiten", refused: "Nicht gesendet",
  react: "Reagieren", comments: (/** @type {number} */ count) => (count === 1 ? "1 Kommentar" : `${count} Kommentare`), comment: "Kommentieren",
  reactions: { like: "Gefällt mir", heart: "Herz", applause: "Applaus", laugh: "Lachen", thanks: "Danke", sad: "Traurig" },
  photo: "Foto", photoOf: (/** @type {number} */ at, /** @type {number} */ of) => `Foto ${at} von ${of}`, noAlt: "Dieses Foto ist nicht beschrieben.",
  description: "Beschreibung", close: "Schließen",
  reply: "Antworten", replyTo: (/** @type {string} */ name) => `Antwort an ${name}`, send: "Senden", deleted: "Dieser Kommentar wurde gelöscht.",
  noComments: "Noch keine Kommentare.", writeComment: "Kommentar schreiben", cancel: "Abbrechen",
  remove: "Löschen", removeTitle: "Beitrag löschen?", removeText: "Text und Fotos werden vergessen. Das lässt sich nicht zurücknehmen.", removed: "Gelöscht.",
  newPost: "Neuer Beitrag", where: "Wohin?", text: "Was gibt es Neues?", addPhoto: "Foto dazu", uploading: "Foto wird hochgeladen …",
  altText: "Was ist auf dem Foto zu sehen?", altHint: "Für alle, die es nicht sehen können.", publish: "Veröffentlichen", published: "Veröffentlicht.",
  draftKept: "Ihr Entwurf bleibt auf diesem Gerät.", noChannel: "Es gibt keinen Kanal, in dem Sie schreiben dürfen.", left: (/** @type {number} */ n) => `noch ${n} Zeichen`,
  classes: { news: "Neues", important: "Wichtig", alert: "Dringend" }, noAnnouncements: "Noch keine Mitteilungen.",
  search: "Namen suchen", nobody: "Niemand heißt so.", morePeople: "Mehr zeigen", unit: "Dienststelle", allUnits: "Alle Dienststellen",
  language: "Sprache", languageText: "Auch für Mitteilungen aufs Telefon", devices: "Meine Geräte", devicesText: "Ein Telefon verloren? Melden Sie es hier ab.",
  thisDevice: "dieses Gerät", lastSeen: "zuletzt", signOut: "Abmelden", signOutTitle: "Abmelden?", signOutText: "Zum Anmelden brauchen Sie dann einen neuen Code von Ihrer Personalstelle.",
  endDevice: "Gerät abmelden", push: "Mitteilungen auf dieses Gerät", pushOff: "Damit Sie Mitteilungen sehen, auch wenn die App geschlossen ist.",
  pushOn: "Eingeschaltet.", turnOn: "Einschalten", turnOff: "Ausschalten", pushRefused: "Der Browser erlaubt es nicht. Sie können es in seinen Einstellungen ändern.",
  pushMissing: "Dieser Browser kann das nicht. Auf dem iPhone: erst zum Home-Bildschirm hinzufügen.", pushNoKey: "Der Server ist dafür nicht eingerichtet.",
  console: "Zur Konsole der Redaktion", about: "Stadtfunk ist kein anerkannter Alarmweg. Für Alarme gelten die Wege Ihrer Leitstelle.",
};

/** @type {typeof de} */
const en = {
  news: "News", announcements: "Announcements", write: "Write", people: "People", me: "Me",
  offline: "Offline – what you write is sent as soon as there is a connection",
  welcome: "Welcome to Stadtfunk", welcomeText: "The app for everybody who works for the city. Sign in with the code from your letter.",
  pinned: "Pinned", more: "more", older: "Show older", emptyFeed: "Nobody has written anything yet. Be the first.",
  edited: "edited", editedByModeration: "edited by moderation", pending: "Will be sent as soon as there is a connection",
  discard: "Discard", rework: "Rework", refused: "Not sent",
  react: "React", comments: (count) => (count === 1 ? "1 comment" : `${count} comments`), comment: "Comment",
  reactions: { like: "Like", heart: "Heart", applause: "Applause", laugh: "Laugh", thanks: "Thanks", sad: "Sad" },
  photo: "Photo", photoOf: (at, of) => `Photo ${at} of ${of}`, noAlt: "This photo has no description.",
  description: "Description", close: "Close",
  reply: "Reply", replyTo: (name) => `Reply to ${name}`, send: "Send", deleted: "This comment was deleted.",
  noComments: "No comments yet.", writeComment: "Write a comment", cancel: "Cancel",
  remove: "Delete", removeTitle: "Delete this post?", removeText: "Its text and photos are forgotten. This can't be undone.", removed: "Deleted.",
  newPost: "New post", where: "Where?", text: "What is new?", addPhoto: "Add photo", uploading: "Uploading the photo …",
  altText: "What does the photo show?", altHint: "For everybody who can't see it.", publish: "Publish", published: "Published.",
  draftKept: "Your draft stays on this device.", noChannel: "There is no channel in which you may write.", left: (n) => `${n} characters left`,
  classes: { news: "News", important: "Important", alert: "Urgent" }, noAnnouncements: "No announcements yet.",
  search: "Search names", nobody: "Nobody has this name.", morePeople: "Show more", unit: "Office", allUnits: "All offices",
  language: "Language", languageText: "Also for announcements on your phone", devices: "My devices", devicesText: "Lost a phone? Sign it out here.",
  thisDevice: "this device", lastSeen: "last seen", signOut: "Sign out", signOutTitle: "Sign out?", signOutText: "To sign in again you will need a new code from your personnel office.",
  endDevice: "Sign device out", push: "Announcements on this device", pushOff: "So that you see announcements while the app is closed.",
  pushOn: "Switched on.", turnOn: "Switch on", turnOff: "Switch off", pushRefused: "The browser does not allow it. You can change that in its settings.",
  pushMissing: "This browser can't do that. On an iPhone: add the app to the home screen first.", pushNoKey: "The server is not set up for it.",
  console: "To the communications console", about: "Stadtfunk is no recognised alarm channel. For alarms, your control centre's channels apply.",
};

export const say = words({ de, en });
