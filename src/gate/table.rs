//! The table of connections: whose each is, and who was let in and has not come yet.
//!
//! Invariant: what one user costs does not depend on how many others are connected.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use tokio::time::Instant;

use crate::wire::gate_query::SessionView;
use crate::words::UserName;

/// Connections of one user: devices, and programs that reconnect before the server has noticed that they were gone.
pub(super) const EACH_MAX: usize = 64;
/// What the server takes in all (`max_connections`), each some 400 bytes here.
pub(super) const ALL_MAX: usize = 65_536;
/// Who was let in and has not come by then has gone.
const COMES_WITHIN: Duration = Duration::from_secs(5);

/// Who said too much at once stays out for so long: the second that others waited is less than a hundredth of it.
pub(super) const OUT_FOR: Duration = Duration::from_secs(120);

/// Why nobody of a name may come now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    TooMany,
    Flooded,
}

/// A server's id, and its number for the connection.
pub(super) type Place = (String, u64);

#[derive(Debug, Default)]
pub(super) struct Table {
    open: BTreeMap<Place, SessionView>,
    users: HashMap<UserName, Connections>,
}

/// Those of one user.
#[derive(Debug, Default)]
struct Connections {
    open: BTreeSet<Place>,
    /// When each was let in that the server has not told of, the first one first.
    coming: Vec<Instant>,
    /// Those of them that may no longer come.
    unwanted: Vec<Instant>,
    /// They said too much at once, and nobody comes before then.
    out_until: Option<Instant>,
}

impl Connections {
    fn forget(&mut self, now: Instant) {
        for awaited in [&mut self.coming, &mut self.unwanted] {
            awaited.retain(|since| now - *since < COMES_WITHIN);
        }
        self.out_until = self.out_until.filter(|until| now < *until);
    }

    fn is_empty(&self) -> bool {
        self.open.is_empty() && self.coming.is_empty() && self.unwanted.is_empty() && self.out_until.is_none()
    }
}

impl Table {
    /// One more of this user's is expected from now on.
    ///
    /// # Errors
    /// Where none may come.
    pub(super) fn expect(&mut self, user: &UserName, now: Instant) -> Result<(), Closed> {
        let its = self.users.entry(user.clone()).or_default();
        its.forget(now);
        if its.out_until.is_some() {
            return Err(Closed::Flooded);
        }
        if its.open.len() + its.coming.len() >= EACH_MAX {
            return Err(Closed::TooMany);
        }
        its.coming.push(now);
        Ok(())
    }

    /// Nobody of this name comes for a while. Gives where they are connected.
    pub(super) fn shut_out(&mut self, user: &UserName, now: Instant) -> Vec<Place> {
        self.users.entry(user.clone()).or_default().out_until = Some(now + OUT_FOR);
        self.unwant(user)
    }

    /// One has come. Whether it is unwanted by now.
    pub(super) fn came(&mut self, place: Place, view: SessionView, now: Instant) -> bool {
        let is_full = self.open.len() >= ALL_MAX;
        let its = self.users.entry(view.user.clone()).or_default();
        its.forget(now);
        // Who comes is one of those who were let in first.
        let unwanted = !its.unwanted.is_empty();
        let awaited = if unwanted { &mut its.unwanted } else { &mut its.coming };
        if !awaited.is_empty() {
            awaited.remove(0);
        }
        if !is_full {
            its.open.insert(place.clone());
            self.open.insert(place, view);
        }
        unwanted
    }

    pub(super) fn went(&mut self, place: &Place) {
        let Some(view) = self.open.remove(place) else { return };
        if let Some(its) = self.users.get_mut(&view.user) {
            its.open.remove(place);
            if its.is_empty() {
                self.users.remove(&view.user);
            }
        }
    }

    /// Where a user is connected; who was let in under this name and has not come is not wanted any more.
    pub(super) fn unwant(&mut self, user: &UserName) -> Vec<Place> {
        let Some(its) = self.users.get_mut(user) else { return Vec::new() };
        its.unwanted.append(&mut its.coming);
        its.open.iter().cloned().collect()
    }

    /// These are all that are connected. Who is awaited stays so.
    pub(super) fn replace(&mut self, open: BTreeMap<Place, SessionView>, now: Instant) {
        for its in self.users.values_mut() {
            its.open.clear();
            its.forget(now);
        }
        for (place, view) in &open {
            self.users.entry(view.user.clone()).or_default().open.insert(place.clone());
        }
        self.users.retain(|_, its| !its.is_empty());
        self.open = open;
    }

    /// The connections of one user, or of all.
    pub(super) fn of(&self, user: Option<&UserName>) -> Vec<SessionView> {
        let Some(user) = user else { return self.open.values().cloned().collect() };
        let places = self.users.get(user).into_iter().flat_map(|its| &its.open);
        places.filter_map(|place| self.open.get(place).cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(id: u64) -> Place {
        ("server".to_owned(), id)
    }

    fn view(user: &str) -> SessionView {
        let user = user.parse().unwrap();
        SessionView { user, from: String::new(), client: String::new(), since: String::new() }
    }

    fn ann() -> UserName {
        "ann".parse().unwrap()
    }

    #[test]
    fn who_was_let_in_counts_until_they_came_and_went_or_did_not_come() {
        let (mut table, now) = (Table::default(), Instant::now());
        assert!((0..EACH_MAX).all(|_| table.expect(&ann(), now).is_ok()));
        assert_eq!(table.expect(&ann(), now), Err(Closed::TooMany));
        assert!(!table.came(place(1), view("ann"), now));
        assert_eq!(table.expect(&ann(), now), Err(Closed::TooMany), "it has come, and counts");
        table.went(&place(1));
        assert_eq!(table.expect(&ann(), now), Ok(()));
        assert_eq!(table.expect(&ann(), now + COMES_WITHIN), Ok(()), "nobody came");
        assert_eq!(table.expect(&"bob".parse().unwrap(), now), Ok(()), "somebody else's are no matter");
    }

    #[test]
    fn who_is_unwanted_is_so_when_they_come_and_not_for_ever() {
        let (mut table, now) = (Table::default(), Instant::now());
        table.came(place(1), view("ann"), now);
        table.expect(&ann(), now).unwrap();
        assert_eq!(table.unwant(&ann()), [place(1)]);
        assert!(table.came(place(2), view("ann"), now), "it was let in before");
        assert!(!table.came(place(3), view("ann"), now), "it was let in since");
        table.expect(&ann(), now).unwrap();
        table.unwant(&ann());
        assert!(!table.came(place(4), view("ann"), now + COMES_WITHIN));
        assert_eq!(table.unwant(&"bob".parse().unwrap()), []);
    }

    #[test]
    fn who_flooded_is_out_for_a_while_also_where_nobody_of_them_is_connected() {
        let (mut table, now) = (Table::default(), Instant::now());
        table.came(place(1), view("ann"), now);
        table.expect(&ann(), now).unwrap();
        assert_eq!(table.shut_out(&ann(), now), [place(1)]);
        assert!(table.came(place(2), view("ann"), now), "it was let in before");
        for id in [1, 2] {
            table.went(&place(id));
        }
        table.replace(BTreeMap::new(), now);
        assert_eq!(table.expect(&ann(), now), Err(Closed::Flooded));
        table.replace(BTreeMap::new(), now + OUT_FOR);
        assert!(table.users.is_empty());
        assert_eq!(table.expect(&ann(), now + OUT_FOR), Ok(()));
    }

    #[test]
    fn what_the_servers_say_replaces_what_was_told() {
        let (mut table, now) = (Table::default(), Instant::now());
        table.came(place(1), view("ann"), now);
        table.came(place(2), view("bob"), now);
        table.expect(&ann(), now).unwrap();
        table.replace(BTreeMap::from([(place(3), view("ann"))]), now);
        assert_eq!((table.of(None).len(), table.of(Some(&ann())).len()), (1, 1));
        assert_eq!(table.unwant(&ann()), [place(3)]);
        assert!(table.came(place(5), view("ann"), now), "who was awaited still was");
        for id in [3, 5] {
            table.went(&place(id));
        }
        table.replace(BTreeMap::new(), now + COMES_WITHIN);
        assert!(table.users.is_empty() && table.open.is_empty());
    }
}
