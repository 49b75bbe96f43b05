//! Faults on the socket: what `faults` decided is done to the answer here.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER};

use super::connection::Switch;
use super::{App, form};
use crate::departments::Key;
use crate::departments::wire::{Problem, Reply};
use crate::faults::{Decision, Effect};

/// Blanks are sent in pieces of this size.
const PIECE: usize = 64 << 10;

/// Sends a reply as the decision says.
pub(super) async fn send(app: &App, key: Key, reply: Reply, decision: Decision, switch: Switch) -> Response {
    if !decision.delay.is_zero() {
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = tokio::time::sleep(decision.delay) => {}
        }
    }
    match decision.effect {
        None => whole(reply),
        Some(Effect::Status(status)) => whole(key.problem(Problem::Status(status))),
        Some(Effect::Refuse) => whole(key.problem(Problem::Error)),
        Some(Effect::Busy) => whole(key.problem(Problem::Busy)),
        Some(Effect::Maintenance { retry_after_secs }) => {
            let response = whole(key.problem(Problem::Maintenance));
            retry_after_secs
                .map_or_else(|| whole(key.problem(Problem::Maintenance)), |seconds| retry_after(response, seconds))
        }
        Some(Effect::RateLimited { retry_after_secs }) => {
            retry_after(whole(key.problem(Problem::RateLimited)), retry_after_secs)
        }
        Some(Effect::Timeout) => {
            app.stop.cancelled().await;
            switch.cut();
            whole(reply)
        }
        Some(Effect::Cut) => cut(reply, switch),
        Some(Effect::Malformed) => whole(Reply { body: malformed(&reply.body), ..reply }),
        Some(Effect::WrongEncoding) => {
            let body = wrongly_encoded(reply.content_type, &reply.body);
            whole(Reply { body, ..reply })
        }
        Some(Effect::OtherCharset) => {
            let body = in_other_charset(reply.content_type, &reply.body);
            whole(Reply { body, ..reply })
        }
        Some(Effect::Truncated) => whole(Reply { body: form::truncated(&reply.body), ..reply }),
        Some(Effect::ExtraField(name)) => {
            let body = form::with_field(reply.content_type, &reply.body, &name);
            whole(Reply { body, ..reply })
        }
        Some(Effect::MissingField(name)) => {
            let body = form::without_field(reply.content_type, &reply.body, &name);
            whole(Reply { body, ..reply })
        }
        Some(Effect::Oversized(bytes)) => oversized(reply, bytes),
        Some(Effect::SlowDrip { bytes, every }) => slow_drip(reply, bytes, every),
    }
}

fn response(reply: &Reply, length: u64, body: Body) -> Response {
    let built = Response::builder()
        .status(reply.status)
        .header(CONTENT_TYPE, reply.content_type)
        .header(CONTENT_LENGTH, length);
    built.body(body).expect("status, type and length are well-formed")
}

fn whole(mut reply: Reply) -> Response {
    let body = Bytes::from(std::mem::take(&mut reply.body));
    response(&reply, body.len() as u64, Body::from(body))
}

fn retry_after(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

/// Half the body, then a reset. The client gets time to see the half: a reset throws away what it has not read.
fn cut(mut reply: Reply, switch: Switch) -> Response {
    let body = Bytes::from(std::mem::take(&mut reply.body));
    let half = body.slice(..body.len() / 2);
    let first = stream::iter([Ok::<Bytes, io::Error>(half)]);
    let last = stream::once(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        switch.cut();
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "cut"))
    });
    response(&reply, body.len() as u64 + 1, Body::from_stream(first.chain(last)))
}

/// The first half, then what belongs to no format.
fn malformed(body: &[u8]) -> Vec<u8> {
    let mut spoiled = body[..body.len() / 2].to_vec();
    spoiled.extend_from_slice(b"\"<<{\x00\"]]>");
    spoiled
}

/// UTF-8 where GB18030 or GBK was promised and the reverse: what a department sends that forgot to convert.
fn in_other_charset(content_type: &str, body: &[u8]) -> Vec<u8> {
    let promised_gb = content_type.contains("GB");
    if promised_gb {
        encoding_rs::GB18030.decode_without_bom_handling(body).0.into_owned().into_bytes()
    } else {
        encoding_rs::GB18030.encode(&String::from_utf8_lossy(body)).0.into_owned()
    }
}

/// The same with a byte in the middle that is invalid in both, so that nobody can take it for text.
fn wrongly_encoded(content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut spoiled = in_other_charset(content_type, body);
    spoiled.insert(spoiled.len() / 2, 0xFF);
    spoiled
}

/// Blanks, which most formats allow before a document, then the body.
fn oversized(mut reply: Reply, bytes: u64) -> Response {
    let body = Bytes::from(std::mem::take(&mut reply.body));
    let blank = Bytes::from(vec![b' '; PIECE]);
    let pieces = bytes.div_ceil(PIECE as u64);
    let blanks = stream::iter((0..pieces).map(move |_| Ok::<Bytes, Infallible>(blank.clone())));
    let length = pieces * PIECE as u64 + body.len() as u64;
    response(&reply, length, Body::from_stream(blanks.chain(stream::iter([Ok(body)]))))
}

fn slow_drip(mut reply: Reply, bytes: usize, every: Duration) -> Response {
    let body = Bytes::from(std::mem::take(&mut reply.body));
    let length = body.len() as u64;
    let pieces = stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(every).await;
        let piece = rest.split_to(bytes.min(rest.len()));
        Some((Ok::<Bytes, Infallible>(piece), rest))
    });
    response(&reply, length, Body::from_stream(pieces))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_charset_is_the_same_text_in_other_bytes() {
        let text = "{\"msg\":\"成功\"}";
        let utf8 = in_other_charset("application/json; charset=GBK", &encoding_rs::GBK.encode(text).0);
        assert_eq!(utf8, text.as_bytes());
        let gb = in_other_charset("application/json; charset=UTF-8", text.as_bytes());
        assert_eq!(encoding_rs::GB18030.decode_without_bom_handling(&gb).0, text);
        assert!(String::from_utf8(gb).is_err());
    }

    #[test]
    fn a_wrongly_encoded_body_is_invalid_in_what_it_promised() {
        assert!(
            String::from_utf8(wrongly_encoded("application/json; charset=UTF-8", "{\"msg\":\"成功\"}".as_bytes()))
                .is_err()
        );
        for body in ["{\"msg\":\"成功\"}", "{}"] {
            let spoiled = wrongly_encoded("application/json; charset=GBK", &encoding_rs::GBK.encode(body).0);
            assert!(encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&spoiled).is_none(), "{body}");
        }
    }
}
