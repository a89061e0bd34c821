//! What Greenhouse tells by webhook: deliveries recorded once, and what `statuses` and `jobs` have yet to look at.
//!
//! A verified delivery becomes a row that dedupes it and one task per [`Notice`], in one transaction; only then is it
//! answered. A consumer takes tasks, reads the things they name, and settles them:
//!
//! ```text
//! loop {
//!     let tasks = store.claim_tasks(Consumer::Statuses, 200, LEASE, Lanes::ALL).await?; // fair over tenants
//!     for each connection among them: accounts.client_at(&tenant, connection, revision), act on all its notices at once
//!     store.settle_tasks(&done).await?;                                          // or release_tasks(&failed, delay, true)
//!     if tasks.is_empty() { wake.wait(News::Webhooks(Consumer::Statuses), INTERVAL).await }
//! }
//! ```
//!
//! - **At least once.** A task comes back when its lease ends, so acting on one twice must have the effect of acting
//!   once. Reading a thing and comparing it with what is known is of that kind.
//! - **In no order.** Greenhouse promises none, and tasks of one connection may be with two replicas at once.
//! - **Many at a time.** Thousands of tasks can name one application: gather the ids of a claim before reading.
//! - Settling does not wait for the disk: losing it means one more look.
//!
//! Deliberately absent: signatures, Greenhouse's JSON, and what a notice means.

mod premature;
mod record;
mod seen;
mod tasks;

pub use record::{Delivery, Recorded, WebhookKey};
pub use seen::{Refused, WebhookSeen};
pub use tasks::{Backlog, Lanes, Task, by_connection};
