//! Candidates: the people.

use chrono::{DateTime, Utc};
use domain::matching::Contact;
use domain::{ApplicationId, CandidateId};
use futures::{Stream, StreamExt};

use crate::applications::{Application, NewApplication, Target};
use crate::call::Read;
use crate::client::Client;
use crate::custom_fields::{CustomFieldValue, FieldType, UnshownField, keepable, merged, unshown};
use crate::error::Error;
use crate::notes::Visibility;
use crate::operation::Operation;
use crate::pages::Pages;
use crate::v1;
use crate::v3;
use crate::version::Version;
use crate::wire;

/// A person as Greenhouse has them. `Debug` shows the id only.
#[derive(Clone, PartialEq)]
pub struct Candidate {
    /// Id.
    pub id: CandidateId,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Current employer.
    pub company: Option<String>,
    /// Current job title.
    pub title: Option<String>,
    /// Whether only part of the hiring team may see them.
    pub private: bool,
    /// When the record was made.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// When anything last happened to them.
    pub last_activity_at: Option<DateTime<Utc>>,
    /// Names of the tags.
    pub tags: Vec<String>,
    /// E-mail addresses.
    pub email_addresses: Vec<Contact>,
    /// Phone numbers.
    pub phone_numbers: Vec<Contact>,
    /// Websites.
    pub website_addresses: Vec<Contact>,
    /// Social media profiles; these have no type.
    pub social_media_addresses: Vec<Contact>,
    /// Postal addresses.
    pub addresses: Vec<Contact>,
    /// Custom fields, null where there is no value.
    pub custom_fields: Vec<CustomFieldValue>,
}

crate::debug_without_personal_data!(Candidate { id });

impl Candidate {
    /// Whether the record has neither an e-mail address nor a phone number. A truncated answer tells nothing of what it lacks.
    #[must_use]
    pub fn cannot_be_reached(&self) -> bool {
        let mut contacts = self.email_addresses.iter().chain(&self.phone_numbers);
        self.created_at.is_some() && contacts.all(|contact| contact.value.trim().is_empty())
    }
}

/// A person to create. `Debug` shows nothing of them.
#[derive(Clone, Default, PartialEq)]
pub struct NewCandidate {
    /// Given name; blank if not known: a dash stands for it then, which no read shows.
    pub first_name: String,
    /// Family name; the same. Greenhouse refuses somebody who has neither.
    pub last_name: String,
    /// Current employer.
    pub company: Option<String>,
    /// Current job title.
    pub title: Option<String>,
    /// E-mail addresses.
    pub email_addresses: Vec<Contact>,
    /// Phone numbers.
    pub phone_numbers: Vec<Contact>,
    /// Websites.
    pub website_addresses: Vec<Contact>,
    /// Social media profiles; a type is left out.
    pub social_media_addresses: Vec<Contact>,
    /// Postal addresses.
    pub addresses: Vec<Contact>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Custom fields.
    pub custom_fields: Vec<CustomFieldValue>,
    /// The first application, made in the same call. Without one the person becomes a prospect without a job in v1,
    /// and somebody without any application in v3. A prospect's source and referrer are left out unless
    /// [`Candidates::credit_goes_with_a_new_prospect`].
    pub application: Option<NewApplication>,
    /// A note made in the same call, where [`crate::Notes::go_with_a_new_candidate`]; v3 leaves it out.
    pub note: Option<InlineNote>,
}

crate::debug_without_personal_data!(NewCandidate {});

impl NewCandidate {
    /// What creating this person is called: prospects have a permission of their own.
    pub(crate) fn operation(&self) -> Operation {
        match &self.application {
            Some(NewApplication {
                target: Target::Job(_),
                ..
            }) => Operation::CandidatesCreate,
            _ => Operation::ProspectsCreate,
        }
    }
}

/// A note about a person who is just being created. `Debug` leaves the text out.
#[derive(Clone, PartialEq, Eq)]
pub struct InlineNote {
    /// The text.
    pub body: String,
    /// Who may see it.
    pub visibility: Visibility,
}

crate::debug_without_personal_data!(InlineNote { visibility });

/// What creating a person answers. The rest of the record may not be readable for some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedCandidate {
    /// The new person.
    pub candidate_id: CandidateId,
    /// The application made with them, where the answer tells.
    pub application_id: Option<ApplicationId>,
    /// The same, as it was made, where the answer shows it; it may lack anything but its id.
    pub application: Option<Box<Application>>,
}

/// Changes of a person; `None` leaves as it is. Lists replace what is there. An empty list is never sent, so nothing
/// can be emptied by it. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq)]
pub struct CandidatePatch {
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Current employer.
    pub company: Option<String>,
    /// Current job title.
    pub title: Option<String>,
    /// All e-mail addresses.
    pub email_addresses: Option<Vec<Contact>>,
    /// All phone numbers.
    pub phone_numbers: Option<Vec<Contact>>,
    /// All websites.
    pub website_addresses: Option<Vec<Contact>>,
    /// All social media profiles.
    pub social_media_addresses: Option<Vec<Contact>>,
    /// All postal addresses.
    pub addresses: Option<Vec<Contact>>,
    /// Custom fields to change, null to remove; the others keep their values, in both versions.
    pub custom_fields: Option<Vec<CustomFieldValue>>,
    /// Custom fields that a read may not show yet: v3 gets them along with others, unless the record has changed since.
    pub unshown: Vec<UnshownField>,
}

crate::debug_without_personal_data!(CandidatePatch {});

impl CandidatePatch {
    /// Whether it replaces any list.
    #[must_use]
    pub fn has_lists(&self) -> bool {
        let lists = [
            &self.email_addresses,
            &self.phone_numbers,
            &self.website_addresses,
            &self.social_media_addresses,
            &self.addresses,
        ];
        let filled =
            |list: &&Option<Vec<Contact>>| list.as_ref().is_some_and(|all| !all.is_empty());
        lists.iter().any(filled)
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let texts = [
            &self.first_name,
            &self.last_name,
            &self.company,
            &self.title,
        ];
        texts.iter().all(|text| text.is_none())
            && !self.has_lists()
            && self.custom_fields.as_ref().is_none_or(Vec::is_empty)
    }
}

/// Operations on candidates.
#[derive(Debug, Clone, Copy)]
pub struct Candidates<'a> {
    client: &'a Client,
}

impl Client {
    /// Candidates: the people.
    #[must_use]
    pub fn candidates(&self) -> Candidates<'_> {
        Candidates { client: self }
    }
}

impl Candidates<'_> {
    /// Everybody with this e-mail address, newest record first; in any case unless [`Candidates::may_mind_the_case`].
    ///
    /// # Errors
    /// [`Error`] of a read; [`Error::Processing`] where somebody with it may be there and is not shown yet.
    pub async fn find_by_email(&self, email: &str) -> Result<Vec<Candidate>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::candidates::with_email(email), v3::candidates::read_each),
            Version::V1 => (v1::candidates::with_email(email), v1::candidates::read_each),
        };
        let rows = self.client.all(request, read).await?;
        let mut found = rows
            .into_iter()
            .map(shown)
            .collect::<Result<Vec<_>, Error>>()?;
        found.retain(|candidate| may_have(candidate, email));
        Ok(found)
    }

    /// Whether looking for an address may mind its case, so that one is asked for as it is written as well: v3's filter does
    /// not, v1's is not described.
    #[must_use]
    pub fn may_mind_the_case(&self) -> bool {
        self.client.version() == Version::V1
    }

    /// One person, if there is one with this id that we may see. Somebody just created may not be seen for minutes.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn get(&self, id: CandidateId) -> Result<Option<Candidate>, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::candidates::with_ids(&[id]), v3::candidates::read_list),
            Version::V1 => (v1::candidates::with_id(id), v1::candidates::read_single),
        };
        let found = self.client.one(request, read).await?;
        Ok(found.into_iter().find(|candidate| candidate.id == id))
    }

    /// Those of these people whom we may see. v1 takes a call for each.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn by_ids(&self, ids: &[CandidateId]) -> Result<Vec<Candidate>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::candidates::{read_list, with_ids};
                self.client.all_of(ids, with_ids, read_list).await
            }
            Version::V1 => {
                let mut found = Vec::new();
                for id in ids {
                    found.extend(self.get(*id).await?);
                }
                Ok(found)
            }
        }
    }

    /// Whether nobody has this id any more. Somebody whom v1 keeps from whoever acts is not gone; in v3 nothing tells them
    /// apart.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn is_gone(&self, id: CandidateId) -> Result<bool, Error> {
        if self.client.version() == Version::V3 {
            return Ok(self.get(id).await?.is_none());
        }
        let read: Read<_> = v1::candidates::read_single;
        match self.client.call(&v1::candidates::with_id(id), read).await {
            Err(Error::NotFound { hidden, .. }) => Ok(!hidden),
            found => Ok(found?.iter().all(|candidate| candidate.id != id)),
        }
    }

    /// Those of `ids` that [nobody has any more](Self::is_gone), in as few calls as the version allows.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn gone_among(&self, ids: &[CandidateId]) -> Result<Vec<CandidateId>, Error> {
        let mut gone = Vec::new();
        if self.client.version() == Version::V1 {
            for id in ids {
                gone.extend(self.is_gone(*id).await?.then_some(*id));
            }
            return Ok(gone);
        }
        let shown = self.by_ids(ids).await?;
        let hidden = |id: &&CandidateId| shown.iter().all(|one| one.id != **id);
        gone.extend(ids.iter().filter(hidden));
        Ok(gone)
    }

    /// Everybody created between `from` and `to`, newest first (v3) or in no order that is documented (v1). Whoever is
    /// not shown yet is an [`Error::Processing`].
    pub fn created_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> impl Stream<Item = Result<Candidate, Error>> + Send + use<> {
        let rows = self.created(from, Some(to)).stream();
        rows.map(|row| row.and_then(shown))
    }

    /// As many of those created at or after `from` as one call shows, without whoever is not shown yet.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn newest_since(&self, from: DateTime<Utc>) -> Result<Vec<Candidate>, Error> {
        let page = self.created(from, None).next_page().await?;
        Ok(page.into_iter().flatten().flatten().collect())
    }

    fn created(&self, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Pages<Option<Candidate>> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (v3::candidates::created(from, to), v3::candidates::read_each),
            Version::V1 => (v1::candidates::created(from, to), v1::candidates::read_each),
        };
        Pages::new(self.client, request, read)
    }

    /// Whether a prospect can be credited in the call that creates them. In v3 it takes an edit of the application: the
    /// form of a prospect inside a new candidate has neither source nor referrer.
    #[must_use]
    pub fn credit_goes_with_a_new_prospect(&self) -> bool {
        self.client.version() == Version::V1
    }

    /// Creates a person. Not idempotent: the same call twice makes two people.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(&self, candidate: &NewCandidate) -> Result<CreatedCandidate, Error> {
        let (request, read): (_, Read<_>) = match self.client.version() {
            Version::V3 => (
                v3::candidates::create(candidate),
                v3::candidates::read_created,
            ),
            Version::V1 => {
                let fields = &candidate.custom_fields;
                let fields = self.client.written(FieldType::Candidate, fields).await?;
                (
                    v1::candidates::create(candidate, &fields, self.client.acting_user()),
                    v1::candidates::read_created,
                )
            }
        };
        self.client.call(&request, read).await
    }

    /// Changes a person. v3 replaces all custom fields at once, so where some change, the others are read first; if one of
    /// them cannot be written back, nothing is sent, and the refusal names it.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn update(&self, id: CandidateId, patch: &CandidatePatch) -> Result<(), Error> {
        let changes = patch.custom_fields.as_deref().unwrap_or_default();
        let request = match self.client.version() {
            Version::V3 => {
                let fields = match changes {
                    [] => Vec::new(),
                    changes => {
                        let found = self.before_an_update(id).await?;
                        let present = &found.custom_fields;
                        let changes = unshown(found.updated_at, changes, &patch.unshown);
                        keepable(present, &changes)?;
                        merged(present, &changes)
                    }
                };
                v3::candidates::update(id, patch, &fields)
            }
            Version::V1 => {
                let fields = self.client.written(FieldType::Candidate, changes).await?;
                v1::candidates::update(id, patch, &fields)
            }
        };
        self.client.call(&request, wire::read_nothing).await
    }

    async fn before_an_update(&self, id: CandidateId) -> Result<Candidate, Error> {
        let found = self.get(id).await.map_err(Error::before_a_write)?;
        let operation = Operation::CandidatesUpdate;
        found.ok_or(Error::NotFound {
            operation,
            hidden: false,
        })
    }
}

/// A row of a list from which absence is concluded. v3 has `{"message": …}` in the place of somebody whom it still makes.
fn shown(row: Option<Candidate>) -> Result<Candidate, Error> {
    let operation = Operation::CandidatesList;
    row.ok_or(Error::Processing { operation })
}

/// Taking somebody for somebody else is the worst that can happen, so the answer is checked: a gateway in between may
/// ignore a filter. Addresses that are hidden from us prove nothing.
fn may_have(candidate: &Candidate, email: &str) -> bool {
    let wanted = email.trim().to_lowercase();
    let addresses = &candidate.email_addresses;
    let matches = |address: &Contact| address.value.trim().to_lowercase() == wanted;
    addresses.is_empty() || addresses.iter().any(matches)
}
