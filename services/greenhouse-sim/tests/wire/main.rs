//! The simulator as a client on the other side of a socket meets it. The client here speaks HTTP by hand, so that cut
//! answers and reset connections show as what they are.

mod auth;
#[cfg(test)]
mod client;
#[cfg(test)]
mod control;
mod faults;
mod filters;
mod lag;
mod limits;
mod pages;
mod program;
mod recruiting;
#[cfg(test)]
mod shapes;
mod strictness;
#[cfg(test)]
mod v1;
mod visibility;
mod writes;
