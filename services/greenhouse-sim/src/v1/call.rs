//! A v1 request that passed the gate, and what every handler does with it.

use hyper::{
    HeaderMap,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde_json::Value;

use super::{
    page::{self, Place},
    query::{PAGED, Query},
    refusal,
    settings::{CreateStatus, UnknownParameters},
};
use crate::{
    body::{self, Body, Field, Unfit},
    config::{CreateAnswer, Settings},
    http::reply::{Answer, Reply},
    listing::{page::Sight, selection::Selection},
    org::{Org, Refused},
    stamp::Stamp,
    table::{Row, Table},
    v3::call::Touched,
};

/// An authorised request.
pub(crate) struct Call<'a> {
    pub(super) org: &'a mut Org,
    pub(super) settings: &'a Settings,
    /// Scheme and host for links.
    pub(super) base: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    /// The user a write is made for; 0 for reads, which nobody is named for.
    pub(super) acting: i64,
    /// The ids in the path, from left to right.
    pub(super) ids: [i64; 2],
    pub(super) now: Stamp,
    pub(super) touched: Touched,
}

impl Call<'_> {
    /// The query of a list, with the parameters of paging and its own.
    pub(super) fn list_query(&self, own: &[&str]) -> Result<Query, Reply> {
        let known: Vec<&str> = PAGED.into_iter().chain(own.iter().copied()).collect();
        self.query(&known)
    }

    pub(super) fn query(&self, known: &[&str]) -> Result<Query, Reply> {
        Query::read(self.query, known, self.settings.v1.unknown_parameters)
    }

    /// Reads and checks the body; writes take no query parameters.
    pub(super) fn body(&self, schema: &[Field]) -> Result<Body, Reply> {
        Query::read(self.query, &[], UnknownParameters::Refused)?;
        let json = |kind: &HeaderValue| {
            kind.to_str()
                .is_ok_and(|kind| kind.starts_with("application/json"))
        };
        if !self.headers.get(CONTENT_TYPE).is_some_and(json) {
            return Err(refusal::unfit(Unfit::NotJson));
        }
        body::check_body(self.body, schema).map_err(refusal::unfit)
    }

    /// A page of the rows that fit and are permitted.
    pub(super) fn list<T: Row>(
        &self,
        query: &Query,
        table: &Table<T>,
        selection: Selection,
        permitted: &dyn Fn(&T) -> bool,
        shown: impl Fn(&T) -> Value,
    ) -> Answer {
        let order = self.settings.v1.order;
        let rows = page::fitting(table, selection, self.sight(), permitted, order);
        let settings = &self.settings.v1;
        page::answer(&rows, |row| shown(row), query, self.place(), settings)
    }

    /// Where this list is found.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            base: self.base,
            path: self.path,
        }
    }

    /// All rows found under one key, oldest first, for the lists that have no pages.
    pub(super) fn rows<'t, T: Row>(
        &self,
        table: &'t Table<T>,
        name: &'static str,
        id: i64,
    ) -> Vec<&'t T> {
        let sight = self.sight();
        let searched = Selection::default();
        let own = table.find(name, id);
        own.filter(|row| sight.shows(*row, &searched)).collect()
    }

    /// One record by an id of the path.
    pub(super) fn retrieve<'t, T: Row>(
        &self,
        table: &'t Table<T>,
        id: i64,
    ) -> Result<&'t T, Reply> {
        let sight = self.sight();
        let row = table.get(id).filter(|row| sight.shows_by_id(*row));
        row.ok_or_else(refusal::not_found)
    }

    /// When what is made now can be seen.
    pub(super) fn ready_at(&self) -> Stamp {
        match self.settings.create_answer {
            CreateAnswer::Truncated(wait) => self.now.plus(wait),
            CreateAnswer::Wrapped | CreateAnswer::Flat => self.now,
        }
    }

    /// The answer to a creation.
    pub(super) fn created(&self, body: &Value) -> Reply {
        match self.settings.v1.create_status {
            CreateStatus::Ok => Reply::ok(body),
            CreateStatus::Created => Reply::created(body),
        }
    }

    /// The refusal for what the organisation said no to.
    pub(super) fn refused(&self, refused: Refused) -> Reply {
        refusal::refused(self.settings.v1.unknown_reference)(refused)
    }

    /// Refuses a write on behalf of somebody who may not make it.
    pub(super) fn allow(&self, allowed: bool) -> Result<(), Reply> {
        if allowed {
            Ok(())
        } else {
            Err(refusal::denied(self.settings.v1.acting_user_denied))
        }
    }

    /// Whether the user the write is made for is a Site Admin.
    pub(super) fn admin(&self) -> bool {
        let user = self.org.users.get(self.acting);
        user.is_some_and(|user| user.site_admin)
    }

    fn sight(&self) -> Sight {
        Sight {
            now: self.now,
            lag: self.settings.lag,
            processing: false,
        }
    }
}
