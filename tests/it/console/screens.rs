//! The demo in a real browser (Debian's chromium by playwright-core): each of its people signs in, refusals, keyboard, contrast and names
//! (axe-core), nothing wider than the screen; screenshots into `target/tmp/screens`.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::demo_server::demo;

#[test]
fn the_demos_people_use_the_console_in_a_browser() {
    let packages = Path::new(env!("CARGO_TARGET_TMPDIR")).join("jose");
    let probe = "for (const name of ['playwright-core', 'axe-core']) import(name).catch(() => process.exit(1))";
    let probe = Command::new("node").args(["-e", probe]).current_dir(&packages).output();
    let chromium = Path::new("/usr/bin/chromium");
    let reader = Command::new("pdftotext").arg("-v").output().is_ok();
    if !chromium.exists() || !reader || !packages.is_dir() || !probe.is_ok_and(|probe| probe.status.success()) {
        let what = "no chromium, no pdftotext, or no Node with playwright-core and axe-core (npm install --prefix target/tmp/jose playwright-core axe-core)";
        assert!(std::env::var_os("HEDUI_NO_SKIP").is_none(), "{what}, and no skip is allowed");
        writeln!(std::io::stderr(), "skipped: the console in a browser, {what}").expect("standard error");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (demo, base) = demo(folder.path());
    let screens = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    std::fs::create_dir_all(&screens).expect("a folder");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/console_browser.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(&base).arg(&screens).arg(chromium).arg(&demo.departments);
    command.arg(folder.path().join("demo/request.json")).current_dir(&packages);
    let ran = command.output().expect("node runs");
    assert!(ran.status.success(), "{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    for screen in ["home-zh-light-1280.png", "home-en-dark-390.png"] {
        assert!(screens.join(screen).metadata().is_ok_and(|file| file.len() > 10_000), "{screen}");
    }
}
