//! Progress of a batch: how many households are done, how fast, how long still, and which departments are in trouble. On a terminal a bar;
//! elsewhere a line now and then.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::bulk::BatchStatus;
use crate::cli::arguments::Language;
use crate::cli::output;

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The rate is that of about so long.
const RATE_OVER: Duration = Duration::from_secs(20);

/// What is shown.
pub(super) struct Board {
    language: Language,
    bar: Option<ProgressBar>,
    /// Households done, and when that was seen; the oldest first.
    seen: Vec<(Instant, u64)>,
    told: Option<Instant>,
}

impl Board {
    pub(super) fn new(language: Language) -> Self {
        let bar = output::live().then(|| {
            let bar = ProgressBar::new(0);
            let template = "{spinner} {bar:24} {pos}/{len}  {elapsed}  {msg}";
            bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { language, bar, seen: Vec::new(), told: None }
    }

    /// Shows how a batch stands now, with the departments that are in trouble.
    pub(super) fn show(&mut self, batch: &BatchStatus, troubled: &[String]) {
        let now = Instant::now();
        self.seen.push((now, batch.done));
        let enough = self.seen.iter().rposition(|(at, _)| now.duration_since(*at) >= RATE_OVER);
        if let Some(enough) = enough {
            self.seen.drain(..enough);
        }
        let message = self.message(batch, troubled);
        match &self.bar {
            Some(bar) => {
                bar.set_length(batch.accepted.max(1));
                bar.set_position(batch.done);
                bar.set_message(message);
            }
            None if self.told.is_none_or(|told| now.duration_since(told) >= LINE_EVERY) => {
                self.told = Some(now);
                output::tell(&format!("{}/{}  {message}", batch.done, batch.accepted));
            }
            None => {}
        }
    }

    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn message(&self, batch: &BatchStatus, troubled: &[String]) -> String {
        let said = |zh: String, en: String| if self.language == Language::Zh { zh } else { en };
        let mut parts = Vec::new();
        if let Some(tenths) = self.tenths_a_second() {
            let rate = format!("{}.{}", tenths / 10, tenths % 10);
            parts.push(said(format!("{rate} 户/秒"), format!("{rate} households/s")));
            let left = batch.accepted.saturating_sub(batch.done);
            if let Some(seconds) = (left * 10).checked_div(tenths).filter(|_| batch.all_read && left > 0) {
                let time = span(seconds);
                parts.push(said(format!("约剩 {time}"), format!("{time} left")));
            }
        }
        if !batch.all_read {
            parts.push(said("读取中".into(), "reading".into()));
        }
        if batch.faulty > 0 {
            parts.push(said(format!("有误 {} 户", batch.faulty), format!("{} faulty", batch.faulty)));
        }
        let waiting = batch.cases.get("waiting").copied().unwrap_or(0);
        if waiting > 0 {
            parts.push(said(format!("等待部门 {waiting} 户"), format!("{waiting} wait for departments")));
        }
        if !troubled.is_empty() {
            let list = troubled.join(if self.language == Language::Zh { "、" } else { ", " });
            parts.push(said(format!("异常：{list}"), format!("in trouble: {list}")));
        }
        parts.join(" · ")
    }

    /// Households a second, in tenths.
    fn tenths_a_second(&self) -> Option<u64> {
        let ((first_at, first), (last_at, last)) = (self.seen.first()?, self.seen.last()?);
        let millis = u64::try_from(last_at.duration_since(*first_at).as_millis()).ok()?;
        let done = last.checked_sub(*first)?;
        (done * 10_000).checked_div(millis).filter(|rate| *rate > 0)
    }
}

/// `1:02:03`, `2:03`.
fn span(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How a batch ended, in a line; in a second one why its file could not be read to the end.
pub(super) fn closing(batch: &BatchStatus, language: Language) -> String {
    let count = |state: &str| batch.cases.get(state).copied().unwrap_or(0);
    let (households, faulty, passed_over) = (batch.households, batch.faulty, batch.passed_over);
    let (finals, failed, cancelled) = (count("final"), count("failed"), count("cancelled"));
    let not_done = batch.accepted.saturating_sub(batch.done);
    let mut words = match language {
        Language::Zh => format!(
            "批次 {}：共 {households} 户，有误 {faulty} 户，未选 {passed_over} 户；最终报告 {finals}，失败 {failed}，取消 {cancelled}，未完 {not_done}",
            state_zh(&batch.status)
        ),
        Language::En => format!(
            "batch {}: {households} households, {faulty} faulty, {passed_over} not chosen; {finals} final reports, {failed} failed, {cancelled} cancelled, {not_done} not done",
            batch.status
        ),
    };
    if let Some(fault) = &batch.file_fault {
        let (line, code) = (fault.line, &fault.code);
        words.push_str(&match language {
            Language::Zh => format!("\n文件自第 {line} 行起无法读取（{code}），其后的家庭未处理"),
            Language::En => format!(
                "\nthe file cannot be read on from line {line} ({code}): households after it were not looked at"
            ),
        });
    }
    words
}

fn state_zh(state: &str) -> &str {
    match state {
        "receiving" => "接收中",
        "running" => "进行中",
        "paused" => "已暂停",
        "finished" => "已完成",
        "cancelled" => "已取消",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_at_a_glance() {
        assert_eq!([span(5), span(65), span(3723)], ["0:05", "1:05", "1:02:03"]);
    }
}
