// SPDX-License-Identifier: EUPL-1.2

//! What every route asks for by which an editor changes an announcement.

use axum::extract::FromRequestParts;
use http::request::Parts;
use utoipa::{
    IntoParams, ToSchema as _,
    openapi::{
        Ref, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::{
    id::AnnouncementId,
    people::access::Editor,
    web::{
        Problem,
        extract::{IfMatch, Path},
    },
};

/// Who asks, which announcement, and in which revision they have seen it; `None`: they do not care. Whoever is no
/// editor is refused before the rest of the request is looked at.
pub(in crate::announcements) struct Seen(
    pub(in crate::announcements) Editor,
    pub(in crate::announcements) AnnouncementId,
    pub(in crate::announcements) Option<i32>,
);

/// What the document says of `If-Match` where an approval names what is approved.
pub(in crate::announcements) const APPROVED: &str = "The revision that is approved, as \"7\": refused with 412 if it is no longer the last, with 428 without.";

impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let editor = Editor::from_request_parts(parts, state).await?;
        let Path(id) = Path::from_request_parts(parts, state).await?;
        let IfMatch(seen) = IfMatch::from_request_parts(parts, state).await?;
        Ok(Self(editor, id, seen))
    }
}

impl IntoParams for Seen {
    fn into_params(place: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = ParameterBuilder::new()
            .name("id")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(Ref::from_schema_name(AnnouncementId::name())));
        let mut params = vec![id.build()];
        params.extend(IfMatch::into_params(place));
        params
    }
}
