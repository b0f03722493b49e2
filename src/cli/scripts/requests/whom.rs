//! Who is meant, of the people who ask to join a group.

use crate::api::MembershipRequest;
use crate::cli::output::{CommandError, Exit};
use crate::names::caseless;
use crate::text::clean_line;

/// The people who are named, each once.
pub(super) fn meant(
    waiting: &[MembershipRequest],
    named: &[String],
) -> Result<Vec<MembershipRequest>, CommandError> {
    let mut people: Vec<MembershipRequest> = Vec::new();
    for wanted in named {
        let one = person(waiting, wanted)?;
        if !people.iter().any(|known| known.jid == one.jid) {
            people.push(one.clone());
        }
    }
    Ok(people)
}

fn person<'a>(
    waiting: &'a [MembershipRequest],
    wanted: &str,
) -> Result<&'a MembershipRequest, CommandError> {
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let is_number = !digits.is_empty()
        && wanted
            .chars()
            .all(|character| character.is_ascii_digit() || "+-() ".contains(character));
    let plain = |name: &str| caseless(clean_line(name).trim());
    let low = plain(wanted);
    let tests: [&dyn Fn(&MembershipRequest) -> bool; 3] = [
        &|one| one.jid == wanted,
        &|one| is_number && one.phone_number.as_deref() == Some(digits.as_str()),
        // Who asks has written the name: it must not pass for a number or an id.
        &|one| {
            let is_name = !low.is_empty() && !is_number && !wanted.contains('@');
            is_name && one.name.as_deref().map(plain).as_ref() == Some(&low)
        },
    ];
    let shown = clean_line(wanted);
    for test in tests {
        let mut fitting = waiting.iter().filter(|one| test(one));
        match (fitting.next(), fitting.count()) {
            (None, _) => {}
            (Some(only), 0) => return Ok(only),
            (Some(_), more) => {
                let lines = waiting.iter().filter(|one| test(one)).map(line);
                return Err(CommandError::new(
                    Exit::Ambiguous,
                    format!(
                        "`{shown}` could be any of {} people; name one by the id",
                        more + 1
                    ),
                )
                .listing(lines));
            }
        }
    }
    Err(CommandError::new(
        Exit::NotFound,
        format!("nobody who asks to join has the id, the number or the name `{shown}`"),
    )
    .listing(waiting.iter().take(20).map(line)))
}

fn line(one: &MembershipRequest) -> String {
    let name = one.name.as_deref().unwrap_or("(no name)");
    format!("{}  {name}", one.jid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting() -> Vec<MembershipRequest> {
        let one = |jid: &str, name: &str, number: &str| MembershipRequest {
            jid: jid.to_owned(),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            phone_number: Some(number.to_owned()).filter(|number| !number.is_empty()),
            requested_at: None,
        };
        vec![
            one("1@lid", "Zoë Örsted", "447700900123"),
            one("2@lid", "Ann", ""),
            one("3@lid", "ANN", "15555550123"),
        ]
    }

    #[test]
    fn a_name_does_not_pass_for_a_number_or_an_id() {
        let mut waiting = waiting();
        waiting[1].name = Some("+44 7700 900199".to_owned());
        waiting[2].name = Some("9@lid".to_owned());
        for wanted in ["+44 7700 900199", "9@lid"] {
            let error = meant(&waiting, &[wanted.to_owned()]).unwrap_err();
            assert_eq!(error.exit, Exit::NotFound, "{wanted}");
        }
    }

    #[test]
    fn people_are_named_by_id_number_or_name() {
        let waiting = waiting();
        for (wanted, jid) in [
            ("2@lid", "2@lid"),
            ("+44 7700 900-123", "1@lid"),
            ("zoë örsted", "1@lid"),
            ("15555550123", "3@lid"),
        ] {
            assert_eq!(person(&waiting, wanted).unwrap().jid, jid, "{wanted}");
        }
        assert_eq!(person(&waiting, "ann").unwrap_err().exit, Exit::Ambiguous);
        for nobody in ["Zoë", "447700900", "4@lid", "", "+"] {
            let error = person(&waiting, nobody).unwrap_err();
            assert_eq!(error.exit, Exit::NotFound, "{nobody}");
            assert_eq!(error.more.len(), 3);
        }
        let twice = ["1@lid".to_owned(), "Zoë Örsted".to_owned()];
        assert_eq!(meant(&waiting, &twice).unwrap().len(), 1);
    }
}
