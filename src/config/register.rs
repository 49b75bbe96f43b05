//! The callers in force, replaced whole while the service runs. Whoever looks a caller up sees the newest; a file at fault changes nothing
//! but what is said of it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::{Client, Clients};

/// The callers in force. Clones share them.
#[derive(Clone, Debug)]
pub struct Register(Arc<Held>);

#[derive(Debug)]
struct Held {
    clients: watch::Sender<Arc<Clients>>,
    faults: Mutex<usize>,
}

impl Register {
    /// Begins with these.
    #[must_use]
    pub fn new(clients: Clients) -> Self {
        Self(Arc::new(Held { clients: watch::Sender::new(Arc::new(clients)), faults: Mutex::default() }))
    }

    /// All of them.
    #[must_use]
    pub fn clients(&self) -> Arc<Clients> {
        self.0.clients.borrow().clone()
    }

    /// Whether a caller is registered and has this about it.
    #[must_use]
    pub fn has(&self, id: &str, what: impl Fn(&Client) -> bool) -> bool {
        self.clients().get(id).is_some_and(what)
    }

    /// Puts others in force.
    pub fn replace(&self, clients: Clients) {
        self.0.clients.send_replace(Arc::new(clients));
    }

    /// Ends when a caller is registered otherwise than at the call, or no more; also where nobody waits for it yet.
    pub fn changed(&self, id: &str) -> impl Future<Output = ()> + Send + use<> {
        let (kept, id) = (self.clone(), id.to_owned());
        let mut changes = self.0.clients.subscribe();
        let now = changes.borrow_and_update().get(&id).cloned();
        async move {
            if now.is_some() {
                drop(changes.wait_for(|clients| clients.get(&id) != now.as_ref()).await);
            }
            // The sender lives until here: there was no other end.
            drop(kept);
        }
    }

    /// Notes how many faults the file has that was to replace them.
    pub fn note_faults(&self, faults: usize) {
        metrics::gauge!("hedui_clients_problems").set(u32::try_from(faults).unwrap_or(u32::MAX));
        *self.0.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// How many faults the file has that was to replace them; 0 while those in force are the file's.
    #[must_use]
    pub fn faults(&self) -> usize {
        *self.0.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Register {
    /// Nobody.
    fn default() -> Self {
        Self::new(Clients::default())
    }
}

impl From<Clients> for Register {
    fn from(clients: Clients) -> Self {
        Self::new(clients)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn clients(clients: &[(&str, bool)]) -> Clients {
        let client = |(id, issues_itself): &(&str, bool)| Client {
            id: (*id).to_owned(),
            issues_itself: *issues_itself,
            ..Client::default()
        };
        Clients::new(clients.iter().map(client).collect())
    }

    #[test]
    fn a_caller_who_is_registered_otherwise_or_no_more_is_told() {
        let register = Register::new(clients(&[("a", false), ("b", false), ("c", false)]));
        let shared = register.clone();
        let mut waits = ["a", "b", "c", "nobody"].map(|id| Box::pin(shared.changed(id)));
        assert_eq!(waits.each_mut().map(|wait| wait.now_or_never().is_some()), [false, false, false, true]);
        let unwatched = Box::pin(shared.changed("b"));
        register.replace(clients(&[("a", false), ("b", true)]));
        assert!(unwatched.now_or_never().is_some(), "though nobody waited for it yet");
        let [a, b, c, _] = &mut waits;
        assert_eq!([a, b, c].map(|wait| wait.now_or_never().is_some()), [false, true, true]);
        assert!(shared.has("b", |client| client.issues_itself) && !shared.has("c", |_| true));
    }
}
