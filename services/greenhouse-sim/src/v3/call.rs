//! A request that passed the gate, and what every handler does with it.

use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;

use crate::{
    body::{self, Body, Field},
    config::{CreateAnswer, ListWithoutSiteAdmin, Processing, Settings},
    http::reply::{Answer, Reply},
    listing::{
        Listing,
        cursor::{Cursor, Seal},
        page::{self, Sight},
        selection::{self, Selection},
    },
    org::{
        Org, Refused,
        rows::{Application, Candidate},
    },
    stamp::Stamp,
    table::{Row, Table},
};

/// An authorised request.
pub(crate) struct Call<'a> {
    pub(crate) org: &'a mut Org,
    pub(crate) settings: &'a Settings,
    pub(crate) seal: &'a Seal,
    /// Scheme and host for links.
    pub(crate) base: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    /// The token's user.
    pub(crate) acting: i64,
    pub(crate) site_admin: bool,
    /// Whether a partner is calling.
    pub(crate) partner: bool,
    /// The id in the path, for operations that have one.
    pub(crate) id: i64,
    /// The last word of the path.
    pub(crate) word: &'a str,
    pub(crate) now: Stamp,
    pub(crate) touched: Touched,
}

/// Whom a request was about, for the log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Touched {
    pub(crate) candidate_id: Option<i64>,
    pub(crate) application_id: Option<i64>,
    pub(crate) job_id: Option<i64>,
}

impl Call<'_> {
    /// Reads and checks the body; writes take no query parameters.
    pub(crate) fn body(&self, schema: &[Field]) -> Result<Body, Reply> {
        self.no_parameters()?;
        let json = |kind: &HeaderValue| {
            kind.to_str()
                .is_ok_and(|kind| kind.starts_with("application/json"))
        };
        if !self.headers.get(CONTENT_TYPE).is_some_and(json) {
            return Err(Reply::bad_request(
                "The Content-Type must be application/json.",
            ));
        }
        body::read(self.body, schema)
    }

    /// What only a Site Admin may do: 403 for others, as for a list.
    pub(crate) fn admins_only(&self) -> Result<(), Reply> {
        match self.site_admin {
            true => Ok(()),
            false => Err(Reply::forbidden()),
        }
    }

    /// Whether somebody is there for the user: known from anything but jobs that are confidential to them, and not private
    /// where private ones are kept from them.
    pub(crate) fn shows_candidate(&self, id: i64) -> bool {
        self.org.shows_candidate(id, self.acting) && !self.is_kept_private(id)
    }

    /// The same of an application.
    pub(crate) fn shows_application(&self, application: &Application) -> bool {
        self.org.shows_application(application, self.acting)
            && !self.is_kept_private(application.candidate_id)
    }

    fn is_kept_private(&self, candidate_id: i64) -> bool {
        let private = |row: &Candidate| row.private == Some(true);
        self.settings.private_hidden_from.contains(&self.acting)
            && self.org.candidates.get(candidate_id).is_some_and(private)
    }

    /// A candidate the user can see, if they may write about them as well. Whom they cannot see is not there for them.
    pub(crate) fn reach(&self, candidate_id: i64) -> Result<bool, Reply> {
        let there = self.org.ready_candidate(candidate_id, self.now).is_some()
            && self.shows_candidate(candidate_id);
        match there && !self.org.may_write_about(candidate_id, self.acting) {
            true => Err(Reply::forbidden()),
            false => Ok(there),
        }
    }

    /// When what is made now can be seen.
    pub(crate) fn ready_at(&self) -> Stamp {
        match self.settings.create_answer {
            CreateAnswer::Truncated(wait) => self.now.plus(wait),
            CreateAnswer::Wrapped | CreateAnswer::Flat => self.now,
        }
    }

    /// A page of rows that need no further thought.
    pub(crate) fn list<T: Row>(&self, listing: &Listing, table: &Table<T>) -> Answer {
        self.list_where(listing, table, &|_| true, |_, _| None)
    }

    /// A page of the permitted rows; where `shown` has something for a row and the fields asked for, that is shown
    /// instead.
    pub(crate) fn list_where<T: Row>(
        &self,
        listing: &Listing,
        table: &Table<T>,
        permitted: &dyn Fn(&T) -> bool,
        shown: impl Fn(&T, Option<&[&'static str]>) -> Option<Value>,
    ) -> Answer {
        if !self.site_admin
            && self.settings.list_without_site_admin == ListWithoutSiteAdmin::Forbidden
        {
            return Err(Reply::forbidden());
        }
        let (selection, first_query) = self.selection(listing)?;
        if !self.site_admin {
            return Ok(Reply::ok(&Vec::<Value>::new()));
        }
        let sight = Sight {
            now: self.now,
            lag: self.settings.lag,
            processing: T::TELLS_PROCESSING && self.settings.processing == Processing::Message,
        };
        let page = page::find(table, &selection, sight, permitted);
        let link = |after| {
            let cursor = self.seal.write(
                &self.cursor_scope(),
                &Cursor {
                    query: first_query,
                    after,
                },
            );
            format!("<{}{}?cursor={cursor}>; rel=\"next\"", self.base, self.path)
        };
        Ok(page::answer(&page, &selection, shown, link))
    }

    /// One record by the path's id, cut down to `fields=`. Whoever may not list the records cannot get one either.
    pub(crate) fn retrieve<T: Row>(&self, listing: &Listing, table: &Table<T>) -> Answer {
        self.admins_only()?;
        let fields = selection::fields_only(self.query, listing)?;
        let sight = Sight {
            now: self.now,
            lag: self.settings.lag,
            processing: false,
        };
        let row = table.get(self.id).filter(|row| sight.shows_by_id(*row));
        let row = row.ok_or_else(Reply::no_record)?;
        Ok(Reply::ok(&page::show(row, fields.as_deref())))
    }

    fn selection(&self, listing: &Listing) -> Result<(Selection, String), Reply> {
        let pairs = selection::pairs(self.query);
        let Some((_, text)) = pairs.iter().find(|(name, _)| name == "cursor") else {
            return Ok((selection::read(self.query, listing)?, self.query.to_owned()));
        };
        if pairs.len() > 1 {
            let reason = "When passing a cursor, do not include other query params.";
            return Err(Reply::unprocessable(vec![reason.into()]));
        }
        let cursor = self.seal.read(&self.cursor_scope(), text);
        let Cursor { query, after } =
            cursor.ok_or_else(|| Reply::invalid("cursor", "is invalid"))?;
        let selection = Selection {
            after: Some(after),
            ..selection::read(&query, listing)?
        };
        Ok((selection, query))
    }

    fn cursor_scope(&self) -> String {
        format!("{}{}", self.org.id, self.path)
    }

    /// Custom integrations are refused, whatever their scopes.
    pub(super) fn partners_only(&self) -> Result<(), Reply> {
        match self.partner {
            true => Ok(()),
            false => Err(Reply::forbidden()),
        }
    }

    /// Refuses any query.
    pub(super) fn no_parameters(&self) -> Result<(), Reply> {
        let names: Vec<String> = selection::pairs(self.query)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(Reply::unprocessable(vec![
            format!("Invalid query params: {}", names.join(", ")).into(),
        ]))
    }
}

/// 422 for a refusal, its field below `prefix`.
pub(crate) fn refusal(prefix: &'static str) -> impl Fn(Refused) -> Reply {
    move |(field, reason)| Reply::invalid(&format!("{prefix}{field}"), &reason)
}
