//! The doctor's report: one check per step, as lines of text or as JSON.

use crate::text::{clean_line, truncate_to_width};
use serde::Serialize;
use std::io::Write;

/// Columns of a step's name.
const STEP: usize = 22;
/// Columns of what was seen; strangers' texts end there.
const SEEN_MAX: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Ok,
    /// It works, but not all of it, or not for long.
    Warn,
    Fail,
    /// Not tried, because something before it failed or it does not apply.
    Skip,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// One step. Its name and `code` are stable words for scripts; docs/scripts.md lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    #[serde(rename = "check")]
    pub step: &'static str,
    pub result: Verdict,
    pub code: &'static str,
    pub seen: String,
    /// The remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Check {
    pub(super) fn ok(step: &'static str, seen: impl AsRef<str>) -> Self {
        Self::new(step, Verdict::Ok, "ok", seen)
    }

    pub(super) fn skip(step: &'static str, why: impl AsRef<str>) -> Self {
        Self::new(step, Verdict::Skip, "skipped", why)
    }

    pub(super) fn warn(
        step: &'static str,
        code: &'static str,
        seen: impl AsRef<str>,
        todo: impl Into<String>,
    ) -> Self {
        Self {
            todo: Some(todo.into()),
            ..Self::new(step, Verdict::Warn, code, seen)
        }
    }

    pub(super) fn fail(
        step: &'static str,
        code: &'static str,
        seen: impl AsRef<str>,
        todo: impl Into<String>,
    ) -> Self {
        Self {
            todo: Some(todo.into()),
            ..Self::new(step, Verdict::Fail, code, seen)
        }
    }

    fn new(step: &'static str, result: Verdict, code: &'static str, seen: impl AsRef<str>) -> Self {
        Self {
            step,
            result,
            code,
            seen: truncate_to_width(&clean_line(seen.as_ref()), SEEN_MAX),
            todo: None,
        }
    }

    /// Whether later steps still make sense.
    pub(super) fn goes_on(&self) -> bool {
        self.result != Verdict::Fail
    }
}

/// All checks of one run. Those for people are written as they come.
pub(super) struct Report {
    pub profile: String,
    checks: Vec<Check>,
    aloud: bool,
}

impl Report {
    /// `aloud` writes every check to the standard output at once.
    pub(super) fn new(profile: &str, aloud: bool) -> Self {
        Self {
            profile: profile.to_owned(),
            checks: Vec::new(),
            aloud,
        }
    }

    /// Adds a check; returns whether later steps still make sense.
    pub(super) fn add(&mut self, check: Check) -> std::io::Result<bool> {
        if self.aloud {
            let mut stdout = std::io::stdout().lock();
            let word = check.result.word();
            writeln!(stdout, "{word:<5} {:<STEP$} {}", check.step, check.seen)?;
            if let Some(todo) = &check.todo {
                writeln!(stdout, "{:<5} {:<STEP$} → {todo}", "", "")?;
            }
            stdout.flush()?;
        }
        let goes_on = check.goes_on();
        self.checks.push(check);
        Ok(goes_on)
    }

    /// Marks steps as not tried.
    pub(super) fn skip(&mut self, checks: &[&'static str], why: &str) -> std::io::Result<()> {
        for check in checks {
            self.add(Check::skip(check, why))?;
        }
        Ok(())
    }

    pub(super) fn failures(&self) -> usize {
        let failed = |check: &&Check| check.result == Verdict::Fail;
        self.checks.iter().filter(failed).count()
    }

    /// The first failure of one of these steps.
    pub(super) fn first_failure(&self, of: impl Fn(&str) -> bool) -> Option<&Check> {
        let mut checks = self.checks.iter();
        checks.find(|check| check.result == Verdict::Fail && of(check.step))
    }

    /// One JSON object, for scripts.
    pub(super) fn document(&self) -> serde_json::Value {
        serde_json::json!({
            "profile": self.profile,
            "ok": self.failures() == 0,
            "checks": self.checks,
        })
    }
}
