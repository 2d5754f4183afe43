// SPDX-License-Identifier: EUPL-1.2

//! Who sees a photo: whoever may see what shows it, and nobody else can tell that it exists.

use stadtfunk::id::{AccountId, AnnouncementId, AudienceId, ChannelId, OrgUnitId, PhotoId, PostId};

use super::{a_photo_of, path_of};
use crate::world::{FIRE_BRIGADE, FIRE_STATION_1, Person, Stage, World, both, people::same};

both!(
    a_photo_is_its_owners_alone_until_something_shows_it,
    a_photo_in_a_post_is_seen_by_whoever_is_in_both_audiences,
    a_photo_of_an_announcement_is_seen_by_nobody_but_editors_before_its_release,
    a_hidden_photo_is_answered_exactly_as_one_that_does_not_exist,
);

async fn a_photo_is_its_owners_alone_until_something_shows_it(stage: &Stage) {
    let world = stage.world().await;
    let anna = world.employee("Anna Kühn").await;
    let photo = a_photo_of(&anna).await;
    assert!(sees(&anna, photo).await);
    assert!(!sees(&world.employee("Bert Braun").await, photo).await);
    assert!(!sees(&world.editor("Eva Editor").await, photo).await);
    assert!(!sees(&world.moderator("Mia Moder").await, photo).await);
    assert!(!sees(&world.admin("Ada Admin").await, photo).await);
    for path in [path_of(photo), format!("{}/small", path_of(photo))] {
        world
            .stranger()
            .get(&path)
            .await
            .refused(401, "unauthenticated");
    }
}

async fn a_photo_in_a_post_is_seen_by_whoever_is_in_both_audiences(stage: &Stage) {
    let world = stage.world().await;
    let scene = Scene::of(&world).await;
    let anna = world.employee("Anna Kühn").await;
    let fire = world.employee("Fritz Feuer").of(FIRE_STATION_1).await;
    let hall = world.employee("Hanna Haupt").await;

    let for_all = a_photo_of(&anna).await;
    let post = scene.post(anna.account, for_all, scene.everybody).await;
    assert!(sees(&fire, for_all).await && sees(&hall, for_all).await);

    let for_fire = a_photo_of(&anna).await;
    scene.post(anna.account, for_fire, scene.fire_brigade).await;
    assert!(sees(&fire, for_fire).await && !sees(&hall, for_fire).await);

    let in_their_channel = a_photo_of(&anna).await;
    let channel = scene.channel("Wache 1", scene.fire_brigade).await;
    scene
        .post_in(channel, anna.account, in_their_channel, scene.everybody)
        .await;
    assert!(sees(&fire, in_their_channel).await && !sees(&hall, in_their_channel).await);

    scene
        .run(
            "UPDATE posts SET deleted_at = created_at WHERE id = $1",
            post,
        )
        .await;
    assert!(sees(&anna, for_all).await && !sees(&fire, for_all).await);
}

async fn a_photo_of_an_announcement_is_seen_by_nobody_but_editors_before_its_release(
    stage: &Stage,
) {
    let world = stage.world().await;
    let scene = Scene::of(&world).await;
    let eva = world.editor("Eva Editor").await;
    let colleague = world.editor("Edgar Editor").await;
    let fire = world.employee("Fritz Feuer").of(FIRE_STATION_1).await;
    let hall = world.employee("Hanna Haupt").await;
    let photo = a_photo_of(&eva).await;
    let announcement = scene
        .announcement(eva.account, photo, scene.fire_brigade)
        .await;
    assert!(sees(&eva, photo).await && sees(&colleague, photo).await);
    assert!(!sees(&fire, photo).await && !sees(&hall, photo).await);

    let release = "UPDATE announcements SET released_at = created_at WHERE id = $1";
    scene.run(release, announcement).await;
    assert!(sees(&fire, photo).await && sees(&colleague, photo).await);
    assert!(
        !sees(&hall, photo).await,
        "the audience is the fire brigade"
    );

    let withdraw = "UPDATE announcements SET withdrawn_at = created_at WHERE id = $1";
    scene.run(withdraw, announcement).await;
    assert!(!sees(&fire, photo).await && sees(&colleague, photo).await);
}

async fn a_hidden_photo_is_answered_exactly_as_one_that_does_not_exist(stage: &Stage) {
    let world = stage.world().await;
    let scene = Scene::of(&world).await;
    let eva = world.editor("Eva Editor").await;
    let bert = world.employee("Bert Braun").await;
    let hidden = a_photo_of(&eva).await;
    scene
        .announcement(eva.account, hidden, scene.everybody)
        .await;
    let nothing: PhotoId = world.app.ids.id();
    for (method, suffix) in [
        (http::Method::GET, ""),
        (http::Method::GET, "/small"),
        (http::Method::GET, "/large"),
        (http::Method::GET, "/huge"),
        (http::Method::PATCH, ""),
        (http::Method::DELETE, ""),
    ] {
        let ask = async |id: PhotoId| {
            let call = bert.call(method.clone(), &format!("{}{suffix}", path_of(id)));
            let body = serde_json::json!({ "alt_text": "Vielleicht" });
            let mut answer = call.json(&body).send().await;
            answer.headers.remove("date");
            (answer.status, answer.headers, answer.body)
        };
        let (about_hidden, about_nothing) = (ask(hidden).await, ask(nothing).await);
        assert_eq!(about_hidden.0, 404);
        assert_eq!(about_hidden, about_nothing, "{method} {suffix}");
    }
}

/// Whether the photo and its bytes are answered; both or neither.
async fn sees(who: &Person, photo: PhotoId) -> bool {
    let about = who.get(&path_of(photo)).await;
    let bytes = who.get(&format!("{}/small", path_of(photo))).await;
    assert_eq!(about.status, bytes.status);
    match about.status {
        200 => true,
        404 => false,
        other => panic!("{other}: {about}"),
    }
}

/// Channels, posts and announcements, written into the tables: only who may see them matters here.
pub(super) struct Scene<'w> {
    world: &'w World,
    pub(super) everybody: AudienceId,
    pub(super) fire_brigade: AudienceId,
    channel: ChannelId,
}

impl<'w> Scene<'w> {
    pub(super) async fn of(world: &'w World) -> Self {
        let mut scene = Self {
            world,
            everybody: world.app.ids.id(),
            fire_brigade: world.app.ids.id(),
            channel: world.app.ids.id(),
        };
        scene.audience(scene.everybody, None).await;
        let unit = world.unit_id(FIRE_BRIGADE).await;
        scene.audience(scene.fire_brigade, Some(unit)).await;
        scene.channel = scene.channel("Allgemein", scene.everybody).await;
        scene
    }

    pub(super) async fn post(
        &self,
        author: AccountId,
        photo: PhotoId,
        audience: AudienceId,
    ) -> PostId {
        self.post_in(self.channel, author, photo, audience).await
    }

    async fn post_in(
        &self,
        channel: ChannelId,
        author: AccountId,
        photo: PhotoId,
        audience: AudienceId,
    ) -> PostId {
        let id: PostId = self.world.app.ids.id();
        let db = &self.world.app.db;
        db.query(same(
            "INSERT INTO posts (id, channel_id, author_id, text, audience_id, created_at)
             VALUES ($1, $2, $3, 'Ein Beitrag', $4, $5)",
        ))
        .bind(id)
        .bind(channel)
        .bind(author)
        .bind(audience)
        .bind(self.world.clock.now())
        .execute()
        .await
        .expect("a post");
        db.query(same(
            "INSERT INTO post_photos (post_id, position, photo_id) VALUES ($1, 0, $2)",
        ))
        .bind(id)
        .bind(photo)
        .execute()
        .await
        .expect("its photo");
        id
    }

    async fn announcement(
        &self,
        editor: AccountId,
        photo: PhotoId,
        audience: AudienceId,
    ) -> AnnouncementId {
        let id: AnnouncementId = self.world.app.ids.id();
        let db = &self.world.app.db;
        db.query(same(
            "INSERT INTO announcements (id, class, audience_id, revision, created_at, created_by,
             updated_at, updated_by) VALUES ($1, 'news', $2, 1, $3, $4, $3, $4)",
        ))
        .bind(id)
        .bind(audience)
        .bind(self.world.clock.now())
        .bind(editor)
        .execute()
        .await
        .expect("an announcement");
        db.query(same(
            "INSERT INTO announcement_photos (announcement_id, position, photo_id)
             VALUES ($1, 0, $2)",
        ))
        .bind(id)
        .bind(photo)
        .execute()
        .await
        .expect("its photo");
        id
    }

    async fn channel(&self, name: &str, audience: AudienceId) -> ChannelId {
        let id: ChannelId = self.world.app.ids.id();
        self.world
            .app
            .db
            .query(same(
                "INSERT INTO channels (id, name, description, kind, audience_id, created_at)
                 VALUES ($1, $2, '', 'open', $3, $4)",
            ))
            .bind(id)
            .bind(name.to_owned())
            .bind(audience)
            .bind(self.world.clock.now())
            .execute()
            .await
            .expect("a channel");
        id
    }

    async fn audience(&self, id: AudienceId, unit: Option<OrgUnitId>) {
        let db = &self.world.app.db;
        db.query(same(
            "INSERT INTO audiences (id, everybody) VALUES ($1, $2)",
        ))
        .bind(id)
        .bind(unit.is_none())
        .execute()
        .await
        .expect("an audience");
        if let Some(unit) = unit {
            db.query(same(
                "INSERT INTO audience_units (audience_id, unit_id) VALUES ($1, $2)",
            ))
            .bind(id)
            .bind(unit)
            .execute()
            .await
            .expect("its unit");
        }
    }

    async fn run<K>(&self, statement: &'static str, id: stadtfunk::id::Id<K>) {
        let changed = self
            .world
            .app
            .db
            .query(same(statement))
            .bind(id)
            .execute()
            .await;
        assert_eq!(changed.expect("a change"), 1);
    }
}
