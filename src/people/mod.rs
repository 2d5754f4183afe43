//! People: who is on the payroll, how they sign in, what they may do, who is meant by an audience.

pub mod access;
pub mod audience;
