//! "What if": a county's rules with other values, tried on kept cases of the own office or on a made-up county. What comes out are counts and sums.

mod form;
mod page;
mod result;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use self::form::{Form, Plan};
use self::page::Ask;
use self::result::Found;
use crate::auth::{Caller, Permission};
use crate::console::forms::Sent;
use crate::console::notices::Notice;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::policy::PackInfo;
use crate::verification::{ArchiveError, DecideError, MadeUp, Trial, Tried, TriedRules, VerificationError};

const PAGE: &str = "/policy/simulate";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Wanted {
    region: String,
    as_of: String,
}

pub(in crate::console) async fn ask(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let caller = match user.permit(&console, Permission::TryRules, PAGE).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let Wanted { region, as_of } = query.map(|Query(wanted)| wanted).unwrap_or_default();
    let counties = counties(&console, &caller);
    let region = match counties.first() {
        Some(first) if region.trim().is_empty() => first.region.clone(),
        _ => region.trim().to_owned(),
    };
    let form = Form::empty(region, as_of.trim().to_owned());
    Ask { console: &console, frame: &user.frame, counties: &counties, form: &form }.page()
}

pub(in crate::console) async fn run(
    State(console): State<Console>,
    Sent { user, fields }: Sent<Vec<(String, String)>>,
) -> Response {
    let caller = match user.permit(&console, Permission::TryRules, PAGE).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let frame = &user.frame;
    let counties = counties(&console, &caller);
    let form = Form::of(&fields);
    let ask = Ask { console: &console, frame, counties: &counties, form: &form };
    if fields.iter().any(|(name, value)| name == "as" && value == "list") {
        return ask.page();
    }
    let verifier = &console.0.verifier;
    let plan = match form.plan(&verifier.packs(), &counties, verifier.today(), frame.lang) {
        Ok(plan) => plan,
        Err(faults) => return ask.wrong(faults),
    };
    if plan.made_up.is_none() && !caller.sees_answers() {
        return user.could_not(&console, &caller, DecideError::Undisclosed).await;
    }
    let Some(trial) = verifier.trial() else { return ask.busy() };
    let tried = match had(&console, &caller, &plan, trial).await {
        Ok(tried) => tried,
        Err(ArchiveError::Inside(VerificationError::Audit(_))) => return frame.notice(Notice::Closed),
        Err(error) => return frame.failed_inside(&error),
    };
    let shown = tried.movement.shown(false);
    // of real households, in round numbers: trials may be had again and again
    let shown = if plan.made_up.is_none() { shown.coarse() } else { shown };
    let county = counties.iter().find(|county| county.region == plan.region.0);
    let county = county.map_or("", |county| frame.lang.pick(&county.name_zh, &county.name_en));
    ask.found(Found::of(&plan, county, &shown, verifier.today(), frame.lang))
}

/// The counties of the caller's place that there are rules for.
fn counties(console: &Console, caller: &Caller) -> Vec<PackInfo> {
    let all = console.0.verifier.counties();
    all.into_iter().filter(|county| caller.covers_region(&county.region)).collect()
}

async fn had(console: &Console, caller: &Caller, plan: &Plan, trial: Trial) -> Result<Tried, ArchiveError> {
    let rules = TriedRules { before: plan.before.clone(), after: plan.after.clone(), as_of: plan.as_of };
    match plan.made_up {
        None => trial.on_kept(caller, rules, plan.region.as_str()).await,
        Some((households, seed)) => {
            let county = MadeUp { seed, households, as_of: plan.as_of, region: plan.region.clone() };
            Ok(trial.on_made_up(rules, county, console.0.make_up.clone()).await?)
        }
    }
}
