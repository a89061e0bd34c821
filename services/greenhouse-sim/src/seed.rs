//! What an organisation contains before anybody calls. The same seed always plants the same rows with the same ids.

mod crowd;
mod names;

use std::time::Duration;

use crate::{
    org::{
        Org, fields::NewOption, people::NewUser, posting::NewPost, recruiting::NewJob,
        rows::CustomField,
    },
    stamp::Stamp,
    table::Meta,
};

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// A Site Admin and a service account, nothing else.
    Empty,
    /// Seven jobs (five open, one closed, one confidential), eight users, sources, reasons; no candidates.
    #[default]
    Small,
    /// 3 offices, 5 departments, 25 jobs with posts and stages, 40 users, 400 candidates.
    Demo,
    /// This many candidates, on a tenth as many jobs but at least 25.
    Candidates(u32),
    /// This many jobs with posts and stages, those of the small one included; no candidates.
    Jobs(u32),
}

/// Everything planted is older than the simulator by this much.
const AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Jobs of the bigger seeds, those of the small one included.
const FEWEST_JOBS: usize = 25;

/// The seed's Site Admin, as tests and the program's first line find them.
pub(crate) const ADMIN_EMPLOYEE: &str = "E0001";

pub(crate) fn plant(org: &mut Org, seed: Seed, now: Stamp) {
    let then = now.minus_millis(i64::try_from(AGE.as_millis()).unwrap_or_default());
    let admin = plant_admin(org, then);
    if seed == Seed::Empty {
        return;
    }
    plant_choices(org, then);
    plant_structure(org, then);
    plant_staff(org, then);
    plant_jobs(org, admin, then);
    match seed {
        Seed::Demo => crowd::gather(org, 400, FEWEST_JOBS, then, now),
        Seed::Candidates(count) => {
            let jobs = FEWEST_JOBS.max(count as usize / 10);
            crowd::gather(org, count, jobs, then, now);
        }
        Seed::Jobs(count) => crowd::gather(org, 0, count as usize, then, now),
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
    for name in [
        "Hire - New Headcount",
        "Hire - Backfill",
        "Budget cut",
        "On hold",
    ] {
        org.add_close_reason(name, then);
    }
    org.add_pool("Introductions", &["Introduced", "In contact"], then);
    org.add_pool("Alumni", &["Left"], then);
    plant_custom_fields(org, then);
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
const FIELDS: [FieldSeed; 7] = [
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
    (
        "job",
        "employment_type",
        "Employment type",
        "single_select",
        &["Full-time", "Part-time", "Contract"],
    ),
];

fn plant_custom_fields(org: &mut Org, then: Stamp) {
    for (field_type, name_key, name, value_type, options) in FIELDS {
        let meta = Meta::new(org.ids.next("custom_field"), then);
        let field = CustomField {
            name_key: name_key.to_owned(),
            ..CustomField::plain(meta, field_type, name, value_type)
        };
        let options = options.iter().map(|name| NewOption {
            name: (*name).to_owned(),
            ..NewOption::default()
        });
        let _ = org.add_custom_field(field, options.collect());
    }
}

/// Two levels of departments and of offices.
fn plant_structure(org: &mut Org, then: Stamp) {
    let engineering = org.add_department("Engineering", None, Some("D-ENG"), then);
    org.add_department("Platform", Some(engineering), Some("D-PLT"), then);
    org.add_department("Design", None, None, then);
    org.add_department("Data", Some(engineering), Some("D-DAT"), then);
    org.add_department("Sales", None, Some("D-SAL"), then);
    let europe = org.add_office("Europe", None, Some("O-EU"), then);
    org.add_office("Berlin", Some(europe), Some("O-BER"), then);
    org.add_office("New York", None, None, then);
}

/// A published post for a job, in the job's first office.
fn plant_post(org: &mut Org, job_id: i64, then: Stamp) {
    let Some(job) = org.jobs.get(job_id) else {
        return;
    };
    let post = NewPost {
        title: job.name.clone(),
        job_id: Some(job_id),
        content: format!("<p>We look for a {} & more.</p>", job.name),
        office_id: job.office_ids.iter().flatten().next().copied(),
        ..NewPost::default()
    };
    let _ = org.add_post(post, then);
}

fn plant_jobs(org: &mut Org, admin: i64, then: Stamp) {
    let open = [
        "Backend Engineer",
        "Product Designer",
        "Data Analyst",
        "Account Executive",
        "Site Reliability Engineer",
    ];
    let departments: Vec<i64> = org.departments.iter().map(|row| row.meta.id).collect();
    let offices: Vec<i64> = org.offices.iter().map(|row| row.meta.id).collect();
    let recruiter = org.users.find("employee_ids", "E0002").next();
    let manager = org.users.find("employee_ids", "E0004").next();
    let recruiters: Vec<i64> = recruiter.map(|user| user.meta.id).into_iter().collect();
    let hiring_managers: Vec<i64> = manager.map(|user| user.meta.id).into_iter().collect();
    for (number, name) in open.into_iter().enumerate() {
        let new = NewJob {
            name: name.to_owned(),
            requisition_id: Some(format!("REQ-{}", number + 1)),
            department_id: departments.get(number % departments.len().max(1)).copied(),
            office_ids: vec![offices[number % offices.len()]],
            hiring_team: vec![admin],
            recruiters: recruiters.clone(),
            hiring_managers: hiring_managers.clone(),
            ..NewJob::default()
        };
        let job = org.add_job(new, then);
        plant_post(org, job, then);
    }
    let community = NewPost {
        title: "Join our talent community".to_owned(),
        content: "<p>Nothing that fits? Tell us about you.</p>".to_owned(),
        location: Some("Anywhere".to_owned()),
        ..NewPost::default()
    };
    let _ = org.add_post(community, then);
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
