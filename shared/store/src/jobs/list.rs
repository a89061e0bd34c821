//! The jobs as callers see them.

use chrono::{DateTime, Utc};
use domain::Tenant;
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Store};

/// Which jobs are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `open`, `closed` or `draft`; none: any.
    pub status: Option<&'static str>,
    /// A department, by id or name, or any below it.
    pub department: Option<String>,
    /// An office, by id or name.
    pub office: Option<String>,
    /// Words in the title, the company's number or a post's title.
    pub text: Option<String>,
    /// Whether confidential jobs are wanted too.
    pub confidential: bool,
    /// Only ids below this one: the last id of the page before.
    pub below: Option<i64>,
    /// Most jobs.
    pub limit: i64,
}

/// One job.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its id.
    pub id: i64,
    /// Its document.
    pub document: Value,
}

/// How fresh the jobs of a tenant are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// The connection whose editions are counted.
    pub connection: Uuid,
    /// Grows whenever a document changes.
    pub edition: i64,
    /// Begin of the last import that ended; none: none has.
    pub refreshed_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Jobs, the newest first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn list_jobs(&self, tenant: &Tenant, filter: &Filter) -> Result<Vec<Listed>, Error> {
        let departments = self.named(tenant, "department", filter.department.as_deref());
        let offices = self.named(tenant, "office", filter.office.as_deref());
        let (departments, offices) = (departments.await?, offices.await?);
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        Ok(sqlx::query_as!(
            Listed,
            r#"SELECT id, document AS "document!" FROM jobs
            WHERE tenant = $1 AND deleted_at IS NULL AND document IS NOT NULL
              AND ($2::text IS NULL OR status = $2)
              AND ($3::bigint[] IS NULL OR department_ids && $3)
              AND ($4::bigint[] IS NULL OR office_ids && $4)
              AND ($5::text IS NULL OR strpos(words, $5) > 0)
              AND ($6 OR NOT confidential)
              AND ($7::bigint IS NULL OR id < $7)
            ORDER BY id DESC LIMIT $8"#,
            tenant.as_str(),
            filter.status,
            departments.as_deref(),
            offices.as_deref(),
            text,
            filter.confidential,
            filter.below,
            filter.limit,
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// How fresh they are; none: the tenant is not connected.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn jobs_freshness(&self, tenant: &Tenant) -> Result<Option<Freshness>, Error> {
        Ok(sqlx::query_as!(
            Freshness,
            r#"SELECT c.id AS connection, coalesce(r.edition, 0) AS "edition!",
                CASE WHEN r.refreshed_at > '-infinity' THEN r.refreshed_at END AS refreshed_at
            FROM connections c LEFT JOIN job_refreshes r ON r.connection = c.id WHERE c.tenant = $1"#,
            tenant.as_str(),
        )
        .fetch_optional(&self.pool)
        .await?)
    }

    /// Ids of what is meant by an id or a name.
    async fn named(
        &self,
        tenant: &Tenant,
        kind: &str,
        wanted: Option<&str>,
    ) -> Result<Option<Vec<i64>>, Error> {
        let Some(wanted) = wanted else {
            return Ok(None);
        };
        if let Ok(id) = wanted.parse() {
            return Ok(Some(vec![id]));
        }
        let ids = sqlx::query_scalar!(
            "SELECT id FROM job_parts WHERE tenant = $1 AND kind = $2 AND lower(content ->> 'name') = lower($3)",
            tenant.as_str(),
            kind,
            wanted,
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(Some(ids))
    }
}
