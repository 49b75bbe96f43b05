//! What every answer carries and every request is held to.

use reqwest::Method;

use super::Face;
use crate::client::send;

#[tokio::test]
async fn bodies_types_and_methods_are_limited() {
    let face = Face::up().await;
    let client = face.caseworker();
    let large = format!("{{\"reference\": \"{}\"}}", "x".repeat(256 * 1024));
    client.submit(large).await.assert_problem(413, "too-large");
    let text = client.call(Method::POST, "/v1/verifications").header("content-type", "text/plain").body("{}");
    send(text).await.assert_problem(415, "unsupported-media");
    send(client.call(Method::POST, "/v1/verifications").body("{}")).await.assert_problem(415, "unsupported-media");
    let charset = client.call(Method::POST, "/v1/verifications").body(face.household(0).to_string());
    assert_eq!(send(charset.header("content-type", "Application/JSON; charset=utf-8")).await.status, 202);
    for (method, path, allowed) in [
        (Method::PUT, "/v1/verifications", "GET,HEAD,POST"),
        (Method::POST, "/v1/sources", "GET,HEAD"),
        (Method::DELETE, "/healthz", "GET,HEAD"),
    ] {
        let reply = send(client.call(method, path)).await;
        reply.assert_problem(405, "method");
        let mut methods: Vec<_> = reply.header("allow").split(',').map(str::trim).collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "RFC 9110, 15.5.6: a 405 names what is allowed");
    }
    client.get("/v1/nothing-here").await.assert_problem(404, "not-found");
    client.get("/v1/verifications/%ff").await.assert_problem(404, "not-found");
    client.get("/v1/policies/%ff").await.assert_problem(404, "not-found");
}

#[tokio::test]
async fn every_answer_forbids_caching_sniffing_framing_and_loading() {
    let face = Face::up().await;
    let client = face.caseworker();
    let id = client.verify(&face.household(0)).await;
    for path in ["/healthz", "/metrics", "/v1/sources", "/nowhere", &format!("/v1/verifications/{id}/report")] {
        let reply = client.get(path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(name), value, "{path} {name}");
        }
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("style-src"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn the_reports_page_allows_its_own_style_and_nothing_else() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let face = Face::up().await;
    let client = face.caseworker();
    let id = client.verify(&face.household(0)).await;
    for lang in ["zh", "en"] {
        let page = client.get_as(&format!("/v1/verifications/{id}/report?lang={lang}"), "text/html").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        let text = page.text();
        let (_, rest) = text.split_once("<style>").expect("a style element");
        let (style, rest) = rest.split_once("</style>").expect("its end");
        assert!(!rest.contains("<style") && !text.contains(" style=") && !text.contains("<script"));
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
        let policy = page.header("content-security-policy");
        assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "a browser would drop the style: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}
