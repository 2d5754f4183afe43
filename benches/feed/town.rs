// SPDX-License-Identifier: EUPL-1.2

//! A town at work: people in offices, five channels, posts with photos, comments and reactions. Made by the
//! rooms' own verbs, except for the photos' rows: developing pictures is another benchmark.

use std::{
    fmt::Write as _,
    net::{IpAddr, Ipv4Addr},
};

use stadtfunk::{
    app::App,
    db::Sql,
    feed::{ChannelKind, CommentText, NewChannel, NewComment, NewPost, PostText, ReactionKind},
    id::{ChannelId, PhotoId, PostId},
    people::{
        access::{Employee, Role},
        audience::Audience,
        import::Leavers,
        join_codes::Invitees,
        sessions::DeviceName,
    },
    text::{Line, Text},
};

use super::Result;

const OFFICES: usize = 40;
const CHANNELS: [&str; 5] = [
    "Stadtnachrichten",
    "Pausenraum",
    "Schwarzes Brett",
    "Sport",
    "Wetter",
];
const WORDS: &str = "Heute wird die Brücke am Schlossteich für den Verkehr freigegeben. Wer mag, kommt um \
    elf Uhr zur Eröffnung; es gibt Kaffee und Kuchen, und die Kolleginnen vom Tiefbauamt erzählen, was \
    unter der Fahrbahn alles neu ist.";

/// Makes the town and returns the tokens of as many people's phones.
pub(super) async fn settle(
    app: &App,
    people: usize,
    posts: usize,
    phones: usize,
) -> Result<Vec<String>> {
    app.people
        .import(personnel_file(people).as_bytes(), Leavers::Few, None)
        .await?;
    app.people.grant_by_number("0", Role::Admin).await?;
    let mut tokens = Vec::new();
    let mut staff = Vec::new();
    for number in 0..phones {
        let (token, employee) = join(app, &number.to_string()).await?;
        tokens.push(token);
        staff.push(employee);
    }
    let channels = open_channels(app, &staff[0]).await?;
    for number in 0..posts {
        write_post(app, &staff, &channels, number).await?;
    }
    Ok(tokens)
}

fn personnel_file(people: usize) -> String {
    let mut file = String::from(
        "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
         Übergeordnete Organisationsnummer\n",
    );
    // The office above the others, in which nobody works directly.
    file.push_str(";;;S;Stadtverwaltung;\n");
    for number in 0..people {
        let office = number % OFFICES;
        let _ = writeln!(file, "{number};Köhler{number};Jana;{office};Amt {office};S");
    }
    file
}

async fn join(app: &App, number: &str) -> Result<(String, Employee)> {
    let invited = app
        .people
        .invite(&Invitees::Person(number.to_owned()))
        .await?;
    let code = invited
        .first()
        .ok_or("nobody was invited")?
        .code
        .to_string();
    let device = DeviceName::new("Benchmark")?;
    let (token, employee) = app
        .people
        .sign_in(&code, &device, IpAddr::V4(Ipv4Addr::LOCALHOST))
        .await?;
    Ok((token.expose().to_owned(), employee))
}

async fn open_channels(app: &App, admin: &Employee) -> Result<Vec<ChannelId>> {
    let admin = admin
        .admin()
        .ok_or("the first person is the administrator")?;
    let mut channels = Vec::new();
    for name in CHANNELS {
        let new = NewChannel {
            name: Line::new(name)?,
            description: Text::new("Für alle")?,
            kind: ChannelKind::Open,
            audience: Audience::Everybody,
        };
        channels.push(app.feed.open_channel(&admin, new).await?.id);
    }
    Ok(channels)
}

/// Every third post has two photos and every one three reactions and two comments; every fifth is for
/// its author's office alone.
async fn write_post(
    app: &App,
    staff: &[Employee],
    channels: &[ChannelId],
    number: usize,
) -> Result<()> {
    let author = &staff[number % staff.len()];
    let mut photo_ids = Vec::new();
    if number.is_multiple_of(3) {
        photo_ids = vec![photo(app, author).await?, photo(app, author).await?];
    }
    let own_office = Audience::Units {
        units: vec![author.unit()],
    };
    let new = NewPost {
        channel_id: channels[number % channels.len()],
        text: PostText::new(&format!("{number}. {WORDS}"))?,
        photo_ids,
        audience: number.is_multiple_of(5).then_some(own_office),
    };
    let post = app.feed.publish(author, new).await?.id;
    for place in 0..3 {
        answer(app, &staff[(number + place) % staff.len()], post, place).await?;
    }
    Ok(())
}

/// By whoever may see the post: the others are told that there is none.
async fn answer(app: &App, reader: &Employee, post: PostId, place: usize) -> Result<()> {
    if app.feed.post(reader, post).await.is_err() {
        return Ok(());
    }
    let kind = ReactionKind::ALL[place % ReactionKind::ALL.len()];
    app.feed.react(reader, post, Some(kind)).await?;
    if place < 2 {
        let comment = NewComment {
            text: CommentText::new("Danke für die Nachricht!")?,
            parent_id: None,
        };
        app.feed.comment(reader, post, comment).await?;
    }
    Ok(())
}

async fn photo(app: &App, owner: &Employee) -> Result<PhotoId> {
    const INSERT: &str =
        "INSERT INTO photos (id, owner_id, width, height, placeholder, alt_text, created_at)
         VALUES ($1, $2, 2048, 1536, '3OcRJYB4d3h_iIeHeEh3eIhw+j2w', 'Die neue Brücke', $3)";
    let id = app.ids.id();
    let insert = Sql {
        sqlite: INSERT,
        postgres: INSERT,
    };
    app.db
        .query(insert)
        .bind(id)
        .bind(owner.account())
        .bind(app.clock.now())
        .execute()
        .await?;
    Ok(id)
}
