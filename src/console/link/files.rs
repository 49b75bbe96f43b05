//! Files of this page: examples of rosters, and what came of a run.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::auth::Permission;
use crate::console::notices::Notice;
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;

/// Invented people, with the mark without which a spreadsheet takes the text for another encoding.
const EXAMPLES: [&str; 2] = [
    "\u{FEFF}id,id_number,name,birth_date,sex,phone,address\r\n\
     D001,620422196805130033,王建国,1968-05-13,男,13993012345,甘肃省白银市会宁县会师镇南关村12号\r\n\
     D002,620422197109220021,李秀英,1971年9月22日,女,13993012345,会宁县会师镇南关村12号\r\n\
     D003,,张小娟,1993-06-17,女,13884301122,会宁县郭城驿镇新堡村三社\r\n\
     D004,620422198503040058,马德福,1985-03-04,男,,会宁县中川镇高家湾村\r\n",
    "\u{FEFF}id,id_number,name,birth_date,sex,phone,address\r\n\
     H-17,620422196805130033,王建國,19680513,1,,会宁县会师镇南关村\r\n\
     H-18,620422197109220012,李秀英,1971/9/22,2,0943-3212345,会师镇南关村12号\r\n\
     H-19,620422199306170018,张晓娟,1993-06-17,女,138-8430-1122,会宁县郭城驿镇新堡村\r\n\
     H-20,620422196011110049,赵玉兰,1960-11-11,女,13519312233,会宁县柴家门镇二十里铺村\r\n",
];

#[derive(Default, Deserialize)]
pub(in crate::console) struct ExampleQuery {
    #[serde(default)]
    side: String,
}

fn file(name: &str, contents: impl Into<axum::body::Body>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    (headers, contents.into()).into_response()
}

pub(in crate::console) async fn example(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<ExampleQuery>, QueryRejection>,
) -> Response {
    if let Err(refused) = user.permit(&console, Permission::LinkRosters, "/link/example").await {
        return refused;
    }
    let right = query.is_ok_and(|Query(query)| query.side == "right");
    let name = if right { "example-right.csv" } else { "example-left.csv" };
    file(name, EXAMPLES[usize::from(right)])
}

#[derive(Default, Deserialize)]
pub(in crate::console) struct ExportQuery {
    #[serde(default)]
    what: String,
}

pub(in crate::console) async fn export(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Response {
    let exported = async {
        let (caller, run) = user.run(&console, &id, "/link/{run}/export").await?;
        let (frame, lang) = (&user.frame, user.frame.lang);
        let what = query.map(|Query(query)| query.what).unwrap_or_default();
        let persons = match what.as_str() {
            "pairs" => false,
            "persons" if run.is_one() => true,
            _ => return Err(frame.notice(Notice::NotFound)),
        };
        if run.outcome().is_none() {
            return Err(frame.notice(Notice::NotFound));
        }
        console.0.rosters.enter_file(&caller, &run).await.map_err(|error| user.not_entered(&error))?;
        let name = format!("{}-{what}.csv", run.id);
        let made = tokio::task::spawn_blocking(move || {
            let outcome = run.outcome()?;
            if persons { outcome.persons_file().ok().flatten() } else { outcome.pairs_file(lang).ok() }
        });
        match made.await {
            Ok(Some(contents)) => Ok(file(&name, contents)),
            _ => Err(frame.notice(Notice::Failed)),
        }
    };
    exported.await.unwrap_or_else(|refused: Response| refused)
}
