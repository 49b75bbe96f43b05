//! The sheets of a batch a page at a time, for people: its households, where they are referred to, what changed. Who looks stands in the log for
//! every household of the page before its report is opened.

use uuid::Uuid;

use super::{Bulk, BulkError, Sheet, referrals, results};
use crate::auth::Caller;
use crate::household::Lang;
use crate::report::change::{RowOf, csv_rows};
use crate::store::CaseRow;
use crate::verification::{NoChange, report_number};

/// Households looked at for a page.
const PAGE: u32 = 25;

/// A page of a sheet.
pub struct SheetPage {
    /// Names of its columns, as the CSV has them in English.
    pub columns: Vec<&'static str>,
    /// Its rows, in the order of the file.
    pub rows: Vec<SheetRow>,
    /// Where the next page begins; none = the last.
    pub next: Option<u64>,
    /// Households of the whole batch that are left out, being the caller's own or of registered kin.
    pub left_out: u64,
}

/// A page of what changed.
pub struct ChangesPage {
    /// A row a change.
    pub sheet: SheetPage,
    /// The page's households of which nothing is told.
    pub unchanged: Unchanged,
}

/// Households of which no change is told, by why that is: none is taken for one that stayed as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unchanged {
    /// Both reports say the same.
    pub same: u64,
    /// There was no earlier report to compare with.
    pub no_earlier: u64,
    /// The report is not final.
    pub not_final: u64,
    /// What changed is not opened any more.
    pub gone: u64,
}

impl Unchanged {
    fn add(&mut self, why: NoChange) {
        let count = match why {
            NoChange::Same => &mut self.same,
            NoChange::NoEarlier => &mut self.no_earlier,
            NoChange::NotFinal => &mut self.not_final,
            NoChange::Gone => &mut self.gone,
        };
        *count += 1;
    }
}

/// A row of a sheet.
pub struct SheetRow {
    /// The household's case.
    pub case: Uuid,
    /// The number that the case's reports carry.
    pub number: String,
    /// Whether it is final.
    pub state: crate::store::CaseState,
    cells: Vec<String>,
}

impl SheetPage {
    /// A row's cell in a column.
    #[must_use]
    pub fn cell<'a>(&self, row: &'a SheetRow, column: &str) -> &'a str {
        let place = self.columns.iter().position(|known| *known == column);
        place.and_then(|place| row.cells.get(place)).map_or("", String::as_str)
    }
}

impl Bulk {
    /// A page of a batch's households, or of where they are referred to.
    ///
    /// # Errors
    /// [`BulkError::NotFound`]; [`BulkError::Closed`].
    pub async fn sheet_page(
        &self,
        caller: &Caller,
        batch: &str,
        sheet: Sheet,
        after: u64,
        lang: Lang,
    ) -> Result<SheetPage, BulkError> {
        let (cases, next, left_out) = self.cases_on_page(caller, batch, after).await?;
        let english = lang == Lang::En;
        let (numbers, cases): (Vec<u64>, Vec<CaseRow>) = cases.into_iter().unzip();
        let reports = self.0.verifier.exported(caller, &cases).await?;
        let mut rows = Vec::new();
        for ((number, case), report) in numbers.into_iter().zip(&cases).zip(reports) {
            let row =
                |cells: Vec<String>| SheetRow { case: case.id, number: report_number(case), state: case.state, cells };
            match sheet {
                Sheet::Households => rows.push(row(results::cells_of_line(number, case, report.as_ref(), english))),
                Sheet::Referrals => {
                    let lines = referrals::cells_of_lines(number, case, report.as_ref(), english);
                    rows.extend(lines.into_iter().map(|cells| row(cells.into())));
                }
            }
        }
        let columns = match sheet {
            Sheet::Households => results::COLUMNS.iter().map(|(_, en)| *en).collect(),
            Sheet::Referrals => referrals::COLUMNS.iter().map(|(_, en)| *en).collect(),
        };
        Ok(SheetPage { columns, rows, next, left_out })
    }

    /// What changed of a page of a batch's households since their last reports.
    ///
    /// # Errors
    /// As [`Bulk::sheet_page`].
    pub async fn changes_page(
        &self,
        caller: &Caller,
        batch: &str,
        after: u64,
        lang: Lang,
    ) -> Result<ChangesPage, BulkError> {
        let (cases, next, left_out) = self.cases_on_page(caller, batch, after).await?;
        let cases: Vec<CaseRow> = cases.into_iter().map(|(_, case)| case).collect();
        let changed = self.0.verifier.changed(caller, &cases).await?;
        let (mut rows, mut unchanged) = (Vec::new(), Unchanged::default());
        for (case, changed) in cases.iter().zip(changed) {
            let changed = match changed {
                Ok(changed) => changed,
                Err(why) => {
                    unchanged.add(why);
                    continue;
                }
            };
            let (before, after) = (changed.with.to_string(), case.id.to_string());
            let of = RowOf { reference: "", case_before: &before, case_after: &after };
            let hearing = changed.notice.state(changed.heard_on, None).words(lang);
            for cells in csv_rows(&changed.change, of, lang) {
                let mut cells = Vec::from(cells);
                if let Some(reference) = cells.first_mut() {
                    reference.clone_from(&changed.reference);
                }
                cells.push(hearing.to_owned());
                rows.push(SheetRow { case: case.id, number: report_number(case), state: case.state, cells });
            }
        }
        let columns = crate::report::change::COLUMNS.into_iter().chain(["hearing"]).collect();
        Ok(ChangesPage { sheet: SheetPage { columns, rows, next, left_out }, unchanged })
    }

    async fn cases_on_page(
        &self,
        caller: &Caller,
        batch: &str,
        after: u64,
    ) -> Result<(Vec<(u64, CaseRow)>, Option<u64>, u64), BulkError> {
        let batch = self.batch(caller, batch).await?;
        let left_out = self.0.verifier.barred_in_batch(caller, batch.id).await?;
        let (cases, next, last) = self.open_cases_of(caller, batch.id, after, PAGE).await?;
        Ok((cases, (!last).then_some(next), left_out))
    }
}
