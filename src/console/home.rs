//! Home: who you are, and what you may do.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::pages::Frame;
use super::state::Console;
use super::user::ConsoleUser;
use super::words;

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomePage<'a> {
    frame: &'a Frame,
    user: &'a ConsoleUser,
    regions: String,
    roles: String,
    disclosure: &'a str,
    may: Vec<&'a str>,
}

pub(super) async fn home(State(console): State<Console>, frame: Frame, parts: Parts) -> Response {
    let user = match ConsoleUser::of(&parts, &console, &frame).await {
        Ok(Some(user)) => user,
        Ok(None) => return Redirect::to("/signin").into_response(),
        Err(response) => return response,
    };
    let say = |(zh, en): (&'static str, &'static str)| frame.say(zh, en);
    let caller = &user.caller;
    let comma = frame.say("、", ", ");
    let roles: Vec<_> = caller.roles.iter().map(|role| say(words::role(*role))).collect();
    let may = words::PERMISSIONS.iter().filter(|(permission, ..)| caller.may(*permission));
    let page = HomePage {
        frame: &frame,
        user: &user,
        regions: caller.regions.join(comma),
        roles: roles.join(comma),
        disclosure: say(words::disclosure(caller.disclosure)),
        may: may.map(|(_, zh, en)| frame.say(zh, en)).collect(),
    };
    frame.page(StatusCode::OK, &page)
}
