//! What an organisation contains before anybody calls. The same seed always plants the same rows with the same ids.

mod crowd;
mod names;

use std::time::Duration;

use crate::{
    org::{Org, custom_fields::CustomField, people::NewUser, recruiting::NewJob},
    stamp::Stamp,
};

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// A Site Admin and a service account, nothing else.
    Empty,
    /// Seven jobs (five open, one closed, one confidential), eight users, sources, reasons; no candidates.
    #[default]
    Small,
    /// 25 jobs, 40 users, 400 candidates.
    Demo,
    /// This many candidates on 25 jobs.
    Candidates(u32),
}

/// Everything planted is older than the simulator by this much.
const AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// The seed's Site Admin, as tests and the program's first line find them.
pub(crate) const ADMIN_EMPLOYEE: &str = "E0001";

pub(crate) fn plant(org: &mut Org, seed: Seed, now: Stamp) {
    let then = now.minus_millis(i64::try_from(AGE.as_millis()).unwrap_or_default());
    let admin = plant_admin(org, then);
    if seed == Seed::Empty {
        return;
    }
    plant_choices(org, then);
    plant_staff(org, then);
    plant_jobs(org, admin, then);
    match seed {
        Seed::Demo => crowd::gather(org, 400, then, now),
        Seed::Candidates(count) => crowd::gather(org, count, then, now),
        Seed::Empty | Seed::Small => {}
    }
}

fn plant_admin(org: &mut Org, then: Stamp) -> i64 {
    let admin = NewUser {
        first_name: "Ada".to_owned(),
        last_name: "Admin".to_owned(),
        email: format!("ada.admin@{}.example", org.name),
        site_admin: true,
        employee_id: Some(ADMIN_EMPLOYEE.to_owned()),
        deactivated: false,
    };
    org.add_user(admin, then)
}

/// Two of the staff are no referrers yet, one has left, and one refers from outside.
fn plant_staff(org: &mut Org, then: Stamp) {
    let staff = [
        ("Rita", "Recruiter", true, false),
        ("Carl", "Coordinator", false, false),
        ("Hana", "Manager", true, false),
        ("Emil", "Engineer", true, false),
        ("Nora", "Newcomer", false, false),
        ("Lars", "Leaver", true, true),
    ];
    for (number, (first, last, refers, deactivated)) in (2..).zip(staff) {
        let email = format!(
            "{}.{}@{}.example",
            first.to_lowercase(),
            last.to_lowercase(),
            org.name
        );
        let new = NewUser {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email,
            site_admin: false,
            employee_id: Some(format!("E{number:04}")),
            deactivated,
        };
        let user = org.add_user(new, then);
        if refers {
            org.add_referrer(&format!("{first} {last}"), Some(user), then);
        }
    }
    org.add_referrer("Olga Outside", None, then);
}

fn plant_choices(org: &mut Org, then: Stamp) {
    let sources = [
        ("LinkedIn", (4_000_001, "Third-party boards")),
        ("Referral", (4_000_002, "Referrals")),
        ("Intrro", (4_000_002, "Referrals")),
        (
            "Jobs page on your website",
            (4_000_003, "Company marketing"),
        ),
        ("Other", (4_000_004, "Other")),
    ];
    for (name, kind) in sources {
        org.add_source(name, kind, then);
    }
    let we = (4_100_001, "WE_REJECTED_THEM", "We rejected them");
    let they = (4_100_002, "THEY_REJECTED_US", "They rejected us");
    let none = (4_100_003, "NONE_SPECIFIED", "None Specified");
    let reasons = [
        ("Lacking skill(s)/qualification(s)", we, false),
        ("Hired other candidate", we, false),
        ("Wants more compensation", they, false),
        ("Type of work", they, false),
        ("Other (add notes below)", none, true),
    ];
    for (name, kind, default) in reasons {
        org.add_rejection_reason(name, kind, default, then);
    }
    org.departments
        .extend((0..5).map(|number| 4_200_001 + number));
    org.offices.extend((0..3).map(|number| 4_300_001 + number));
    org.pools.insert(4_400_001, vec![4_410_001, 4_410_002]);
    plant_custom_fields(org);
}

/// Belongs to, key, label, value type, options.
type FieldSeed = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const STATUSES: &[&str] = &["Introduced", "Accepted", "Interviewing", "Hired", "Closed"];
const FIELDS: [FieldSeed; 6] = [
    (
        "candidate",
        "intrro_status",
        "Intrro status",
        "single_select",
        STATUSES,
    ),
    (
        "candidate",
        "intrro_introduction",
        "Intrro introduction",
        "short_text",
        &[],
    ),
    (
        "candidate",
        "intrro_referrer",
        "Intrro referrer",
        "short_text",
        &[],
    ),
    (
        "candidate",
        "desired_salary",
        "Desired salary",
        "currency",
        &[],
    ),
    (
        "candidate",
        "work_remotely",
        "Works remotely",
        "yes_no",
        &[],
    ),
    (
        "application",
        "notice_period",
        "Notice period",
        "short_text",
        &[],
    ),
];

fn plant_custom_fields(org: &mut Org) {
    for (field_type, name_key, name, value_type, options) in FIELDS {
        let id = org.ids.next("custom_field");
        let options = options
            .iter()
            .map(|name| (org.ids.next("custom_field_option"), *name))
            .collect();
        org.custom_fields.push(CustomField {
            id,
            field_type,
            name_key,
            name,
            value_type,
            options,
        });
    }
}

fn plant_jobs(org: &mut Org, admin: i64, then: Stamp) {
    let open = [
        "Backend Engineer",
        "Product Designer",
        "Data Analyst",
        "Account Executive",
        "Site Reliability Engineer",
    ];
    for (number, name) in (1..).zip(open) {
        let new = NewJob {
            name: name.to_owned(),
            requisition_id: Some(format!("REQ-{number}")),
            department_id: org.departments.iter().next().copied(),
            office_ids: org.offices.iter().copied().take(1).collect(),
            hiring_team: vec![admin],
            ..NewJob::default()
        };
        org.add_job(new, then);
    }
    let closed = org.add_job(
        NewJob {
            name: "Office Manager".to_owned(),
            ..NewJob::default()
        },
        then,
    );
    let _ = org.close_job(closed, then.plus(Duration::from_secs(3600)));
    // The Site Admin is not on this hiring team, so the API never shows it to them.
    org.add_job(
        NewJob {
            name: "Chief Something Officer".to_owned(),
            confidential: true,
            ..NewJob::default()
        },
        then,
    );
}
