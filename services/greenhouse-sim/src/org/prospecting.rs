//! Prospect pools, and where each prospect is filed.

use super::{
    Org,
    applying::Prospecting,
    rows::{ProspectDetail, ProspectPool, ProspectPoolStage},
};
use crate::{stamp::Stamp, table::Meta};

impl Org {
    pub(crate) fn add_pool(&mut self, name: &str, stages: &[&str], now: Stamp) -> i64 {
        let meta = Meta::new(self.ids.next("prospect_pool"), now);
        let id = self.prospect_pools.insert(ProspectPool {
            meta,
            name: name.to_owned(),
            active: true,
            description: None,
            department_ids: Vec::new(),
            office_ids: Vec::new(),
            job_ids: Vec::new(),
        });
        for (sort_order, name) in (0..).zip(stages) {
            let meta = Meta::new(self.ids.next("prospect_pool_stage"), now);
            self.prospect_pool_stages.insert(ProspectPoolStage {
                meta,
                prospect_pool_id: id,
                name: (*name).to_owned(),
                sort_order,
            });
        }
        id
    }

    /// Where an application is filed, if it is a prospect's.
    pub(crate) fn filing_of(&self, application_id: i64) -> Option<&ProspectDetail> {
        self.prospect_details
            .find("application_ids", application_id)
            .next()
    }

    pub(super) fn file_prospect(
        &mut self,
        application_id: i64,
        filing: &Prospecting,
        now: Stamp,
        ready_at: Stamp,
    ) {
        let meta = Meta {
            ready_at,
            ..Meta::new(self.ids.next("prospect_detail"), now)
        };
        self.prospect_details.insert(ProspectDetail {
            meta,
            application_id,
            pool_id: filing.pool_id,
            pool_stage_id: filing.pool_stage_id,
            prospect_owner_id: filing.owner_id,
            department_id: filing.department_id,
            office_id: filing.office_id,
        });
    }

    /// Another pool drops the old pool's stage.
    pub(super) fn refile_prospect(
        &mut self,
        application_id: i64,
        pool: Option<i64>,
        stage: Option<i64>,
        now: Stamp,
    ) {
        if pool.is_none() && stage.is_none() {
            return;
        }
        let Some(id) = self.filing_of(application_id).map(|row| row.meta.id) else {
            return;
        };
        self.prospect_details.change(id, |row| {
            if pool.is_some_and(|pool| row.pool_id != Some(pool)) {
                row.pool_stage_id = None;
            }
            row.pool_id = pool.or(row.pool_id);
            row.pool_stage_id = stage.or(row.pool_stage_id);
            row.meta.updated_at = now;
        });
    }
}
