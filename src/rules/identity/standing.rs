//! A user is suspended (may neither send nor receive) and resumed.

use crate::rules::command::Named;
use crate::rules::{Fact, Rejection, State};
use crate::words::UserName;

pub(in crate::rules) fn suspend(state: &State, command: &Named) -> Result<Vec<Fact>, Rejection> {
    let fact = Fact::UserSuspended { user: command.name.clone() };
    Ok(if suspended(state, &command.name)? { Vec::new() } else { vec![fact] })
}

pub(in crate::rules) fn resume(state: &State, command: &Named) -> Result<Vec<Fact>, Rejection> {
    let fact = Fact::UserResumed { user: command.name.clone() };
    Ok(if suspended(state, &command.name)? { vec![fact] } else { Vec::new() })
}

fn suspended(state: &State, name: &UserName) -> Result<bool, Rejection> {
    let user = state.user_named(name).ok_or_else(|| Rejection::unknown_user(name.as_str()))?;
    Ok(user.suspended)
}

pub(super) fn evolve(state: &mut State, name: &UserName, suspended: bool) {
    if let Some(user) = state.user_named_mut(name) {
        user.suspended = suspended;
    }
}
