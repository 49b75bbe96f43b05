//! The sockets: binds ports, hands requests to departments, makes faults happen. Also the endpoints that tests and people use to read
//! the truth and to change the faults, which the service never calls.

mod connection;
mod control;
mod effects;
mod exchange;
mod form;
mod statistics;
mod truth_routes;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{any, get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Config;
use crate::copies::{Asked, Copies, RecordTruth};
use crate::departments::{Key, State};
use crate::faults::{FaultPlan, Gate, PlanError};
use crate::population::{Population, SAMPLE_INDEX};
use crate::truth::{Household, RequestOptions};
use connection::{Listener, Switch};
use statistics::Statistics;

/// Why the mocks did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The fault plan has wrong values.
    #[error(transparent)]
    Faults(#[from] PlanError),
    /// More households than person numbers allow.
    #[error("{0} households are too many; at most 3000000 can be generated")]
    TooMany(u32),
    /// A port could not be bound.
    #[error("cannot listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for any free one")]
    Bind {
        /// Port.
        port: u16,
        /// Cause.
        source: std::io::Error,
    },
    /// Generating the population was cut short.
    #[error("the population could not be generated")]
    Generation,
}

/// What every request needs.
pub(crate) struct App {
    copies: Copies,
    gate: Gate,
    state: State,
    statistics: Statistics,
    ticket_delay: Duration,
    stop: CancellationToken,
}

/// The departments, running. Dropping it stops them.
pub struct MockSources {
    app: Arc<App>,
    population: Arc<Population>,
    addr: SocketAddr,
    department_addrs: Vec<SocketAddr>,
    tasks: TaskTracker,
}

impl MockSources {
    /// Generates the population and starts the departments on 127.0.0.1.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        if config.households > 3_000_000 {
            return Err(StartError::TooMany(config.households));
        }
        let faults = config.faults.clone().checked()?;
        let (seed, count, as_of) = (config.seed, config.households, config.as_of);
        let generated = tokio::task::spawn_blocking(move || {
            let copies = Copies::new(Arc::new(Population::generate(seed, count, as_of)), config.dirt);
            copies.prepare();
            copies
        });
        let copies = generated.await.map_err(|_| StartError::Generation)?;
        let population = Arc::clone(copies.population());
        let app = Arc::new(App {
            copies,
            gate: Gate::new(faults),
            state: State::default(),
            statistics: Statistics::default(),
            ticket_delay: config.ticket_delay,
            stop: CancellationToken::new(),
        });
        let tasks = TaskTracker::new();
        let listener = bind(config.port).await?;
        let addr = listener.addr();
        serve(&tasks, &app, listener, None);
        let mut department_addrs = Vec::new();
        if config.ports_per_department {
            for (index, key) in Key::ALL.into_iter().enumerate() {
                let next = u16::try_from(index + 1).unwrap_or(1);
                let listener = bind(if config.port == 0 { 0 } else { config.port.saturating_add(next) }).await?;
                department_addrs.push(listener.addr());
                serve(&tasks, &app, listener, Some(key));
            }
        }
        tasks.close();
        Ok(Self { app, population, addr, department_addrs, tasks })
    }

    /// Where all departments listen.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// `http://127.0.0.1:PORT/<key>`, at the department's own port when it has one.
    pub fn department_url(&self, key: Key) -> String {
        let addr = self.department_addrs.get(key.index()).unwrap_or(&self.addr);
        format!("http://{addr}/{}", key.as_str())
    }

    /// The truth.
    pub fn population(&self) -> &Arc<Population> {
        &self.population
    }

    /// The fixed household of the demonstration.
    pub fn sample_household(&self) -> &Household {
        self.population.sample_household()
    }

    /// A verification request for a household; nothing for an index that does not exist.
    pub fn request_for(&self, household_index: u32, options: &RequestOptions) -> Option<Value> {
        self.population.request_for(household_index, options)
    }

    /// A verification request for the demonstration's household.
    pub fn sample_request(&self) -> Value {
        self.request_for(SAMPLE_INDEX, &RequestOptions::default()).unwrap_or(Value::Null)
    }

    /// Whose a record is and what was done to it.
    pub fn record(&self, key: Key, jlbh: &str) -> Option<RecordTruth> {
        self.app.copies.record_truth(key, jlbh)
    }

    /// Every record about a person in every department, the lost ones too.
    pub fn records_about(&self, person: u32) -> Vec<RecordTruth> {
        self.population.person(person).map_or(Vec::new(), |(_, person)| self.app.copies.records_about(person))
    }

    /// Record numbers that a department's search for somebody comes upon, whatever the period asked about: what it can answer at most.
    pub fn search(&self, key: Key, id_number: &str, name: &str, born: jiff::civil::Date) -> Vec<String> {
        exchange::desk(&self.app, key).search(&Asked::new(id_number, name), born)
    }

    /// Puts other faults in force.
    pub fn set_faults(&self, plan: FaultPlan) -> Result<(), PlanError> {
        self.app.gate.set(plan.checked()?);
        Ok(())
    }

    /// Requests so far, by department and kind of answer, as `GET /control/stats` shows them.
    pub fn statistics(&self) -> Value {
        self.app.statistics.as_json()
    }

    /// Stops listening, drops what hangs, and waits for it.
    pub async fn shutdown(self) {
        self.app.stop.cancel();
        self.tasks.wait().await;
    }
}

impl Drop for MockSources {
    fn drop(&mut self) {
        self.app.stop.cancel();
    }
}

async fn bind(port: u16) -> Result<Listener, StartError> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    bound.and_then(Listener::new).map_err(|source| StartError::Bind { port, source })
}

/// Serves all departments, or one, until the stop.
fn serve(tasks: &TaskTracker, app: &Arc<App>, listener: Listener, only: Option<Key>) {
    let stop = app.stop.clone();
    let service = router(app, only).into_make_service_with_connect_info::<Switch>();
    tasks.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            served = async { axum::serve(listener, service).await } => drop(served),
        }
    });
}

fn router(app: &Arc<App>, only: Option<Key>) -> Router {
    let paths = only.map_or_else(|| "/{department}/{*path}".to_owned(), |key| format!("/{}/{{*path}}", key.as_str()));
    let departments = Router::new().route(&paths, any(exchange::exchange));
    let departments = departments.with_state(Arc::clone(app));
    if only.is_some() {
        return departments;
    }
    let about = Router::new()
        .route("/truth/households", get(truth_routes::households))
        .route("/truth/requests", get(truth_routes::requests))
        .route("/truth/persons/{person}/records", get(truth_routes::records_about))
        .route("/truth/records/{department}/{jlbh}", get(truth_routes::record))
        .route("/control/faults", get(control::faults).put(control::set_faults).delete(control::clear_faults))
        .route("/control/stats", get(control::statistics))
        .route("/control/reset-stats", post(control::reset_statistics))
        .with_state(Arc::clone(app));
    about.merge(departments)
}
