//! The legal calendar: periods, when they end, rest days and Japanese dates.
//!
//! Everything here is a pure function of civil dates in Japan (Asia/Tokyo): no clock is read and nothing is fetched.
//! The national holidays are data, `law/calendar/national-holidays.csv`, which the caller reads and hands over.
//!
//! - [`Period`] is a length of time as a rule states it (`6 months`), with comparisons that are definite only where
//!   they hold for every start date.
//! - [`period_end`] and [`opens_after`] calculate under Articles 140 to 143 of the Civil Code.
//! - [`due_date`] also moves the last day over rest days ([`RestDay`]), and says [`DueDate::CalendarUnknown`] where the
//!   holiday table does not reach.
//! - [`japanese_date`] writes a date with its era (令和8年4月1日).
//!
//! Periods in hours (Civil Code Article 139) run on instants, not on civil dates, and are not part of this module.

mod deadline;
mod era;
mod error;
mod holidays;
mod period;
mod rest_days;

pub use deadline::{FirstDay, due_date, opens_after, period_end};
pub use era::japanese_date;
pub use error::{CalendarError, HolidayTableFault};
pub use holidays::NationalHolidays;
pub use period::{Period, PeriodRelation, PeriodUnit};
pub use rest_days::{DueDate, RestDay};
