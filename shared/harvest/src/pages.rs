//! Lists, page by page: the first request as built, every further one to where the `Link` header points.

use std::collections::HashSet;

use futures::{Stream, TryStreamExt, stream};
use url::Url;

use crate::call::Read;
use crate::client::Client;
use crate::error::{Cause, Error};
use crate::page;
use crate::request::{MAX_IDS, Request};
use crate::version::Version;

/// A list that has not been read to its end.
pub(crate) struct Pages<T> {
    client: Client,
    request: Request,
    read: Read<Vec<T>>,
    next: Next,
    /// Where the list has been: links that lead back there never end.
    read_at: HashSet<Url>,
}

enum Next {
    First,
    At(Url),
    End,
}

impl<T> Pages<T> {
    pub(crate) fn new(client: &Client, request: Request, read: Read<Vec<T>>) -> Self {
        Self {
            client: client.clone(),
            request,
            read,
            next: Next::First,
            read_at: HashSet::new(),
        }
    }

    /// The next page; `None` after the last one. After an error the same page can be asked for again.
    pub(crate) async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        let first;
        let url = match &self.next {
            Next::First => {
                first = self.client.url(&self.request)?;
                &first
            }
            Next::At(url) => url,
            Next::End => return Ok(None),
        };
        let (rows, next) = self.read_page(url).await?;
        if let Some(next) = &next
            && !self.read_at.insert(next.clone())
        {
            return Err(Error::interrupted(self.request.operation, Cause::Link));
        }
        self.next = next.map_or(Next::End, Next::At);
        Ok(Some(rows))
    }

    async fn read_page(&self, url: &Url) -> Result<(Vec<T>, Option<Url>), Error> {
        let (client, request, read) = (&self.client, &self.request, self.read);
        if client.unread().is_none() {
            return client.page(request, url, read).await;
        }
        let sorted = |body: &[u8]| page::sorted_or_single(body, read);
        let ((rows, unread), next) = client.page(request, url, sorted).await?;
        page::tell(request, &unread);
        if let Some(mut noted) = client.unread() {
            noted.extend(unread);
        }
        Ok((rows, next))
    }

    /// Everything.
    pub(crate) async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = self.next_page().await?.unwrap_or_default();
        while let Some(rows) = self.next_page().await? {
            all.extend(rows);
        }
        Ok(all)
    }
}

impl<T: Send + 'static> Pages<T> {
    /// Row by row; pages are fetched as they are needed. Ends after the first error.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<T, Error>> + Send + 'static {
        stream::try_unfold(self, async |mut pages: Self| {
            let rows = pages.next_page().await?;
            Ok::<_, Error>(rows.map(|rows| (rows, pages)))
        })
        .map_ok(|rows| stream::iter(rows.into_iter().map(Ok)))
        .try_flatten()
    }
}

impl Client {
    /// Reads a list to its end.
    pub(crate) async fn all<T>(
        &self,
        request: Request,
        read: Read<Vec<T>>,
    ) -> Result<Vec<T>, Error> {
        Pages::new(self, request, read).all().await
    }

    /// Reads one record, as a list that is empty where there is none. v3 answers so itself, v1 with 404.
    pub(crate) async fn one<T>(
        &self,
        request: Request,
        read: Read<Vec<T>>,
    ) -> Result<Vec<T>, Error> {
        match self.call(&request, read).await {
            Err(Error::NotFound { .. }) if self.version() == Version::V1 => Ok(Vec::new()),
            answer => answer,
        }
    }

    /// Reads what belongs to `ids`, as many per call as Greenhouse allows. No ids, no call.
    pub(crate) async fn all_of<I, T>(
        &self,
        ids: &[I],
        request: impl Fn(&[I]) -> Request,
        read: Read<Vec<T>>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for some in ids.chunks(MAX_IDS) {
            all.extend(self.all(request(some), read).await?);
        }
        Ok(all)
    }

    /// Reads what belongs to `ids`, one call each (v1). What does not exist, or must not be seen, is left out.
    pub(crate) async fn each_of<I: Copy, T>(
        &self,
        ids: &[I],
        request: impl Fn(I) -> Request,
        read: Read<Vec<T>>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        for id in ids {
            match self.all(request(*id), read).await {
                Ok(found) => all.extend(found),
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}
