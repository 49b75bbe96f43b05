//! The demo's people, all made up: one a role, and a second supervisor, since nobody agrees to what they asked for themselves.

use crate::config::{Client, Disclosure, EVERY_ORGANISATION};

/// Whose cases they work on.
const ORGANISATION: &str = "会师镇人民政府（演示）";

/// Somebody of the demo.
pub(super) struct Person {
    /// As registered.
    pub id: &'static str,
    role: &'static str,
    /// Name and post.
    zh: (&'static str, &'static str),
    /// The same in English.
    en: (&'static str, &'static str),
}

impl Person {
    /// Name and post.
    pub(super) fn words(&self, english: bool) -> (&'static str, &'static str) {
        if english { self.en } else { self.zh }
    }
}

/// Everybody; the first one verifies the sample household. Their names are the ones that stand for nobody, as John Doe does.
pub(super) const PEOPLE: [Person; 6] = [
    Person {
        id: "demo-caseworker",
        role: "caseworker",
        zh: ("张三", "经办人员：提交核对、查看报告"),
        en: ("Zhang San", "caseworker: starts verifications, opens reports"),
    },
    Person {
        id: "demo-supervisor",
        role: "supervisor",
        zh: ("李四", "审核人员：判定存疑记录、签发报告、批量核对"),
        en: ("Li Si", "supervisor: decides held records, issues reports, runs batches"),
    },
    Person {
        id: "demo-supervisor-2",
        role: "supervisor",
        zh: ("王五", "审核人员：双人复核的第二人"),
        en: ("Wang Wu", "supervisor: the second person where two are needed"),
    },
    Person {
        id: "demo-auditor",
        role: "auditor",
        zh: ("赵六", "审计人员：只看审计日志，不看报告"),
        en: ("Zhao Liu", "auditor: sees the log and no report"),
    },
    Person {
        id: "demo-system-admin",
        role: "system_admin",
        zh: ("孙七", "系统管理员：数据来源与回调，不看数据"),
        en: ("Sun Qi", "system administrator: departments and callbacks, no data"),
    },
    Person {
        id: "demo-security-admin",
        role: "security_admin",
        zh: ("周八", "安全管理员：授权与审计查阅的批准，不看数据"),
        en: ("Zhou Ba", "security administrator: grants and inspections, no data"),
    },
];

/// Their registration.
pub(super) fn register(recipient: &serde_json::Value) -> Vec<Client> {
    let client = |person: &Person| Client {
        id: person.id.into(),
        organisation: ORGANISATION.into(),
        regions: vec!["620422".into()],
        roles: vec![person.role.into()],
        oversees: if person.role == "auditor" { vec![EVERY_ORGANISATION.into()] } else { Vec::new() },
        recipient_key: Some(recipient.clone()),
        disclosure: Disclosure::Full,
        ..Client::default()
    };
    PEOPLE.iter().map(client).collect()
}
