//! The examples of clients (`examples/clients`): types checked strictly, those of TypeScript made from the service's own description, then run
//! against a demo. Both say the same of the same household.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::demo_server::demo;

/// npm's packages that it takes.
const PACKAGES: [&str; 4] = ["jose", "openapi-fetch", "openapi-typescript", "typescript"];

fn succeeded(what: &str, ran: std::io::Result<Output>) -> String {
    let ran = ran.unwrap_or_else(|error| panic!("{what}: {error}"));
    let (said, told) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{what}: {said}{told}");
    said.into_owned()
}

/// Fields of a `TypedDict` of the example, by the names of what is in the description.
fn is_described(client: &str, class: &str, schema: &Value) {
    let body = client.split_once(&format!("class {class}(TypedDict):")).expect("a class").1;
    let fields = body.lines().skip(1).take_while(|line| line.is_empty() || line.starts_with("    "));
    let fields: Vec<_> = fields.filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name).collect();
    assert!(!fields.is_empty(), "{class}");
    let parts: Vec<&Value> = schema["allOf"].as_array().into_iter().flatten().chain([schema]).collect();
    for field in fields {
        let known = parts.iter().any(|part| !part["properties"][field].is_null() || !part["$ref"].is_null());
        assert!(known, "{class}.{field} is not described");
    }
}

#[test]
fn typed_clients_send_a_household_and_open_its_report() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let packages = target.join("jose/node_modules");
    let mypy = Command::new("python").args(["-c", "import mypy, joserfc"]).output();
    let missing = PACKAGES.iter().any(|name| !packages.join(name).is_dir());
    if missing || !mypy.is_ok_and(|ran| ran.status.success()) {
        let what =
            "no Node with jose, openapi-fetch, openapi-typescript, typescript, or no Python with mypy and joserfc";
        assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "{what}, and no skip is allowed");
        writeln!(std::io::stderr(), "skipped: typed clients, {what}").expect("standard error");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (_demo, base) = demo(folder.path());
    let data = folder.path().join("demo");
    let token = std::fs::read_to_string(data.join("token.txt")).expect("a token");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = root.join("examples/clients");
    let household = root.join("examples/household.json");
    let run = |program: &str, script: &Path| {
        let mut command = Command::new(program);
        command.arg(script).arg(&household).arg(data.join("recipient.jwk")).current_dir(folder.path());
        command.env("HEDUI_BASE", &base).env("HEDUI_TOKEN", token.trim());
        succeeded(program, command.output())
    };

    // TypeScript: in a folder of its own, beside the packages.
    let here = folder.path().join("typescript");
    std::fs::create_dir(&here).expect("a folder");
    std::os::unix::fs::symlink(&packages, here.join("node_modules")).expect("a link");
    std::fs::write(here.join("package.json"), r#"{"type": "module"}"#).expect("written");
    for name in ["verify.ts", "tsconfig.json"] {
        std::fs::copy(examples.join("typescript").join(name), here.join(name)).expect("copied");
    }
    let description = hedui::api::openapi_document();
    std::fs::write(here.join("openapi.json"), description.to_string()).expect("written");
    let tool = |name: &str, arguments: &[&str]| {
        let path = packages.join(".bin").join(name);
        succeeded(name, Command::new(path).args(arguments).current_dir(&here).output());
    };
    tool("openapi-typescript", &["openapi.json", "-o", "hedui.d.ts"]);
    tool("tsc", &[]);
    let by_typescript = run("node", &here.join("verify.js"));

    let python = examples.join("python/verify.py");
    let strictly = ["-m", "mypy", "--strict", "--cache-dir", "/dev/null"];
    succeeded("mypy", Command::new("python").args(strictly).arg(&python).output());
    let client = std::fs::read_to_string(&python).expect("the example");
    for class in ["Problem", "Fault", "CaseStatus", "CellStatus"] {
        is_described(&client, class, &description["components"]["schemas"][class]);
    }
    let by_python = run("python", &python);

    // Each has a number of its own.
    let without_number = |said: &str| said.split_once(": ").map(|(_, rest)| rest.to_owned());
    assert_eq!(without_number(&by_typescript), without_number(&by_python));
    for said in [by_typescript, by_python] {
        assert!(said.starts_with("final, ") && said.contains("dibao: ") && said.contains("核对了"), "{said}");
    }
}
