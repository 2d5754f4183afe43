// SPDX-License-Identifier: EUPL-1.2

//! Ids and randomness, injected. An [`Id`] is a UUIDv7 (RFC 9562) that knows what it names, so that a
//! post's id can't be passed where a person's is wanted.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

use crate::clock::Clock;

/// The id of a `K`.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $alias:ident,)+) => {$(
        #[doc(hidden)]
        #[derive(Debug)]
        pub enum $kind {}
        $(#[$doc])*
        pub type $alias = Id<$kind>;
    )+};
}

kinds! {
    /// A person on the payroll, whether or not they have joined.
    Account => AccountId,
    OrgUnit => OrgUnitId,
    JoinCode => JoinCodeId,
    /// One reading of the personnel file that changed something.
    PersonnelImport => PersonnelImportId,
    /// One signed-in device.
    Session => SessionId,
    /// A rule who is meant.
    Audience => AudienceId,
    /// An audience that editors keep under a name.
    Group => GroupId,
    Channel => ChannelId,
    Post => PostId,
    Comment => CommentId,
    /// What a moderator did to somebody else's words.
    Moderation => ModerationId,
    Photo => PhotoId,
    /// A document that an announcement carries.
    File => FileId,
    Announcement => AnnouncementId,
    /// What one press channel is to tell one recipient.
    PressDelivery => PressDeliveryId,
    /// A mail or a text message to somebody who has not answered, or to a deputy.
    Notice => NoticeId,
    /// An address that pushes can be sent to.
    Device => DeviceId,
    /// Something that push carries to many devices.
    Message => MessageId,
    /// One claim of a batch by a dispatcher.
    Claim => ClaimId,
}

impl<K> Id<K> {
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    /// Only the hyphenated form of 36 characters: one spelling for one thing.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<uuid::fmt::Hyphenated>()
            .map(|id| Self::from_uuid(id.into_uuid()))
    }
}
impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| D::Error::custom("expected a UUID with hyphens"))
    }
}
impl<K> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
            .into()
    }
}
impl<K> utoipa::ToSchema for Id<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Id".into()
    }
}

/// Makes ids and secrets.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    random: Arc<dyn SecureRandom + Send + Sync>,
}

impl Ids {
    /// Ids by this clock and the operating system's randomness.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            random: Arc::new(SystemRandom::new()),
        }
    }

    /// A new UUIDv7: milliseconds, then the fraction of the millisecond in 12 bits (RFC 9562,
    /// section 6.2, method 3), then 62 random bits. Ids made later sort later, to about a microsecond.
    pub fn id<K>(&self) -> Id<K> {
        let micros = self.clock.now().as_micros().max(0).unsigned_abs();
        let fraction = u16::try_from((micros % 1_000) * 4_096 / 1_000).unwrap_or(0);
        let mut rest = [0; 10];
        rest[..2].copy_from_slice(&fraction.to_be_bytes());
        rest[2..].copy_from_slice(&self.secret::<8>());
        Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(micros / 1_000, &rest).into_uuid())
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// If the operating system has no randomness to give: nothing safe can be done without it.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        #[expect(
            clippy::expect_used,
            reason = "a machine without randomness must not go on"
        )]
        self.random
            .fill(&mut bytes)
            .expect("the operating system gives random bytes");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let clock = Clock::manual("2026-11-21T14:00:00Z".parse().unwrap());
        let ids = Ids::new(clock.clone());
        let made: Vec<PostId> = (0..100)
            .map(|_| {
                clock.advance(Duration::from_micros(1));
                ids.id()
            })
            .collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(made[0].uuid().get_version_num(), 7);
    }

    #[test]
    fn only_one_spelling_of_an_id_is_read() {
        let id = "019a8f6e-7c00-7000-8000-000000000001";
        assert!(id.parse::<PostId>().is_ok());
        assert!(id.replace('-', "").parse::<PostId>().is_err());
        assert!(format!("{{{id}}}").parse::<PostId>().is_err());
    }
}
