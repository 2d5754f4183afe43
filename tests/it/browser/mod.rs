// SPDX-License-Identifier: EUPL-1.2

//! The app and the console in a real browser, as people use them: their scripts run nowhere else in the tests.

mod app;
mod chromium;
mod compose;
mod console;
mod me;
mod news;

use serde_json::json;
use stadtfunk::clock::Clock;

use self::chromium::Page;
use crate::world::{Client, Settings, World};

/// A visitor of this world's pages, signed in and reading one language.
struct Visitor {
    page: Page,
    origin: String,
    visits: u32,
}

impl Visitor {
    /// `None` if the tests in a browser are left out.
    async fn new(world: &World, person: &Client, language: &str) -> Option<Self> {
        let mut page = Page::open().await?;
        let token = json!(person.token);
        let sign_in = format!(
            "if (location.protocol === 'http:') {{
                localStorage.setItem('stadtfunk.token', {token});
                localStorage.setItem('stadtfunk.language', '{language}');
            }}"
        );
        page.always_first(&sign_in).await;
        let origin = format!("http://{}", world.address);
        Some(Self {
            page,
            origin,
            visits: 0,
        })
    }

    /// Opens an address of ours and waits until it shows what it is about.
    async fn opens(&mut self, address: &str) {
        // A new document each time: where only what stands after `#` is new, the page goes on. The one before may
        // still be there for a moment.
        self.page.value("globalThis.left = true").await;
        self.visits += 1;
        let (path, place) = address.split_once('#').unwrap_or((address, ""));
        let url = format!("{}{path}?visit={}#{place}", self.origin, self.visits);
        self.page.visit(&url).await;
        let shown = "!globalThis.left && Boolean(document.querySelector('main :is(h1, article)'))";
        self.page
            .until(&format!("what {address} is about"), shown)
            .await;
    }

    /// Chooses what bears this name in the part of the page that the selector names: a button, a link, a choice.
    async fn chooses(&mut self, within: &str, name: &str) {
        let choose = format!(
            "(() => {{
                const named = [...document.querySelectorAll({within} + ' :is(button, a, label, summary)')]
                    .find((each) => !each.disabled && (each.querySelector('strong') ?? each).textContent.trim() === {name});
                named?.click();
                return Boolean(named);
            }})()",
            within = json!(within),
            name = json!(name),
        );
        self.page.until(&format!("„{name}“"), &choose).await;
    }

    /// Writes into the field with this id.
    async fn writes(&mut self, id: &str, text: &str) {
        let write = format!(
            "(() => {{
                const field = document.getElementById({id});
                if (!field) return false;
                field.value = {text};
                return field.dispatchEvent(new Event('input', {{ bubbles: true }}));
            }})()",
            id = json!(id),
            text = json!(text),
        );
        self.page.until(&format!("the field {id}"), &write).await;
    }

    /// Waits until the page says this.
    async fn reads(&mut self, words: &str) {
        let says = format!("document.body.innerText.includes({})", json!(words));
        self.page.until(words, &says).await;
    }

    /// Nothing hangs over the edge, so that nobody has to scroll sideways; and no word is missing.
    async fn finds_in_order(&mut self, address: &str) {
        let faults = "(({scrollWidth, clientWidth}) => [
            ...(scrollWidth <= clientWidth ? [] : [...document.querySelectorAll('body *')]
                .filter((each) => each.getBoundingClientRect().right > clientWidth)
                .map((each) => `too wide: ${each.tagName}.${each.className}`)),
            ...(document.body.innerText.match(/.*\\b(undefined|NaN|\\[object).*/g) ?? []),
        ])(document.documentElement)";
        assert_eq!(self.page.value(faults).await, json!([]), "{address}");
    }
}

/// By the machine's clock: the browser has no other.
fn now() -> Settings {
    Settings {
        clock: Clock::wall(),
        ..Settings::default()
    }
}

/// Opens each address in German and in English, as on a narrow screen: nothing may go wrong in any.
async fn each_opens(world: &World, person: &Client, addresses: &[String]) {
    for language in ["de", "en"] {
        let Some(mut visitor) = Visitor::new(world, person, language).await else {
            return;
        };
        visitor.page.width(320).await;
        for address in addresses {
            visitor.opens(address).await;
            visitor.finds_in_order(address).await;
        }
        visitor.page.close().await;
    }
}

/// An important announcement in German and in English, which asks who is coming; its id.
async fn draft(editor: &Client) -> String {
    let text = json!({"title": "Brücke", "push_text": "Offen.", "body": "Seit drei Uhr."});
    let body = json!({
        "class": "important",
        "audience": {"kind": "everybody"},
        "texts": {"de": text, "en": text},
    });
    let made = editor.post("/api/v1/editorial/announcements", body).await;
    let id = made.created()["id"].as_str().unwrap().to_owned();
    let question = json!({"answers": {"kind": "coming"}, "remind_after_minutes": 10});
    let address = format!("/api/v1/editorial/announcements/{id}/question");
    editor.put(&address, question).await.ok();
    id
}

/// The same, released at once.
async fn release(editor: &Client) -> String {
    let id = draft(editor).await;
    let address = format!("/api/v1/editorial/announcements/{id}/release");
    editor.put(&address, json!({})).await.ok();
    id
}
