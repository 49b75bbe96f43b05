//! What a caller is told of a batch that cannot be had or changed.

use crate::api::permit::closed;
use crate::bulk::BulkError;
use crate::bulk::file::FileFault;
use crate::household::Fault;
use crate::web::{Problem, ProblemKind};

pub(super) fn problem(error: BulkError) -> Problem {
    match error {
        BulkError::NotFound => Problem::new(ProblemKind::NotFound),
        BulkError::State(state) => Problem::new(ProblemKind::Conflict).with_detail(
            format!("批次目前为 {}，不能进行此操作", state.as_str()),
            format!("the batch is {}: this cannot be done with it now", state.as_str()),
        ),
        BulkError::File(fault) => Problem::new(ProblemKind::InvalidRequest).with_faults(vec![of_file(fault)]),
        BulkError::TooLarge => Problem::new(ProblemKind::TooLarge)
            .with_detail("文件过大：分成多个批次", "the file is too large: send several batches"),
        BulkError::IdempotencyConflict => Problem::new(ProblemKind::IdempotencyConflict),
        BulkError::Closed => closed("审计日志无法写入，服务暂停", "the audit log cannot be written: nothing is done"),
        BulkError::NoRoom(_) => Problem::no_room(),
        BulkError::Inside(error) => Problem::internal(error.as_ref()),
    }
}

/// A fault of a whole file, with its line in place of a pointer.
fn of_file(fault: FileFault) -> Fault {
    let pointer = if fault.line == 0 { String::new() } else { format!("line {}", fault.line) };
    let FileFault { code, detail_zh, detail, remedy_zh, remedy, .. } = fault;
    Fault { pointer, code, detail_zh, detail, remedy_zh, remedy }
}
