// SPDX-License-Identifier: EUPL-1.2

//! How our types stand in a column of each database.

use sqlx::{
    Database, Decode, Encode, Postgres, Sqlite, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgTypeInfo, types::Oid},
};
use uuid::Uuid;

use crate::{clock::At, id::Id};

/// A JSON object or array: `jsonb` on PostgreSQL, text on SQLite.
pub use sqlx::types::Json;

/// The object id of `timestamptz` in PostgreSQL's catalogue, fixed since it exists.
const TIMESTAMPTZ: Oid = Oid(1184);
/// 2000-01-01T00:00:00Z, PostgreSQL's zero, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// `timestamptz` on PostgreSQL; microseconds since 1970 as an integer on SQLite, because text
/// timestamps don't sort there.
impl Type<Sqlite> for At {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(ty: &<Sqlite as Database>::TypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(ty)
    }
}
impl Encode<'_, Sqlite> for At {
    fn encode_by_ref(
        &self,
        buf: &mut <Sqlite as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Sqlite>>::encode(self.as_micros(), buf)
    }
}
impl<'r> Decode<'r, Sqlite> for At {
    fn decode(value: <Sqlite as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        from_micros(<i64 as Decode<Sqlite>>::decode(value)?)
    }
}
impl Type<Postgres> for At {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}
impl Encode<'_, Postgres> for At {
    fn encode_by_ref(
        &self,
        buf: &mut <Postgres as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Postgres>>::encode(self.as_micros() - POSTGRES_EPOCH, buf)
    }
}
impl<'r> Decode<'r, Postgres> for At {
    fn decode(value: <Postgres as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
        from_micros(<i64 as Decode<Postgres>>::decode(value)?.saturating_add(POSTGRES_EPOCH))
    }
}

fn from_micros(micros: i64) -> Result<At, BoxDynError> {
    At::from_micros(micros).ok_or_else(|| "an instant outside the calendar".into())
}

/// `uuid` on PostgreSQL, 16 bytes on SQLite.
impl<D: Database, K> Type<D> for Id<K>
where
    Uuid: Type<D>,
{
    fn type_info() -> D::TypeInfo {
        Uuid::type_info()
    }
    fn compatible(ty: &D::TypeInfo) -> bool {
        Uuid::compatible(ty)
    }
}
impl<'q, D: Database, K> Encode<'q, D> for Id<K>
where
    Uuid: Encode<'q, D>,
{
    fn encode_by_ref(&self, buf: &mut D::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.uuid().encode_by_ref(buf)
    }
}
impl<'r, D: Database, K> Decode<'r, D> for Id<K>
where
    Uuid: Decode<'r, D>,
{
    fn decode(value: D::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Uuid::decode(value).map(Id::from_uuid)
    }
}

/// A list of ids as one argument. In a statement:
/// `["IN (SELECT unhex(value) FROM json_each($1))" | "= ANY($1)"]`.
pub struct IdList(Vec<Uuid>);

impl<K> FromIterator<Id<K>> for IdList {
    fn from_iter<I: IntoIterator<Item = Id<K>>>(ids: I) -> Self {
        Self(ids.into_iter().map(Id::uuid).collect())
    }
}
impl Type<Sqlite> for IdList {
    fn type_info() -> <Sqlite as Database>::TypeInfo {
        <str as Type<Sqlite>>::type_info()
    }
}
impl Encode<'_, Sqlite> for IdList {
    fn encode_by_ref(
        &self,
        buf: &mut <Sqlite as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        let mut json = String::with_capacity(2 + self.0.len() * 35);
        json.push('[');
        for (index, id) in self.0.iter().enumerate() {
            json.push_str(if index == 0 { "\"" } else { ",\"" });
            json.push_str(id.simple().encode_lower(&mut Uuid::encode_buffer()));
            json.push('"');
        }
        json.push(']');
        <String as Encode<Sqlite>>::encode(json, buf)
    }
}
impl Type<Postgres> for IdList {
    fn type_info() -> PgTypeInfo {
        <Vec<Uuid> as Type<Postgres>>::type_info()
    }
}
impl Encode<'_, Postgres> for IdList {
    fn encode_by_ref(
        &self,
        buf: &mut <Postgres as Database>::ArgumentBuffer,
    ) -> Result<IsNull, BoxDynError> {
        <&[Uuid] as Encode<Postgres>>::encode(&self.0, buf)
    }
}

/// Declares an enum that is one of a few words: in the API (serde, OpenAPI), in a column (`text` on both
/// databases), in a configuration file and in a log. An unknown word in a column is an error, not a guess.
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, utoipa::ToSchema)]
        $vis enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] #[schema(rename = $word)] $variant,)+
        }

        impl $name {
            $vis const ALL: &'static [Self] = &[$(Self::$variant,)+];

            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("expected one of: {}", [$($word),+].join(", "))),
                }
            }
        }

        // Not derived: of a number in a word's place, serde_json says that it is no JSON at all.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }

        $crate::db::text_enum!(@column $name, sqlx::Sqlite);
        $crate::db::text_enum!(@column $name, sqlx::Postgres);
    };
    (@column $name:ident, $database:ty) => {
        impl sqlx::Type<$database> for $name {
            fn type_info() -> <$database as sqlx::Database>::TypeInfo {
                <str as sqlx::Type<$database>>::type_info()
            }
            fn compatible(ty: &<$database as sqlx::Database>::TypeInfo) -> bool {
                <str as sqlx::Type<$database>>::compatible(ty)
            }
        }
        impl sqlx::Encode<'_, $database> for $name {
            fn encode_by_ref(
                &self,
                buf: &mut <$database as sqlx::Database>::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                <&str as sqlx::Encode<$database>>::encode(self.as_str(), buf)
            }
        }
        impl<'r> sqlx::Decode<'r, $database> for $name {
            fn decode(
                value: <$database as sqlx::Database>::ValueRef<'r>,
            ) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<$database>>::decode(value)?.parse::<$name>()?)
            }
        }
    };
}
pub(crate) use text_enum;
