//! `GET /openapi.json`, made from the routes themselves.

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{health, policies, report, schemas, sources, verifications};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(title = "hedui", description = "Household means verification (核对). It verifies; the officer decides."),
    paths(
        verifications::submit::submit, verifications::list::list, verifications::status::status, verifications::events::events,
        verifications::versions::versions, report::report, sources::sources, policies::policy, schemas::report, schemas::jwks,
        openapi, health::healthz, health::readyz, health::metrics,
    ),
    components(schemas(crate::verification::CaseEvent)),
    modifiers(&Bearer),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document as a value.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The interface's description.
#[utoipa::path(get, path = "/openapi.json", tag = "public", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub async fn openapi() -> Json<utoipa::openapi::OpenApi> {
    Json(document())
}
