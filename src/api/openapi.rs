//! `GET /openapi.json`, made from the routes themselves.

use axum::Json;
use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{
    approvals, assessments, audit, batches, callers, docs, due, health, matches, monitoring, policies, report, reviews,
    schemas, sources, verifications,
};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(title = "hedui", description = "Household means verification (核对). It verifies; the officer decides."),
    paths(
        verifications::submit::submit, verifications::list::list, verifications::status::status, verifications::events::events,
        verifications::versions::versions, verifications::receipt::receipt, report::report, sources::sources, policies::policy, assessments::assess, matches::explain,
        verifications::steer::issue, verifications::steer::cancel, verifications::steer::withdraw, verifications::steer::object,
        verifications::steer::objections, verifications::steer::ask_source_again, verifications::steer::erase, reviews::list, reviews::records, reviews::review,
        approvals::list, approvals::show, approvals::agree, approvals::refuse, approvals::ask_again, approvals::inspect, callers::register, callers::kin, callers::remove,
        verifications::change::change, verifications::change::heard, due::due,
        batches::submit::submit, batches::status::list, batches::status::status, batches::results::results, batches::results::referrals, batches::results::changes, batches::results::faults,
        batches::steer::pause, batches::steer::resume, batches::steer::cancel,
        monitoring::subscriptions::subscribe, monitoring::subscriptions::list, monitoring::subscriptions::unsubscribe,
        monitoring::alerts::list, monitoring::alerts::acknowledge, monitoring::callbacks::list, monitoring::callbacks::redeliver,
        audit::events::events, audit::events::event, audit::subjects::subjects, audit::findings::findings, audit::findings::acknowledge,
        audit::proofs::checkpoint, audit::proofs::inclusion, audit::proofs::consistency, audit::proofs::tile,
        schemas::report, schemas::report_view, schemas::request, schemas::evidence, schemas::comparison, schemas::jwks,
        openapi, docs::overview, docs::of_tag, health::healthz, health::readyz, health::metrics,
    ),
    components(schemas(
        crate::verification::CaseEvent,
        crate::report::public_notice::PublicNotice,
        crate::web::Problem
    )),
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

/// The document as a value: what the routes say of themselves, the request's schema, and what holds for every call.
#[must_use]
pub fn document() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let evidence = crate::verification::supplied::schema::EVIDENCE.clone();
    let request = crate::verification::intake::schema::request();
    let comparison = crate::verification::matches::schema::comparison();
    for (name, mut schema) in [("Request", request), ("Evidence", evidence), ("Comparison", comparison)] {
        rebase(&mut schema, name);
        // Within this document it has no address of its own: references would be read against it.
        schema.as_object_mut().map(|fields| (fields.remove("$id"), fields.remove("$schema")));
        document["components"]["schemas"][name] = schema;
    }
    let operations = document["paths"].as_object_mut().into_iter().flat_map(|paths| paths.iter_mut());
    for (path, item) in operations {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation["operationId"] = json!(name_of_call(method, path));
            let responses = &mut operation["responses"];
            // The route's own answers first: what is added here is the same everywhere.
            let closed = path.starts_with("/v1/");
            let everywhere = [
                (closed, "401", "No valid token"),
                (closed, "429", "Too many calls: see Retry-After"),
                (closed, "503", "The audit log cannot be written"),
                (true, "500", "Something failed inside"),
            ];
            for (_, status, description) in everywhere.into_iter().filter(|(applies, ..)| *applies) {
                responses[status] = json!({"description": description, "content": {"application/json": {}}});
            }
            for (status, response) in responses.as_object_mut().into_iter().flatten() {
                if (path.as_str(), status.as_str()) != ("/readyz", "503") && status.as_str() >= "400" {
                    let problem = json!({"$ref": "#/components/schemas/Problem"});
                    response["content"] = json!({"application/problem+json": {"schema": problem}});
                }
            }
            if method == "post" {
                // these come as bytes that the intake reads by itself; the others say what they take
                let name = match path.as_str() {
                    "/v1/assessments" => "Evidence",
                    "/v1/matches" => "Comparison",
                    "/v1/verifications" => "Request",
                    _ => continue,
                };
                let schema = json!({"$ref": format!("#/components/schemas/{name}")});
                operation["requestBody"]["content"] = json!({"application/json": {"schema": schema}});
                operation["requestBody"]["required"] = json!(true);
            }
        }
    }
    document
}

/// A name that no other call has, which generated clients call it by: `get_verifications_by_id_report`.
fn name_of_call(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/v1").split(['/', '.', '-']).filter(|word| !word.is_empty());
    let words = words.map(|word| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        Some(variable) => format!("by_{}", variable.trim_start_matches('*')),
        None => word.replace('-', "_"),
    });
    std::iter::once(method.to_owned()).chain(words).collect::<Vec<_>>().join("_")
}

/// Moves a schema's inner references to where it stands in the document.
fn rebase(schema: &mut Value, name: &str) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                *reference = reference.replacen("#/", &format!("#/components/schemas/{name}/"), 1);
            }
            fields.values_mut().for_each(|value| rebase(value, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| rebase(value, name)),
        _ => {}
    }
}

/// The interface's description.
#[utoipa::path(get, path = "/openapi.json", tag = "public", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub async fn openapi() -> Json<Value> {
    Json(document())
}
