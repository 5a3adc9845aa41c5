//! When an event happened, and what is odd about what its record says of that.

use crate::model::problem::ProblemKind;
use crate::model::time::UtcTime;

/// CloudTrail was announced on 13 November 2013; earlier event times cannot be.
const CLOUDTRAIL_BEGAN: UtcTime = UtcTime::from_seconds(1_383_264_000);

/// 1 January 2100: no event of this service's life is later.
const FAR_FUTURE: UtcTime = UtcTime::from_seconds(4_102_444_800);

/// The time that an `eventTime` tells, and the problem it makes where it is
/// missing, broken or absurd.
pub(super) fn event_time(text: Option<&str>) -> (Option<UtcTime>, Option<(ProblemKind, String)>) {
    let Some(text) = text else {
        return (None, Some((ProblemKind::InvalidTime, "no eventTime".to_owned())));
    };
    let Some(time) = UtcTime::parse(text) else {
        return (None, Some((ProblemKind::InvalidTime, format!("eventTime `{text}` is no time"))));
    };
    if (CLOUDTRAIL_BEGAN..FAR_FUTURE).contains(&time) {
        return (Some(time), None);
    }
    let detail = format!("eventTime {time} is outside the life of CloudTrail");
    (Some(time), Some((ProblemKind::ImplausibleTime, detail)))
}
