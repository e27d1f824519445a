//! Random rules, and a calendar that is counted day by day.

pub mod calendar;
pub mod rules;
