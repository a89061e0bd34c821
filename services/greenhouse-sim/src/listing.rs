//! Every list endpoint: what may be asked, how a page is found, how the next one is reached.

pub(crate) mod cursor;
pub(crate) mod dates;
pub(crate) mod page;
pub(crate) mod selection;

/// What one list endpoint accepts.
pub(crate) struct Listing {
    pub(crate) filters: &'static [Filter],
    /// Every field of the resource, for `fields=`.
    pub(crate) fields: &'static [&'static str],
}

/// One filter. Its name is the query parameter and, unless said otherwise, the index it looks into.
pub(crate) enum Filter {
    /// Up to 50 ids, separated by commas.
    Ids(&'static str),
    /// Up to 50 words, separated by commas.
    Texts(&'static str),
    Int(&'static str),
    Text(&'static str),
    /// A word compared without regard to case.
    Caseless(&'static str),
    Bool(&'static str),
    /// Where the parameter is absent, this value is taken.
    BoolUnless(&'static str, bool),
    /// One of these words.
    Word(&'static str, &'static [&'static str]),
    /// A date range; the field must be one of the row's dates.
    Dates(&'static str),
    /// Rows marked `.1` stay hidden unless the parameter is true.
    Unhide(&'static str, &'static str),
}

impl Filter {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ids(name)
            | Self::Texts(name)
            | Self::Int(name)
            | Self::Text(name)
            | Self::Caseless(name) => name,
            Self::Bool(name)
            | Self::BoolUnless(name, _)
            | Self::Word(name, _)
            | Self::Dates(name)
            | Self::Unhide(name, _) => name,
        }
    }
}
