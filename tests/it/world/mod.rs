// SPDX-License-Identifier: EUPL-1.2

//! What a test stands on: a server of its own, with people in it.
//!
//! ```ignore
//! both!(a_colleague_of_another_office_does_not_see_the_post);
//!
//! async fn a_colleague_of_another_office_does_not_see_the_post(stage: &Stage) {
//!     let world = stage.world().await;
//!     let anna = world.employee("Anna Kühn").of(FIRE_STATION_1).await;
//!     let eva = world.editor("Eva Editor").await;
//!     let post = eva.post("/api/v1/…", json!({ … })).await.created();
//!     world.clock.advance(Duration::from_secs(60));
//!     anna.get("/api/v1/…").await.refused(404, "not-found");
//! }
//! ```
//!
//! The cast:
//!
//! - a [`Stage`] is an empty database of one kind ([`Database`]) and a folder. [`both!`] gives each test one
//!   of each kind and strikes it when the test has passed: servers are asked to stop, must do so in time, and
//!   the database is dropped;
//! - a [`World`] is a server of the real program on that stage, on 127.0.0.1 and a free port, with a clock
//!   that stands still until the test [advances](stadtfunk::clock::Clock::advance) it (or the machine's, see
//!   [`Settings`]). A stage carries several: one after the other is a restart, side by side is a cluster;
//! - a [`Person`](people::Person) has joined and holds a session; a [`Client`](client::Client) is a caller
//!   without one. Both speak HTTP over TCP and give back an [`Answer`](client::Answer);
//! - a [web site](Stage::web_site) and a [post office](Stage::post_office) play the press;
//! - a [sandbox](Stage::sandbox) plays the gateways, for servers that are started after it, and issues phones
//!   that people [register](people::Person::registers).
//!
//! Tests never sleep. What happens by the clock happens when it is advanced; what happens in the background
//! is waited for with [`eventually`], which gives up after ten seconds of real time.

pub(crate) mod client;
pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod dice;
pub(crate) mod form;
pub(crate) mod listener;
pub(crate) mod newsroom;
pub(crate) mod people;
pub(crate) mod push;
pub(crate) mod staff;
pub(crate) mod stage;
pub(crate) mod town;
pub(crate) mod waiting;

pub(crate) use self::{
    client::{Answer, Client},
    database::Database,
    dice::Dice,
    form::form,
    listener::{Heard, Listener},
    newsroom::{Counter, PostOffice, Reply, WebSite},
    people::{Person, same},
    push::Wiring,
    staff::Staffer,
    stage::{Settings, Stage, World},
    town::{FIRE_BRIGADE, FIRE_STATION_1, FIRE_STATION_2, TOWN_HALL},
    waiting::eventually,
};

/// Declares tests that run on both databases: for each name, which is an `async fn(&Stage)` of the same file,
/// a module of that name with the tests `sqlite` and `postgres`.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let stage = $crate::world::Stage::on($crate::world::Database::sqlite().await);
                Box::pin(super::$name(&stage)).await;
                stage.strike().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(database) = $crate::world::Database::postgres().await else {
                    return;
                };
                let stage = $crate::world::Stage::on(database);
                Box::pin(super::$name(&stage)).await;
                stage.strike().await;
            }
        }
    )+};
}
pub(crate) use both;
