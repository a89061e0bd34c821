//! One page of a list at a time, for readers that keep their place between pages.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::call::Read;
use crate::client::Client;
use crate::error::{Cause, Error};
use crate::link;
use crate::request::Request;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in Greenhouse's order: in v3 by id, the highest first.
    pub rows: Vec<T>,
    /// Ids of rows that are there and cannot be read: what they say is not known, and they are not gone.
    pub unread: Vec<i64>,
    /// Where the next page is; none after the last one.
    pub next: Option<Cursor>,
}

/// Where a list goes on. To be kept as text and used for the same list of the same account only; how long Greenhouse
/// honours it is not documented. One that it refuses is an [`Error::Rejected`] or [`Error::NotFound`]: begin anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// As it was kept.
    #[must_use]
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// To be kept.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

impl Client {
    /// The page of `request` at `cursor`, the first one without.
    pub(crate) async fn page_at<T>(
        &self,
        request: &Request,
        read: Read<Vec<T>>,
        cursor: Option<&Cursor>,
    ) -> Result<Page<T>, Error> {
        let mut url = self.url(request)?;
        if let Some(cursor) = cursor {
            let astray = Error::NotSent { cause: Cause::Link };
            url = link::follow(&cursor.0, &url).ok_or(astray)?;
        }
        let ((rows, unread), next) = self.page(request, &url, |body| sorted(body, read)).await?;
        tell(request, &unread);
        let next = next.map(|url| Cursor(url.into()));
        Ok(Page { rows, unread, next })
    }
}

pub(crate) fn tell(request: &Request, unread: &[i64]) {
    for id in unread {
        tracing::warn!(
            operation = request.operation.as_str(),
            id,
            "a row cannot be read"
        );
    }
}

/// As [`sorted`], of what may be one record alone as well.
pub(crate) fn sorted_or_single<T>(
    body: &[u8],
    read: Read<Vec<T>>,
) -> Result<(Vec<T>, Vec<i64>), serde_json::Error> {
    sorted(body, read).or_else(|error| {
        let record = std::str::from_utf8(body).ok().and_then(id_of);
        record.map(|id| (Vec::new(), vec![id])).ok_or(error)
    })
}

/// Rows, and the ids of those that cannot be read: one odd record must not keep a whole list from being read. One without
/// an id is nothing that could be left out: the page cannot be read.
fn sorted<T>(body: &[u8], read: Read<Vec<T>>) -> Result<(Vec<T>, Vec<i64>), serde_json::Error> {
    let error = match read(body) {
        Ok(rows) => return Ok((rows, Vec::new())),
        Err(error) => error,
    };
    let Ok(each) = serde_json::from_slice::<Vec<&RawValue>>(body) else {
        return Err(error);
    };
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    for row in each.into_iter().map(RawValue::get) {
        match read(format!("[{row}]").as_bytes()) {
            Ok(some) => rows.extend(some),
            Err(error) => unread.push(id_of(row).ok_or(error)?),
        }
    }
    Ok((rows, unread))
}

fn id_of(row: &str) -> Option<i64> {
    let row: Value = serde_json::from_str(row).ok()?;
    let id = row.get("id")?;
    id.as_i64().or_else(|| id.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sorted;
    use crate::v3::applications::read_list;

    #[test]
    fn an_odd_row_is_left_out_by_its_id() {
        for odd in [
            json!({"id": 8, "status": 4}),
            json!({"id": "8", "status": "hired"}),
            json!({"id": 8, "prospective_job_ids": ["7"]}),
        ] {
            let body = json!([{"id": 9}, odd, null, {"id": 7}]).to_string();
            let (rows, unread) = sorted(body.as_bytes(), read_list).unwrap();
            let ids: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
            assert_eq!((ids, unread), (vec![9, 7], vec![8]), "{odd}");
        }
    }

    #[test]
    fn a_page_with_a_row_that_nobody_can_name_is_unreadable() {
        for body in [
            r#"[{"id": 9}, {"status": 4}]"#,
            r#"[{"id": 9}, "status"]"#,
            r#"[{"id": 9}, {"id": 8"#,
            r#"{"id": 9}"#,
        ] {
            assert!(sorted(body.as_bytes(), read_list).is_err(), "{body}");
        }
    }
}
