// SPDX-License-Identifier: EUPL-1.2

//! What the machine room is told: how many announcements wait for an editor's decision. Whoever is on call can
//! ask the editors why.

use prometheus_client::{
    encoding::text::encode_registry, metrics::gauge::Gauge, registry::Registry,
};

use super::{super::Announcements, store};

impl Announcements {
    /// In the OpenMetrics text format, without its end. If the database can't say it, that is left out.
    pub async fn metrics(&self) -> String {
        let mut text = String::new();
        match store::count(&self.db).await {
            Ok(count) => {
                let held: Gauge = Gauge::default();
                held.set(count);
                let mut registry = Registry::with_prefix("stadtfunk_announcements");
                let meaning =
                    "Announcements whose T was missed and which are held until an editor decides";
                registry.register("held", meaning, held);
                // Writing to a string can't fail.
                let _ = encode_registry(&mut text, &registry);
            }
            Err(error) => tracing::warn!(%error, "the metrics miss what is held"),
        }
        text
    }
}
