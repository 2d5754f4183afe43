// SPDX-License-Identifier: EUPL-1.2

//! The app's page about oneself: what is tapped there is what the server then has.

use serde_json::json;

use super::{Visitor, now};
use crate::world::{Stage, both};

both!(
    somebody_goes_on_duty_and_off_again,
    somebody_chooses_quiet_hours_and_pauses,
);

const DUTY: &str = "/api/v1/me/duty";
const QUIET: &str = "/api/v1/me/quiet-hours";

async fn somebody_goes_on_duty_and_off_again(stage: &Stage) {
    let world = stage.world_with(now()).await;
    let anna = world.employee("Anna Kühn").await;
    let Some(mut visitor) = Visitor::new(&world, &anna, "de").await else {
        return;
    };
    visitor.opens("/me").await;
    visitor.reads("Sie sind nicht im Dienst.").await;
    // A whole day is the longest there is, whichever clock is a little ahead.
    let day =
        "(() => { const hours = document.querySelector('[aria-label=\"Wie lange im Dienst?\"]');
                hours.value = '24'; })()";
    visitor.page.value(day).await;
    visitor.chooses("main", "In den Dienst").await;
    visitor.reads("Im Dienst, bis").await;
    let duty = anna.get(DUTY).await.ok();
    assert_eq!(duty["on_duty"], true);
    assert_eq!(duty["shifts"][0]["source"], "self");

    visitor.chooses("main", "Dienst beenden").await;
    visitor.reads("Sie sind nicht im Dienst.").await;
    assert_eq!(anna.get(DUTY).await.ok()["on_duty"], false);
    visitor.page.close().await;
}

async fn somebody_chooses_quiet_hours_and_pauses(stage: &Stage) {
    let world = stage.world_with(now()).await;
    let anna = world.employee("Anna Kühn").await;
    let Some(mut visitor) = Visitor::new(&world, &anna, "de").await else {
        return;
    };
    visitor.opens("/me").await;
    visitor.chooses("main", "Ruhezeit hinzufügen").await;
    visitor.chooses(".window", "So").await;
    visitor.chooses("main", "Speichern").await;
    visitor.reads("Gespeichert.").await;
    let chosen = anna.get(QUIET).await.ok();
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
    ];
    assert_eq!(
        chosen["windows"],
        json!([{"days": days, "from": "20:00", "until": "06:00"}])
    );
    assert!(chosen.get("paused_until").is_none());

    visitor.chooses("main", "Pause machen").await;
    // At night the window above says "Ruhe bis" too: only the pause has an end to choose.
    visitor.reads("Pause beenden").await;
    visitor.reads("Ruhe bis").await;
    let paused = anna.get(QUIET).await.ok();
    assert!(paused["paused_until"].is_string(), "{paused}");
    assert_eq!(paused["windows"], chosen["windows"]);

    visitor.chooses("main", "Pause beenden").await;
    visitor.chooses("main", "Pause machen").await;
    visitor.chooses("main", "Pause beenden").await;
    visitor.chooses(".window", "Entfernen").await;
    visitor.chooses("main", "Speichern").await;
    let none =
        "!document.querySelector('.window') && !document.querySelector('section button:disabled')";
    visitor.page.until("no window any more", none).await;
    let none = anna.get(QUIET).await.ok();
    assert!(none.get("paused_until").is_none(), "{none}");
    assert_eq!(none["windows"], json!([]));
    visitor.page.close().await;
}
