//! The simulator as a client on the other side of a socket meets it. The client here speaks HTTP by hand, so that cut
//! answers and reset connections show as what they are.

mod auth;
#[cfg(test)]
mod bulk;
#[cfg(test)]
mod client;
#[cfg(test)]
mod control;
#[cfg(test)]
mod custom_fields;
mod faults;
mod filters;
mod lag;
mod limits;
#[cfg(test)]
mod organisations;
mod pages;
#[cfg(test)]
mod partners;
mod program;
mod recruiting;
#[cfg(test)]
mod rights;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod shapes;
mod strictness;
#[cfg(test)]
mod structure;
#[cfg(test)]
mod upheaval;
#[cfg(test)]
mod v1;
mod visibility;
#[cfg(test)]
mod webhooks;
mod writes;
