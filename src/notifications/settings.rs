// SPDX-License-Identifier: EUPL-1.2

//! What somebody wants to hear of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Notifications, store};
use crate::{db::Result, people::access::Employee};

/// What one's phones tell beside the city's announcements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NotificationSettings {
    /// That somebody has commented on one's post, or answered in a conversation that one takes part in.
    pub comments: bool,
}

/// The same, as somebody wants it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutNotificationSettings {
    pub comments: bool,
}

impl Notifications {
    pub async fn settings(&self, employee: &Employee) -> Result<NotificationSettings> {
        let is_off = store::settings::is_off(&self.db, employee.account()).await?;
        Ok(NotificationSettings { comments: !is_off })
    }

    /// What is on its way to a gateway arrives; nothing else leaves from now on.
    pub async fn put_settings(
        &self,
        employee: &Employee,
        wanted: PutNotificationSettings,
    ) -> Result<NotificationSettings> {
        let account = employee.account();
        if wanted.comments {
            store::settings::turn_on(&self.db, account).await?;
        } else {
            store::settings::turn_off(&self.db, account, self.clock.now()).await?;
        }
        Ok(NotificationSettings {
            comments: wanted.comments,
        })
    }
}
