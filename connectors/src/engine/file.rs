//! A file into an inbox, its answer from an outbox.

use ::http::StatusCode;

use super::ticket::{distribute, not_yet_or_never, send, still_waiting};
use super::{Errand, Waiting, base_values, read_page, ticket_for};
use crate::exchange::{Fault, Received};
use crate::mapping::Page;
use crate::records::{Answer, Failure};
use crate::request::RequestSpec;
use crate::source::{Query, Reply};

/// Lays the file into the inbox under a name of its own; the name is the ticket.
pub(super) async fn submit(errand: &mut Errand<'_>, request: &RequestSpec, queries: &[Query]) -> Vec<Reply> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let prepare = || request.render(&base_values(line, &uuid, queries.first(), ""), queries, &definition.auth);
    let accepted = |received: Received| {
        if received.status == StatusCode::NOT_FOUND { Err(Fault::status(received.status, None)) } else { Ok(()) }
    };
    match errand.visit.call(prepare, accepted).await {
        Ok(()) => (1..=queries.len())
            .map(|seq| errand.reply(Answer::Pending { ticket: ticket_for(seq, &uuid) }, None))
            .collect(),
        Err(fault) => queries.iter().map(|_| errand.failed(&fault)).collect(),
    }
}

/// Looks into the outbox; where there is nothing, whether the department refused the file.
pub(super) async fn poll(
    errand: &mut Errand<'_>,
    refusal: &RequestSpec,
    held: &str,
    waiting: &[Waiting<'_>],
) -> Vec<Reply> {
    let definition = errand.definition;
    let in_outbox = |received: Received| -> Result<Option<Page>, Fault> {
        if received.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read_page(&definition.answer, &received).map(|(page, _)| Some(page))
    };
    match send(errand, &definition.request, held, waiting, in_outbox).await {
        Ok(Some(page)) => return distribute(errand, page, waiting),
        Ok(None) => {}
        Err(fault) => return not_yet_or_never(errand, waiting, &fault),
    }
    match send(errand, refusal, held, waiting, |received| Ok(received.status == StatusCode::NOT_FOUND)).await {
        Ok(true) => still_waiting(errand, waiting, None),
        Ok(false) => {
            let refused = Fault::lasting(Failure::SourceError, "refusal: the department refused the file");
            waiting.iter().map(|_| errand.failed(&refused)).collect()
        }
        Err(fault) => not_yet_or_never(errand, waiting, &fault),
    }
}
