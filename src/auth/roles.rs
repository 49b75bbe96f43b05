//! Roles and what each may do. Three administrators are separate: no role holds both data and log (等保三级).

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A caseworker system.
    Client,
    /// An officer: the own organisation's cases.
    Caseworker,
    /// Reviews, batches.
    Supervisor,
    /// The log and trails; no reports.
    Auditor,
    /// Sources, settings; no data.
    SystemAdmin,
    /// Clients, grants, keys; no data.
    SecurityAdmin,
}

/// Permissions, and all of them: what is told of each cannot leave one out.
macro_rules! permissions {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
        }
    };
}

permissions! {
/// Something a caller may be allowed to do.
Permission {
    /// Send a household.
    SubmitCase,
    /// See a case's state, without contents.
    ReadCase,
    /// Fetch the sealed report.
    FetchReport,
    /// Have the report opened on the server (also needs the token's scope `report:read`).
    OpenReport,
    /// Send files of households, pause, resume and cancel their batches.
    RunBatches,
    /// See how batches stand, and the faults of their rows.
    ReadBatches,
    /// Have households watched, acknowledge what monitoring found.
    Monitor,
    /// Cancel a case, object, take a member's consent back.
    SteerCase,
    /// Ask that a case is erased: people only.
    AskErasure,
    /// Look at records that were held and decide whose they are.
    DecideRecords,
    /// Issue a report (签发).
    IssueReport,
    /// See what waits for a second person, and take back what one asked.
    ReadApprovals,
    /// Agree as the second person.
    SecondHand,
    /// Ask for an inspection, and open reports once it is granted.
    Inspect,
    /// Register whom a caller stands apart from.
    RegisterKin,
    /// Have the rules applied to evidence that is sent along.
    Assess,
    /// Have two identities compared that are sent along.
    Compare,
    /// Have two rosters matched that are sent along: people only.
    LinkRosters,
    /// See which callbacks never arrived, and have them sent again.
    ManageCallbacks,
    /// Search the audit log, see findings, proofs and tiles.
    ReadLog,
    /// See everything done about one person.
    TraceSubject,
    /// See the departments' state.
    ReadSources,
    /// See the resolved rules.
    ReadPolicy,
    /// Have changed rules tried on the kept cases of the organisation: counts alone come out.
    TryRules,
}
}

impl Role {
    /// Reads the name used in tokens and `clients.toml`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "client" => Self::Client,
            "caseworker" => Self::Caseworker,
            "supervisor" => Self::Supervisor,
            "auditor" => Self::Auditor,
            "system_admin" => Self::SystemAdmin,
            "security_admin" => Self::SecurityAdmin,
            _ => return None,
        })
    }

    /// The name used in tokens, `clients.toml` and the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Caseworker => "caseworker",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
        }
    }

    /// Whether the role alone grants something.
    #[must_use]
    pub fn grants(self, permission: Permission) -> bool {
        use Permission::{
            AskErasure, Assess, Compare, DecideRecords, FetchReport, Inspect, IssueReport, LinkRosters,
            ManageCallbacks, Monitor, OpenReport, ReadApprovals, ReadBatches, ReadCase, ReadLog, ReadPolicy,
            ReadSources, RegisterKin, RunBatches, SecondHand, SteerCase, SubmitCase, TraceSubject, TryRules,
        };
        match self {
            Self::Client | Self::Caseworker | Self::Supervisor => {
                matches!(
                    permission,
                    SubmitCase
                        | Assess
                        | Compare
                        | ReadCase
                        | SteerCase
                        | ReadApprovals
                        | FetchReport
                        | OpenReport
                        | ReadBatches
                        | Monitor
                        | ReadSources
                        | ReadPolicy
                ) || (permission == RunBatches && self != Self::Caseworker)
                    || (matches!(permission, DecideRecords | AskErasure) && self != Self::Client)
                    || (matches!(permission, IssueReport | SecondHand | LinkRosters | TryRules)
                        && self == Self::Supervisor)
            }
            Self::Auditor => matches!(permission, ReadLog | TraceSubject | Inspect | ReadApprovals | ReadPolicy),
            Self::SecurityAdmin => matches!(permission, ReadApprovals | SecondHand | RegisterKin | ReadPolicy),
            Self::SystemAdmin => matches!(permission, ManageCallbacks | ReadSources | ReadPolicy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrators_and_auditors_hold_no_data() {
        for role in [Role::Auditor, Role::SystemAdmin, Role::SecurityAdmin] {
            for permission in [
                Permission::SubmitCase,
                Permission::Assess,
                Permission::Compare,
                Permission::LinkRosters,
                Permission::ReadCase,
                Permission::FetchReport,
                Permission::OpenReport,
                Permission::RunBatches,
                Permission::Monitor,
                Permission::ReadBatches,
                Permission::SteerCase,
                Permission::AskErasure,
                Permission::DecideRecords,
                Permission::IssueReport,
                Permission::TryRules,
            ] {
                assert!(!role.grants(permission), "{role:?} {permission:?}");
            }
        }
    }

    #[test]
    fn whoever_holds_data_or_keys_reads_no_log() {
        for role in [Role::Client, Role::Caseworker, Role::Supervisor, Role::SystemAdmin, Role::SecurityAdmin] {
            assert!(!role.grants(Permission::ReadLog) && !role.grants(Permission::TraceSubject), "{role:?}");
        }
    }
}
