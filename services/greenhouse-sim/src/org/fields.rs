//! Custom fields and their options: set up and changed. Every record of the field's type shows the field from then on,
//! unset; that alone does not move anybody's `updated_at`.

use serde_json::Value;

use super::{
    Org, Refused,
    custom_fields::{CustomValue, CustomValues, holding},
    refused,
    rows::{CustomField, CustomFieldOption},
    structure::ids,
};
use crate::{
    stamp::Stamp,
    table::{Meta, Row, Table},
};

/// An option as asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewOption {
    pub(crate) name: String,
    pub(crate) sort_order: Option<i64>,
    pub(crate) external_id: Option<String>,
}

impl Org {
    /// Sets up a field; its key is made of the name, told apart by a number where another field has it.
    pub(crate) fn add_custom_field(
        &mut self,
        mut field: CustomField,
        options: Vec<NewOption>,
    ) -> Result<i64, Refused> {
        let taken = self.custom_fields.of_type(&field.field_type);
        if taken.into_iter().any(|known| known.name == field.name) {
            return Err(refused("name", "has already been taken"));
        }
        let selects = ["single_select", "multi_select"].contains(&field.value_type.as_str());
        if selects == options.is_empty() {
            let reason = if selects {
                "is missing for a select"
            } else {
                "is only allowed for a select"
            };
            return Err(refused("custom_field_options", reason));
        }
        let named = |at: usize| {
            options[..at]
                .iter()
                .any(|known| known.name == options[at].name)
        };
        if (0..options.len()).any(named) {
            return Err(refused("custom_field_options", "has a name twice"));
        }
        if field.name_key.is_empty() {
            field.name_key = self.free_key(&field.name);
        }
        let last = self.custom_fields.fields.iter().map(|row| row.sort_order);
        field.sort_order = last.max().map_or(0, |last| last + 1);
        let now = field.meta.created_at;
        let (field_type, key) = (field.field_type.clone(), field.name_key.clone());
        let unset = holding(&field, Value::Null, Vec::new());
        let id = self.custom_fields.fields.insert(field);
        for option in options {
            self.add_option(id, option, now)?;
        }
        self.each_values(&field_type, &|values| {
            values.insert(key.clone(), unset.clone());
        });
        Ok(id)
    }

    /// Renames or otherwise edits a field; the values show the new name at once.
    pub(crate) fn edit_custom_field(
        &mut self,
        id: i64,
        edit: impl FnOnce(&mut CustomField),
        now: Stamp,
    ) -> Result<(), Refused> {
        let Some(mut row) = self.custom_fields.fields.get(id).cloned() else {
            return Err(refused("id", "is unknown"));
        };
        edit(&mut row);
        let other = |known: &CustomField| known.meta.id != id && known.name == row.name;
        if self.custom_fields.of_type(&row.field_type).any(other) {
            return Err(refused("name", "has already been taken"));
        }
        row.meta.updated_at = now;
        let shown = row.active == Some(true);
        let (field_type, key, name) = (
            row.field_type.clone(),
            row.name_key.clone(),
            row.name.clone(),
        );
        let unset = holding(&row, Value::Null, Vec::new());
        self.custom_fields.fields.change(id, |known| *known = row);
        self.each_values(&field_type, &|values| {
            if shown {
                let value = values.entry(key.clone()).or_insert_with(|| unset.clone());
                value.name.clone_from(&name);
            } else {
                values.remove(&key);
            }
        });
        Ok(())
    }

    /// A value of a candidate as pages write it, which asks for no form that calls take.
    pub(crate) fn fill_custom_field(
        &mut self,
        candidate_id: i64,
        field_id: i64,
        value: Value,
        now: Stamp,
    ) -> Result<(), Refused> {
        let field = self.custom_fields.fields.get(field_id);
        let field = field.ok_or_else(|| refused("custom_field_id", "is unknown"))?;
        let (key, held) = (field.name_key.clone(), holding(field, value, Vec::new()));
        let filled = self.candidates.change(candidate_id, |candidate| {
            let values = candidate.custom_fields.get_or_insert_default();
            values.insert(key, held);
            candidate.meta.updated_at = now;
        });
        match filled {
            true => Ok(()),
            false => Err(refused("candidate_id", "is unknown")),
        }
    }

    pub(crate) fn add_option(
        &mut self,
        field_id: i64,
        new: NewOption,
        now: Stamp,
    ) -> Result<i64, Refused> {
        let field = self.custom_fields.fields.get(field_id);
        let selects = |field: &&CustomField| {
            ["single_select", "multi_select"].contains(&field.value_type.as_str())
        };
        let Some(field) = field.filter(selects) else {
            return Err(refused("custom_field_id", "is not a select"));
        };
        if field.active != Some(true) {
            return Err(refused("custom_field_id", "is archived"));
        }
        let key = field.name_key.clone();
        self.free_option_name(field_id, &new.name, None)?;
        let known = self.custom_fields.options_of(field_id);
        let last = known.iter().map(|option| option.sort_order).max();
        let meta = Meta::new(self.ids.next("custom_field_option"), now);
        Ok(self.custom_fields.options.insert(CustomFieldOption {
            meta,
            custom_field_id: field_id,
            name: new.name,
            external_id: new.external_id,
            sort_order: new
                .sort_order
                .unwrap_or_else(|| last.map_or(0, |last| last + 1)),
            active: true,
            custom_field_key: key,
        }))
    }

    /// Edits an option; records that chose it show its new name at once.
    pub(crate) fn edit_option(
        &mut self,
        id: i64,
        edit: impl FnOnce(&mut CustomFieldOption),
        now: Stamp,
    ) -> Result<(), Refused> {
        let Some(old) = self.custom_fields.options.get(id).cloned() else {
            return Err(refused("id", "is unknown"));
        };
        let mut row = old.clone();
        edit(&mut row);
        if row.name != old.name {
            self.free_option_name(row.custom_field_id, &row.name, Some(id))?;
        }
        row.meta.updated_at = now;
        let field = self.custom_fields.fields.get(row.custom_field_id);
        let field_type = field.map_or_else(String::new, |field| field.field_type.clone());
        let (key, name) = (row.custom_field_key.clone(), row.name.clone());
        self.custom_fields.options.change(id, |known| *known = row);
        if name != old.name {
            self.each_values(&field_type, &|values| {
                if let Some(value) = values.get_mut(&key) {
                    rename(value, &old.name, &name);
                }
            });
        }
        Ok(())
    }

    fn free_option_name(
        &self,
        field_id: i64,
        name: &str,
        except: Option<i64>,
    ) -> Result<(), Refused> {
        let mut known = self
            .custom_fields
            .options
            .find("custom_field_ids", field_id);
        if known.any(|option| option.name == name && Some(option.meta.id) != except) {
            return Err(refused("name", "has already been taken"));
        }
        Ok(())
    }

    fn free_key(&self, name: &str) -> String {
        let word = |letter: char| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '_'
            }
        };
        let slug: String = name.trim().chars().map(word).collect();
        let taken = |key: &str| {
            self.custom_fields
                .fields
                .find("name_key", key)
                .next()
                .is_some()
        };
        let numbered = (1..).map(|number| format!("{slug}_{number}"));
        std::iter::once(slug.clone())
            .chain(numbered)
            .find(|key| !taken(key))
            .unwrap_or(slug)
    }

    fn each_values(&mut self, field_type: &str, change: &dyn Fn(&mut CustomValues)) {
        match field_type {
            "candidate" => all(&mut self.candidates, change, |row| &mut row.custom_fields),
            "application" => all(&mut self.applications, change, |row| &mut row.custom_fields),
            "job" => all(&mut self.jobs, change, |row| &mut row.custom_fields),
            "opening" => all(&mut self.openings, change, |row| &mut row.custom_fields),
            "user_attribute" => all(&mut self.users, change, |row| &mut row.custom_fields),
            _ => {}
        }
    }
}

fn all<T: Row>(
    table: &mut Table<T>,
    change: &dyn Fn(&mut CustomValues),
    values: impl Fn(&mut T) -> &mut Option<CustomValues>,
) {
    for id in ids(table.iter().map(Row::meta)) {
        table.change(id, |row| change(values(row).get_or_insert_default()));
    }
}

fn rename(value: &mut CustomValue, old: &str, new: &str) {
    let swap = |item: &mut Value| {
        if item.as_str() == Some(old) {
            *item = Value::from(new);
        }
    };
    match &mut value.value {
        Value::Array(items) => items.iter_mut().for_each(swap),
        single => swap(single),
    }
}
