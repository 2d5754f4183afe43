// SPDX-License-Identifier: EUPL-1.2

//! Channels: who opens them, who reads them, who posts in them.

use serde_json::json;

use super::{Board, everybody, open_channel, publish};
use crate::world::{FIRE_BRIGADE, FIRE_STATION_1, Stage, both};

both!(
    an_administrator_opens_a_channel_and_nobody_else,
    a_channel_of_the_fire_brigade_is_read_in_its_stations_and_nowhere_else,
    editors_post_in_an_editorial_channel_and_others_do_not,
    an_archived_channel_is_read_but_not_written_in,
    a_channels_name_is_taken_once,
    channels_come_in_pages_by_name,
);

async fn an_administrator_opens_a_channel_and_nobody_else(stage: &Stage) {
    let world = stage.world().await;
    let new = json!({
        "name": "Neues", "description": "Aus dem Rathaus", "kind": "editorial", "audience": everybody()
    });
    for person in [
        world.employee("Emil Eger").await,
        world.editor("Edda Eich").await,
        world.moderator("Mona Moos").await,
    ] {
        person
            .post("/api/v1/channels", new.clone())
            .await
            .refused(403, "forbidden");
    }
    let admin = world.admin("Ada Amtmann").await;
    let channel = admin.post("/api/v1/channels", new).await.created();
    assert_eq!(channel["name"], "Neues");
    assert_eq!(
        channel["may_post"], false,
        "an administrator is not thereby an editor"
    );
    let path = format!("/api/v1/channels/{}", channel["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.ok(), channel);
}

async fn a_channel_of_the_fire_brigade_is_read_in_its_stations_and_nowhere_else(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amtmann").await;
    let brigade = json!({"kind": "units", "units": [world.unit_id(FIRE_BRIGADE).await]});
    let channel = open_channel(&admin, "Wachen", "open", brigade.clone()).await;
    let path = format!("/api/v1/channels/{channel}");

    let fighter = world.employee("Fritz Feuer").of(FIRE_STATION_1).await;
    assert_eq!(fighter.get(&path).await.ok()["audience"], brigade);
    assert_eq!(
        fighter.get("/api/v1/channels").await.ok()["items"][0]["name"],
        "Wachen"
    );

    let clerk = world.employee("Klara Klee").await;
    assert_eq!(clerk.get("/api/v1/channels").await.ok()["items"], json!([]));
    let hidden = clerk.get(&path).await;
    let unknown = clerk
        .get("/api/v1/channels/019a8f6e-7c00-7000-8000-000000000001")
        .await;
    assert_eq!(
        hidden.refused(404, "not-found"),
        unknown.refused(404, "not-found")
    );
    let post = json!({"channel_id": channel, "text": "Darf ich?"});
    let refusal = clerk
        .post("/api/v1/posts", post)
        .await
        .refused(422, "invalid-body");
    assert_eq!(refusal["errors"][0]["pointer"], "/channel_id");
    // Somebody must be able to change it: an administrator sees every channel, though not its posts.
    assert_eq!(admin.get(&path).await.ok()["name"], "Wachen");
}

async fn editors_post_in_an_editorial_channel_and_others_do_not(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amtmann").await;
    let channel = open_channel(&admin, "Neues", "editorial", everybody()).await;
    let post = json!({"channel_id": channel, "text": "Die Brücke ist gesperrt."});
    for person in [
        admin,
        world.employee("Emil Eger").await,
        world.moderator("Mona Moos").await,
    ] {
        person
            .post("/api/v1/posts", post.clone())
            .await
            .refused(403, "forbidden");
    }
    let editor = world.editor("Edda Eich").await;
    editor.post("/api/v1/posts", post).await.created();
}

async fn an_archived_channel_is_read_but_not_written_in(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let author = world.employee("Anna Kühn").await;
    let post = publish(&world, &author, &board.channel, "Noch da").await;
    let path = super::path_of(&post);
    let channel = format!("/api/v1/channels/{}", board.channel);
    let archived = board
        .admin
        .patch(&channel, json!({"archived": true}))
        .await
        .ok();
    assert!(archived["archived_at"].is_string());

    assert_eq!(author.get(&path).await.ok()["text"], "Noch da");
    let new = json!({"channel_id": board.channel, "text": "Zu spät"});
    author
        .post("/api/v1/posts", new)
        .await
        .refused(409, "channel-archived");
    let comments = format!("{path}/comments");
    author
        .post(&comments, json!({"text": "Zu spät"}))
        .await
        .refused(409, "channel-archived");
    let reaction = format!("{path}/reaction");
    author
        .put(&reaction, json!({"kind": "like"}))
        .await
        .refused(409, "channel-archived");
    // One's own words can always be taken back.
    author.delete(&path).await.done();

    board
        .admin
        .patch(&channel, json!({"archived": false}))
        .await
        .ok();
    publish(&world, &author, &board.channel, "Wieder da").await;
}

async fn a_channels_name_is_taken_once(stage: &Stage) {
    let world = stage.world().await;
    let board = Board::of(&world).await;
    let other = open_channel(&board.admin, "Markt", "open", everybody()).await;
    let new = json!({
        "name": "Pausenraum", "description": "Noch einer", "kind": "open", "audience": everybody()
    });
    board
        .admin
        .post("/api/v1/channels", new)
        .await
        .refused(409, "channel-name-taken");
    let rename = json!({"name": "Pausenraum"});
    let path = format!("/api/v1/channels/{other}");
    board
        .admin
        .patch(&path, rename)
        .await
        .refused(409, "channel-name-taken");
    assert_eq!(board.admin.get(&path).await.ok()["name"], "Markt");
}

async fn channels_come_in_pages_by_name(stage: &Stage) {
    let world = stage.world().await;
    let admin = world.admin("Ada Amtmann").await;
    for name in ["C", "A", "B"] {
        open_channel(&admin, name, "open", everybody()).await;
    }
    let first = admin.get("/api/v1/channels?limit=2").await.ok();
    let names = |page: &serde_json::Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&first), ["A", "B"]);
    let next = first["next_cursor"].as_str().unwrap();
    let second = admin
        .get(&format!("/api/v1/channels?limit=2&cursor={next}"))
        .await
        .ok();
    assert_eq!(names(&second), ["C"]);
    assert!(second.get("next_cursor").is_none());
}
