// SPDX-License-Identifier: EUPL-1.2

//! Where a person stands in the city: the units they belong to, their place of work and their job title. Audiences
//! ask nothing else of a person that lasts, so whoever stands where they stood may see what they might.

mod store;

use aws_lc_rs::digest::{SHA256, digest};

use super::{People, PeopleError, access::Employee};
use crate::changes::Standing;

impl People {
    /// The same as long as the person stands where they stand.
    pub async fn standing(&self, employee: &Employee) -> Result<Standing, PeopleError> {
        let rows = store::standing(&self.db, employee.account()).await?;
        let mut said = Vec::new();
        for (unit, location, job_title) in rows {
            said.extend_from_slice(unit.uuid().as_bytes());
            for word in [location, job_title] {
                said.extend(word.unwrap_or_default().into_bytes());
                said.push(0);
            }
        }
        let mut standing = [0; 8];
        standing.copy_from_slice(&digest(&SHA256, &said).as_ref()[..8]);
        Ok(Standing(standing))
    }
}
