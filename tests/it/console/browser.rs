//! A browser without script: it keeps cookies by host and port, says where a form came from, and follows redirects one by one.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use reqwest::{StatusCode, Url, header, redirect};

/// No page is as long.
const MOST_BYTES: usize = 1 << 20;
/// No sign-in takes more steps.
const MOST_STEPS: usize = 12;
const BOUNDARY: &str = "----form-boundary-7Qx";

#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    jar: BTreeMap<(String, String), String>,
}

/// A page, or a redirect.
#[derive(Debug)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: header::HeaderMap,
    pub body: String,
}

impl Page {
    /// Where it sends the browser.
    pub fn location(&self) -> Option<Url> {
        let to = self.headers.get(header::LOCATION)?.to_str().expect("ASCII");
        Some(self.url.join(to).expect("an address"))
    }

    /// The one form's address and hidden fields.
    pub fn form(&self) -> (Url, Vec<(String, String)>) {
        let form = self.body.split("<form").nth(1).and_then(|rest| rest.split("</form>").next()).expect("a form");
        let action = attribute(form.split('>').next().expect("a tag"), "action").unwrap_or_default();
        let inputs = form.split("<input").skip(1).map(|rest| rest.split('>').next().expect("a tag"));
        let hidden = inputs.filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let field = |tag: &str| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()));
        (self.url.join(&action).expect("an address"), hidden.filter_map(field).collect())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split_once(&format!("{name}=\""))?.1;
    Some(rest.split('"').next()?.replace("&amp;", "&"))
}

impl Browser {
    pub fn new() -> Self {
        hedui::verification::install_crypto_provider();
        let http = reqwest::Client::builder().no_proxy().redirect(redirect::Policy::none()).build().expect("a client");
        Self { http, jar: BTreeMap::new() }
    }

    pub fn cookie(&self, at: &str, name: &str) -> Option<&str> {
        self.jar.get(&(origin(&at.parse().expect("an address")), name.to_owned())).map(String::as_str)
    }

    pub fn set_cookie(&mut self, at: &str, name: &str, value: &str) {
        self.jar.insert((origin(&at.parse().expect("an address")), name.to_owned()), value.to_owned());
    }

    pub async fn get(&mut self, url: &str) -> Page {
        let url: Url = url.parse().expect("an address");
        self.send(self.http.get(url.clone()).header("accept", "text/html"), url).await
    }

    /// Sends a form of a page of the same origin.
    pub async fn submit(&mut self, url: &Url, fields: &[(String, String)]) -> Page {
        self.submit_from(&origin(url), url, fields).await
    }

    /// Sends a form of a page of some origin.
    pub async fn submit_from(&mut self, from: &str, url: &Url, fields: &[(String, String)]) -> Page {
        let mut carrier: Url = "form:/".parse().expect("an address");
        carrier.query_pairs_mut().extend_pairs(fields);
        let call = self.http.post(url.clone()).header("origin", from).header("accept", "text/html");
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        self.send(call.body(carrier.query().unwrap_or_default().to_owned()), url.clone()).await
    }

    /// Sends a form with a file, its fields first, of a page of the same origin.
    pub async fn upload(&mut self, url: &Url, fields: &[(String, String)], (name, contents): (&str, &[u8])) -> Page {
        self.upload_all(url, fields, &[("file", name, contents)]).await
    }

    /// The same with several files, each with its field's name and its own.
    pub async fn upload_all(&mut self, url: &Url, fields: &[(String, String)], files: &[(&str, &str, &[u8])]) -> Page {
        let mut body = parts_of(fields);
        for (field, name, contents) in files {
            body.extend_from_slice(part_head(field, name).as_bytes());
            body.extend_from_slice(contents);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let call = self.form_of_parts(url).body(body);
        self.send(call, url.clone()).await
    }

    /// Sends a form that never comes to its end: these fields, and where a file begins.
    pub async fn upload_without_end(&mut self, url: &Url, fields: &[(String, String)], file: &str) -> Page {
        let mut begun = parts_of(fields);
        begun.extend_from_slice(part_head(file, "without-end.csv").as_bytes());
        let begun = futures_util::stream::iter([Ok::<_, std::io::Error>(begun)]);
        let body = reqwest::Body::wrap_stream(begun.chain(futures_util::stream::pending()));
        let call = self.form_of_parts(url).body(body);
        self.send(call, url.clone()).await
    }

    fn form_of_parts(&self, url: &Url) -> reqwest::RequestBuilder {
        let call = self.http.post(url.clone()).header("origin", origin(url)).header("accept", "text/html");
        call.header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
    }

    /// Goes on until there is a page.
    pub async fn follow(&mut self, mut page: Page) -> Page {
        for _ in 0..MOST_STEPS {
            let Some(next) = page.location() else { return page };
            page = self.get(next.as_str()).await;
        }
        panic!("redirects without end: {}", page.url);
    }

    async fn send(&mut self, call: reqwest::RequestBuilder, url: Url) -> Page {
        let here = origin(&url);
        let own = self.jar.iter().filter(|((at, _), _)| *at == here);
        let cookies: Vec<_> = own.map(|((_, name), value)| format!("{name}={value}")).collect();
        let answer = call.header("cookie", cookies.join("; ")).send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        for line in headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ASCII");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            let key = (here.clone(), name.to_owned());
            if value.is_empty() {
                self.jar.remove(&key)
            } else {
                self.jar.insert(key, value.to_owned())
            };
        }
        let mut pieces = answer.bytes_stream();
        let mut body = Vec::new();
        while let Some(piece) = pieces.next().await {
            body.extend_from_slice(&piece.expect("a whole body"));
            assert!(body.len() < MOST_BYTES, "a page without end");
        }
        Page { url, status, headers, body: String::from_utf8(body).expect("UTF-8") }
    }
}

/// Fields of a form in parts.
fn parts_of(fields: &[(String, String)]) -> Vec<u8> {
    let part = |(name, value): &(String, String)| {
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    fields.iter().map(part).collect::<String>().into_bytes()
}

/// What stands before a file's contents.
fn part_head(field: &str, name: &str) -> String {
    format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    )
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}
