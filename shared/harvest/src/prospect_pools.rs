//! Pools in which prospects are kept until they apply.

use crate::client::Client;
use crate::error::Error;
use crate::v1;
use crate::v3;
use crate::version::Version;

/// A pool of prospects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProspectPool {
    /// Id.
    pub id: i64,
    /// What recruiters call it.
    pub name: String,
    /// Whether it is not hidden.
    pub active: bool,
    /// Its stages, in their order.
    pub stages: Vec<ProspectPoolStage>,
}

/// A stage of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProspectPoolStage {
    /// Id.
    pub id: i64,
    /// What recruiters call it.
    pub name: String,
}

/// Operations on pools of prospects.
#[derive(Debug, Clone, Copy)]
pub struct ProspectPools<'a> {
    client: &'a Client,
}

impl Client {
    /// Pools in which prospects are kept until they apply.
    #[must_use]
    pub fn prospect_pools(&self) -> ProspectPools<'_> {
        ProspectPools { client: self }
    }
}

impl ProspectPools<'_> {
    /// All pools with their stages, which v3 keeps in a list of their own.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn list(&self) -> Result<Vec<ProspectPool>, Error> {
        match self.client.version() {
            Version::V3 => {
                let request = v3::prospect_pools::list();
                let pools = self.client.all(request, v3::prospect_pools::read_list);
                let mut pools = pools.await?;
                self.add_stages(&mut pools).await?;
                Ok(pools)
            }
            Version::V1 => {
                let request = v1::prospect_pools::list();
                self.client
                    .all(request, v1::prospect_pools::read_list)
                    .await
            }
        }
    }

    /// One pool with its stages.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn get(&self, id: i64) -> Result<Option<ProspectPool>, Error> {
        let pools = match self.client.version() {
            Version::V3 => {
                let request = v3::prospect_pools::with_id(id);
                let pools = self.client.one(request, v3::prospect_pools::read_list);
                let mut pools = pools.await?;
                self.add_stages(&mut pools).await?;
                pools
            }
            Version::V1 => {
                let request = v1::prospect_pools::with_id(id);
                self.client
                    .one(request, v1::prospect_pools::read_single)
                    .await?
            }
        };
        Ok(pools.into_iter().find(|pool| pool.id == id))
    }

    /// Stages of these pools. v1 tells them in the pools, of which it lists all.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn stages_of(&self, pools: &[i64]) -> Result<Vec<ProspectPoolStage>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::prospect_pools::{read_stages, stages_of};
                let stages = self.client.all_of(pools, stages_of, read_stages).await?;
                Ok(stages.into_iter().map(|(_, _, stage)| stage).collect())
            }
            Version::V1 => {
                let known = self.list().await?.into_iter();
                let these = known.filter(|pool| pools.contains(&pool.id));
                Ok(these.flat_map(|pool| pool.stages).collect())
            }
        }
    }

    async fn add_stages(&self, pools: &mut [ProspectPool]) -> Result<(), Error> {
        use v3::prospect_pools::{read_stages, stages_of};
        let ids: Vec<i64> = pools.iter().map(|pool| pool.id).collect();
        let mut stages = self.client.all_of(&ids, stages_of, read_stages).await?;
        stages.sort_by_key(|(_, sort_order, stage)| (*sort_order, stage.id));
        for (pool_id, _, stage) in stages {
            if let Some(pool) = pools.iter_mut().find(|pool| pool.id == pool_id) {
                pool.stages.push(stage);
            }
        }
        Ok(())
    }
}
