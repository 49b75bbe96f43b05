//! A file into an inbox, its answer from an outbox.

use ::http::StatusCode;

use super::naming::submission;
use super::ticket::{Found, Look, result, send};
use super::{Errand, base_values, ticket_for};
use crate::exchange::{Fault, Received};
use crate::records::{Answer, Failure};
use crate::request::RequestSpec;
use crate::source::{Query, Reply};

/// Lays the file into the inbox under a name of its own; the name is the ticket.
pub(super) async fn submit(
    errand: &mut Errand<'_>,
    request: &RequestSpec,
    queries: &[Query],
) -> Result<Vec<Reply>, Fault> {
    let definition = errand.definition;
    let line = errand.line;
    // the department recognises a file that is laid down again, after a crash too
    let name = submission(&definition.descriptor.key, queries);
    let prepare = || request.render(&base_values(line, &name, queries.first(), ""), queries, &definition.auth);
    let accepted = |received: Received| {
        if received.status == StatusCode::NOT_FOUND { Err(Fault::status(received.status, None)) } else { Ok(()) }
    };
    errand.visit.call(prepare, accepted).await?;
    let ticket = |seq| Answer::Pending { ticket: ticket_for(seq, Some(queries.len()), &name) };
    Ok((1..=queries.len()).map(|seq| errand.reply(ticket(seq), None)).collect())
}

/// Looks into the outbox; where there is nothing, whether the department refused the file.
pub(super) async fn poll(
    errand: &mut Errand<'_>,
    refusal: &RequestSpec,
    held: &str,
    query: Option<&Query>,
) -> Result<Look<Found>, Fault> {
    let definition = errand.definition;
    let max_rows = errand.visit.max_rows();
    let in_outbox = |received: Received| -> Result<Option<Look<Found>>, Fault> {
        if received.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        result(&definition.answer, &received, max_rows).map(Some)
    };
    if let Some(look) = send(errand, &definition.request, held, query, in_outbox).await? {
        return Ok(look);
    }
    let there = |received: Received| {
        Ok(if received.status == StatusCode::NOT_FOUND {
            Look::NotYet(None)
        } else {
            Look::Never(Fault::lasting(Failure::SourceError, "refusal: the department refused the file"))
        })
    };
    send(errand, refusal, held, query, there).await
}
