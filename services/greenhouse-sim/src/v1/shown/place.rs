//! Departments and offices: in full, in short inside something else, and as trees. The external ids of the children come
//! in another order than their ids, with nulls for those that have none.

use serde_json::{Value, json};

use crate::org::{
    Org,
    rows::{Department, Office},
};

/// A department in full.
pub(in crate::v1) fn department(org: &Org, row: &Department) -> Value {
    let parent = row.parent_id.and_then(|id| org.departments.get(id));
    let external = org.departments.find("parent_id", row.meta.id).rev();
    let external: Vec<_> = external.map(|child| child.external_id.clone()).collect();
    let mut whole = department_in_short(org, row);
    whole["parent_department_external_id"] =
        json!(parent.and_then(|parent| parent.external_id.clone()));
    whole["child_department_external_ids"] = json!(external);
    whole
}

/// A department as jobs and prospects name it.
pub(super) fn department_in_short(org: &Org, row: &Department) -> Value {
    let children = org.departments.find("parent_id", row.meta.id);
    json!({
        "id": row.meta.id,
        "name": row.name,
        "parent_id": row.parent_id,
        "child_ids": children.map(|child| child.meta.id).collect::<Vec<_>>(),
        "external_id": row.external_id,
    })
}

/// A department with everything below it.
pub(in crate::v1) fn department_tree(org: &Org, row: &Department) -> Value {
    let children = org.departments.find("parent_id", row.meta.id);
    json!({
        "id": row.meta.id,
        "name": row.name,
        "children": children.map(|child| department_tree(org, child)).collect::<Vec<_>>(),
        "external_id": row.external_id,
    })
}

/// An office in full.
pub(in crate::v1) fn office(org: &Org, row: &Office) -> Value {
    let parent = row.parent_id.and_then(|id| org.offices.get(id));
    let external = org.offices.find("parent_id", row.meta.id).rev();
    let external: Vec<_> = external.map(|child| child.external_id.clone()).collect();
    let mut whole = office_in_short(org, row);
    whole["parent_office_external_id"] =
        json!(parent.and_then(|parent| parent.external_id.clone()));
    whole["child_office_external_ids"] = json!(external);
    whole
}

/// An office as jobs and prospects name it.
pub(super) fn office_in_short(org: &Org, row: &Office) -> Value {
    let children = org.offices.find("parent_id", row.meta.id);
    json!({
        "id": row.meta.id,
        "name": row.name,
        "location": {"name": row.location},
        "primary_contact_user_id": row.primary_in_house_contact_user_id,
        "parent_id": row.parent_id,
        "child_ids": children.map(|child| child.meta.id).collect::<Vec<_>>(),
        "external_id": row.external_id,
    })
}

/// An office with everything below it.
pub(in crate::v1) fn office_tree(org: &Org, row: &Office) -> Value {
    let children = org.offices.find("parent_id", row.meta.id);
    json!({
        "id": row.meta.id,
        "name": row.name,
        "location": {"name": row.location},
        "primary_contact_user_id": row.primary_in_house_contact_user_id,
        "external_id": row.external_id,
        "children": children.map(|child| office_tree(org, child)).collect::<Vec<_>>(),
    })
}
