//! Departments and offices: set up, and deleted by an admin.

use super::{
    Org, Refused, refused,
    rows::{Department, Office},
};
use crate::{stamp::Stamp, table::Meta};

impl Org {
    pub(crate) fn add_department(
        &mut self,
        name: &str,
        parent_id: Option<i64>,
        external_id: Option<&str>,
        now: Stamp,
    ) -> i64 {
        let meta = Meta::new(self.ids.next("department"), now);
        self.departments.insert(Department {
            meta,
            name: name.to_owned(),
            parent_id,
            external_id: external_id.map(str::to_owned),
        })
    }

    pub(crate) fn add_office(
        &mut self,
        name: &str,
        parent_id: Option<i64>,
        external_id: Option<&str>,
        now: Stamp,
    ) -> i64 {
        let meta = Meta::new(self.ids.next("office"), now);
        self.offices.insert(Office {
            meta,
            name: name.to_owned(),
            parent_id,
            external_id: external_id.map(str::to_owned),
            location: Some(name.to_owned()),
            primary_in_house_contact_user_id: None,
        })
    }

    /// Puts a user into offices and departments that exist, and nowhere else.
    pub(crate) fn place_user(&mut self, id: i64, offices: Vec<i64>, departments: Vec<i64>) {
        let rows = offices.iter().filter_map(|id| self.offices.get(*id));
        let external_offices = rows.filter_map(|row| row.external_id.clone()).collect();
        let rows = departments.iter();
        let rows = rows.filter_map(|id| self.departments.get(*id));
        let external_departments = rows.filter_map(|row| row.external_id.clone()).collect();
        self.users.change(id, |user| {
            user.office_ids = offices;
            user.department_ids = departments;
            user.external_office_ids = external_offices;
            user.external_department_ids = external_departments;
        });
    }

    /// Takes users out of an office or department that is gone.
    fn displace(&mut self, name: &'static str, place: i64) {
        for id in ids(self.users.find(name, place).map(|row| &row.meta)) {
            let Some(user) = self.users.get(id) else {
                continue;
            };
            let without =
                |places: &[i64]| places.iter().copied().filter(|id| *id != place).collect();
            let (offices, departments) = (without(&user.office_ids), without(&user.department_ids));
            self.place_user(id, offices, departments);
        }
    }

    /// Deletes a department. Its children move to the top, its jobs have none any more; their rows are not touched
    /// otherwise, so that `updated_at` does not tell.
    pub(crate) fn delete_department(&mut self, id: i64) -> Result<(), Refused> {
        if self.departments.get(id).is_none() {
            return Err(refused("department_id", "is unknown"));
        }
        self.announce_deleted_department(id);
        self.departments.remove(id);
        for child in ids(self.departments.find("parent_id", id).map(|row| &row.meta)) {
            self.departments.change(child, |row| row.parent_id = None);
        }
        for job in ids(self.jobs.find("department_id", id).map(|row| &row.meta)) {
            self.jobs.change(job, |job| job.department_id = None);
        }
        self.displace("department_ids", id);
        Ok(())
    }

    /// Deletes an office, as [`Org::delete_department`] does.
    pub(crate) fn delete_office(&mut self, id: i64) -> Result<(), Refused> {
        if self.offices.get(id).is_none() {
            return Err(refused("office_id", "is unknown"));
        }
        self.announce_deleted_office(id);
        self.offices.remove(id);
        for child in ids(self.offices.find("parent_id", id).map(|row| &row.meta)) {
            self.offices.change(child, |row| row.parent_id = None);
        }
        for job in ids(self.jobs.find("office_id", id).map(|row| &row.meta)) {
            self.jobs.change(job, |job| {
                job.office_ids
                    .iter_mut()
                    .for_each(|ids| ids.retain(|office| *office != id));
            });
        }
        self.displace("office_ids", id);
        Ok(())
    }
}

/// The ids of rows that are about to be changed.
pub(super) fn ids<'a>(rows: impl Iterator<Item = &'a Meta>) -> Vec<i64> {
    rows.map(|meta| meta.id).collect()
}
