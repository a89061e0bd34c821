//! Options of custom fields that select.

use domain::{CustomFieldId, CustomFieldOptionId};

use crate::client::Client;
use crate::error::Error;
use crate::v1;
use crate::v3;
use crate::version::Version;
use crate::wire;

/// An option of a custom field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomFieldOption {
    /// Id.
    pub id: CustomFieldOptionId,
    /// The field it belongs to.
    pub custom_field_id: Option<CustomFieldId>,
    /// What people see, and what values name.
    pub name: String,
    /// The customer's own key of it.
    pub external_id: Option<String>,
    /// Position among the options, ascending.
    pub sort_order: Option<i64>,
    /// Whether it was not archived.
    pub active: bool,
}

/// An option to create, or what an option shall become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomFieldOption {
    /// What people see.
    pub name: String,
    /// Position among the options, ascending.
    pub sort_order: i64,
    /// The customer's own key of it.
    pub external_id: Option<String>,
}

/// Operations on options.
#[derive(Debug, Clone, Copy)]
pub struct CustomFieldOptions<'a> {
    client: &'a Client,
}

impl Client {
    /// Options of custom fields that select.
    #[must_use]
    pub fn custom_field_options(&self) -> CustomFieldOptions<'_> {
        CustomFieldOptions { client: self }
    }
}

impl CustomFieldOptions<'_> {
    /// The options of these fields. v3 tells archived ones too and says that they are; v1 would not say so, and tells
    /// active ones alone.
    ///
    /// # Errors
    /// [`Error`] of a read.
    pub async fn of_fields(&self, ids: &[CustomFieldId]) -> Result<Vec<CustomFieldOption>, Error> {
        match self.client.version() {
            Version::V3 => {
                use v3::custom_field_options::{of_fields, read_list};
                self.client.all_of(ids, of_fields, read_list).await
            }
            Version::V1 => {
                use v1::custom_fields::{options_of, read_options};
                let mut all = Vec::new();
                for id in ids {
                    let options = self
                        .client
                        .each_of(&[*id], options_of, read_options)
                        .await?;
                    all.extend(options.into_iter().map(|option| CustomFieldOption {
                        custom_field_id: Some(*id),
                        ..option
                    }));
                }
                Ok(all)
            }
        }
    }

    /// Adds an option to a field. v1 keeps silent about a name that exists and changes nothing then; neither version's
    /// answer is sure to tell the id.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn create(
        &self,
        field: CustomFieldId,
        option: &NewCustomFieldOption,
    ) -> Result<(), Error> {
        let request = match self.client.version() {
            Version::V3 => v3::custom_field_options::create(field, option),
            Version::V1 => v1::custom_fields::create_option(field, option),
        };
        self.client.call(&request, wire::read_nothing).await
    }

    /// Changes an option of a field.
    ///
    /// # Errors
    /// [`Error`] of a write.
    pub async fn update(
        &self,
        field: CustomFieldId,
        id: CustomFieldOptionId,
        option: &NewCustomFieldOption,
    ) -> Result<(), Error> {
        let request = match self.client.version() {
            Version::V3 => v3::custom_field_options::update(id, option),
            Version::V1 => v1::custom_fields::update_option(field, id, option),
        };
        self.client.call(&request, wire::read_nothing).await
    }
}
