// SPDX-License-Identifier: EUPL-1.2
// The service worker: keeps the app's own files for when there is no network, and shows what is pushed.
// What colleagues write is not kept: the server says each time who may see it.

const SHELL = "stadtfunk-shell";
const DOCUMENT = "/";
const FILES = [
  DOCUMENT,
  "/shared/tokens.css",
  "/shared/element.js",
  "/shared/language.js",
  "/shared/api.js",
  "/shared/problem.js",
  "/shared/join.js",
  "/app/app.css",
  "/app/app.js",
  "/app/announcements.js",
  "/app/answer.js",
  "/app/card.js",
  "/app/draft.js",
  "/app/duty.js",
  "/app/feed.js",
  "/app/files.js",
  "/app/live.js",
  "/app/me.js",
  "/app/notices.js",
  "/app/outbox.js",
  "/app/people.js",
  "/app/photos.js",
  "/app/post.js",
  "/app/push.js",
  "/app/quiet.js",
  "/app/words.js",
  "/app/write.js",
  "/app/icon.svg",
  "/app/manifest.webmanifest",
];

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The network first: its 304 is small, and an old page must not meet a new server. The kept file if there is none.
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/app/") || pathname.startsWith("/shared/"))
    event.respondWith(networkFirst(event.request, pathname));
  else if (event.request.mode === "navigate" && !/^\/(api|console)(\/|$)/.test(pathname))
    event.respondWith(networkFirst(event.request, DOCUMENT));
});

async function networkFirst(request, name) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(name, response.clone());
    return response;
  } catch (error) {
    return (await cache.match(name)) ?? Promise.reject(error);
  }
}

// docs/api/push-payload.md. A notification is shown for every push, because browsers take the right away otherwise.
addEventListener("push", (event) => {
  const message = event.data?.json() ?? {};
  event.waitUntil(message.remove ? takeDown(message) : show(message));
});

async function show(message) {
  // The same message may arrive twice, and its correction takes its place.
  const tag = message.tag ?? message.message_id;
  const [standing] = await self.registration.getNotifications({ tag });
  await self.registration.showNotification(message.title ?? "Stadtfunk", {
    body: message.body,
    lang: message.language,
    tag,
    icon: "/app/icon.svg",
    silent: message.silent ?? false,
    // What takes another's place is heard again, unless it is the same once more or is to be quiet.
    renotify: !message.silent && standing?.data?.message !== message.message_id,
    requireInteraction: message.class === "alert",
    data: { link: message.link ?? "/announcements", message: message.message_id },
  });
}

const WITHDRAWN = { de: "Mitteilung zurückgezogen", en: "Announcement withdrawn" };
const DELETED = { de: "Kommentar gelöscht", en: "Comment deleted" };

// What stands under the tag is replaced without a sound, and closed.
async function takeDown({ remove: tag, language, class: of }) {
  const words = of === "social" ? DELETED : WITHDRAWN;
  const title = words[language] ?? words.de;
  await self.registration.showNotification(title, { lang: language, tag, icon: "/app/icon.svg", silent: true });
  for (const notification of await self.registration.getNotifications({ tag })) notification.close();
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.link ?? "/announcements"));
});

async function open(link) {
  const [page] = (await self.clients.matchAll({ type: "window" })).filter(
    (each) => !new URL(each.url).pathname.startsWith("/console"),
  );
  // What concerns the desk opens there: the app has no such page.
  if (!page || link.startsWith("/console")) return self.clients.openWindow(link);
  await page.focus();
  page.postMessage({ go: link });
}
