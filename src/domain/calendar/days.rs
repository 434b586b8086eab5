//! Working days counted exactly: seconds of days of each length, summed as fractions.
//!
//! A working day counts as 1, spread evenly over its open seconds, so half of a four-hour Saturday and half of a
//! nine-hour Monday are each half a day. Kept as seconds per day length, nothing is ever rounded.

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use smallvec::SmallVec;

/// An exact number of working days.
#[derive(Debug, Clone, Default)]
// Most calendars have one or two lengths of working day: three fit without an allocation.
pub struct Days(SmallVec<[(i64, i64); 3]>);

impl Days {
    /// Adds `seconds` of a day whose open time is `length` seconds.
    pub(super) fn add(&mut self, length: i64, seconds: i64) {
        if seconds == 0 {
            return;
        }
        match self.0.iter().position(|part| part.0 == length) {
            Some(at) => {
                self.0[at].1 += seconds;
                if self.0[at].1 == 0 {
                    self.0.swap_remove(at);
                }
            }
            None => self.0.push((length, seconds)),
        }
    }

    /// Adds another count.
    pub fn add_all(&mut self, other: &Self) {
        for &(length, seconds) in &other.0 {
            self.add(length, seconds);
        }
    }

    /// Whether this is at least `days`.
    pub fn reaches(&self, days: i64) -> bool {
        match self.0.as_slice() {
            [] => days <= 0,
            [(length, seconds)] => i128::from(*seconds) >= i128::from(days) * i128::from(*length),
            _ => match self.small() {
                Some(sum) => sum >= Ratio::from_integer(i128::from(days)),
                None => self.exact() >= BigRational::from_integer(days.into()),
            },
        }
    }

    /// How many whole days are in it.
    pub fn whole(&self) -> i64 {
        match self.0.as_slice() {
            [] => 0,
            [(length, seconds)] => seconds.div_euclid(*length),
            _ => self.exact().floor().to_integer().try_into().unwrap_or(i64::MAX),
        }
    }

    /// The least number of seconds of a day of `length` that brings this to `days`.
    pub(super) fn missing(&self, days: i64, length: i64) -> i64 {
        if let [(only, seconds)] = self.0.as_slice()
            && *only == length
        {
            return days.saturating_mul(length) - seconds;
        }
        let missing = (BigRational::from_integer(days.into()) - self.exact()) * BigRational::from_integer(length.into());
        missing.ceil().to_integer().try_into().unwrap_or(i64::MAX)
    }

    /// The sum, unless the common denominator outgrows an `i128`.
    fn small(&self) -> Option<Ratio<i128>> {
        let mut sum = Ratio::from_integer(0);
        for &(length, seconds) in &self.0 {
            sum = num_traits::CheckedAdd::checked_add(&sum, &Ratio::new(i128::from(seconds), i128::from(length)))?;
        }
        Some(sum)
    }

    fn exact(&self) -> BigRational {
        self.0.iter().map(|&(length, seconds)| BigRational::new(BigInt::from(seconds), BigInt::from(length))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_saturday_and_half_a_monday_are_one_day_and_one_second_less_is_not() {
        let mut days = Days::default();
        days.add(4 * 3600, 2 * 3600);
        days.add(9 * 3600, 9 * 1800 - 1);
        assert!(!days.reaches(1));
        assert_eq!((days.whole(), days.missing(1, 9 * 3600)), (0, 1));
        days.add(9 * 3600, 1);
        assert!(days.reaches(1) && !days.reaches(2));
        assert_eq!(days.whole(), 1);
    }

    #[test]
    fn many_lengths_without_a_common_measure_stay_exact() {
        let mut days = Days::default();
        for length in (70_001..86_400).step_by(997) {
            days.add(length, length - 1);
        }
        let lengths = i64::try_from(days.0.len()).unwrap_or_default();
        assert!(!days.reaches(lengths) && days.reaches(lengths - 1));
        assert_eq!(days.whole(), lengths - 1);
    }
}
