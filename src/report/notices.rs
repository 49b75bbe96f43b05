//! What every report says about itself: how far it can be relied on, and how to object.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{RequestFacts, Words};
use crate::household::{LegalBasisKind, Purpose, is_emergency_relief};

/// Disclaimer and objection notice (须知). The words are fixed by the report's format, so that only the time limit is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportNotices)]
pub struct Notices {
    /// Within how many days an objection (异议) is to be made.
    pub objection_within_days: u32,
}

impl Notices {
    /// With the county's time limit for objections.
    #[must_use]
    pub fn new(objection_within_days: u32) -> Self {
        Self { objection_within_days }
    }

    /// How far the report can be relied on, and how to object; before it, where the case is emergency relief, that relief does not wait.
    #[must_use]
    pub fn words(self, request: &RequestFacts) -> Vec<Words> {
        self.words_on(request.purpose, request.legal_basis.kind)
    }

    /// [`Notices::words`] of a check for this purpose on this basis.
    #[must_use]
    pub fn words_on(self, purpose: Purpose, basis: LegalBasisKind) -> Vec<Words> {
        let days = self.objection_within_days;
        let roster = purpose.is_screening().then(|| {
            Words::new(
                "本次为名册排查，依据法定职责只查询与排查事项直接有关的部门，不查询金融机构，不核算收入和财产；结果只作为主动发现、提供帮助的线索，不得作为不利处理的依据。",
                "This screened a roster: on a statutory duty, only the departments that the matter needs were asked, no bank among them, and no income or property was reckoned. What it found is a lead to offer help, and no ground for anything adverse.",
            )
        });
        let relief = is_emergency_relief(purpose, basis).then(relief_goes_first);
        let always = [
            Words::new(
                "本报告反映查询时各部门登记的信息；“无记录”不等于没有，待反馈和未能查询的项目不按零计。",
                "This report shows what the departments held at the time of the query. “No record” does not mean nothing exists; items pending or unavailable are not counted as zero.",
            ),
            Words::new(
                "本报告只核对、不认定，所列筛查结果供经办人员参考，审核确认由有权机关作出。",
                "It verifies and does not decide: the screening is for the officer's reference, and the decision is the authority's.",
            ),
            Words::new(
                "本报告仅用于社会救助审核，内容涉及个人隐私，应当保密，不得向无关单位和个人提供。",
                "It is for the review of social assistance only and is confidential: it must not be passed to anybody without a part in it.",
            ),
            Words::new(
                format!("对本报告有异议的，可在收到之日起 {days} 日内提交证明材料，申请复核；复核后出具新版本报告。"),
                format!(
                    "Anybody who disagrees may hand in evidence within {days} days of receipt and ask for a re-check; a new version of the report follows."
                ),
            ),
        ];
        relief.into_iter().chain(roster).chain(always).collect()
    }
}

/// 先行救助: relief is given first, and the check is made up for afterwards.
#[must_use]
pub fn relief_goes_first() -> Words {
    Words::new(
        "紧急情况先行救助：本核对不是实施救助的前提，未反馈的项目不得作为等待的理由；紧急情况解除后补齐手续，本报告届时供参考。",
        "Emergency relief comes first: it does not depend on this check, and nothing still open is a reason to wait. The formalities follow once the emergency is over, and this report is for them.",
    )
}
