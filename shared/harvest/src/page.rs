//! One page of a list at a time, for readers that keep their place between pages.

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
        let (rows, next) = self.page(request, &url, read).await?;
        let next = next.map(|url| Cursor(url.into()));
        Ok(Page { rows, next })
    }
}
